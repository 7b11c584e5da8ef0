"""Each layer has the line that wrote it, and the bytes of all lines add up to the image's size."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine
from jettison.image.attribution import attribution_of, layer_origins
from jettison.image.image import HistoryEntry
from jettison.image.inspection import Inspection, inspect
from jettison.image.joined import is_setting, layer_texts
from jettison.model.dockerfile import Model, build_model
from jettison.syntax.tree import parse

BASE = [
    HistoryEntry("/bin/sh -c #(nop) ADD file:1234 in / ", False),
    HistoryEntry('/bin/sh -c #(nop)  CMD ["bash"]', True),
]


def model(text: str) -> Model:
    return build_model(parse(text.encode()))


def entries(*lines: str) -> list[HistoryEntry]:
    """Return history entries; a "-" in front means that it made no layer."""
    return [HistoryEntry(line.removeprefix("-"), line.startswith("-")) for line in lines]


CASES = {
    "buildkit": (
        "FROM b\nENV A=1\nRUN one\nCOPY a b\nRUN two\nUSER x\n",
        entries("-ENV A=1", "RUN /bin/sh -c one # buildkit", "COPY a b # buildkit", "RUN /bin/sh -c two # buildkit", "-USER x"),
        [None, 3, 4, 5],
    ),
    "classic": (
        "FROM b\nENV A=1\nRUN one\nCOPY a b\nRUN two\nUSER x\n",
        entries(
            "-/bin/sh -c #(nop)  ENV A=1", "/bin/sh -c one", "/bin/sh -c #(nop) COPY file:12 in b ", "/bin/sh -c two",
            "-/bin/sh -c #(nop)  USER x",
        ),
        [None, 3, 4, 5],
    ),
    "build arguments": (
        "FROM b\nARG V=1\nRUN one\nRUN two\n",
        entries("-ARG V=1", "RUN |1 V=1 /bin/sh -c one # buildkit", "|1 V=1 /bin/sh -c two"),
        [None, 3, 4],
    ),
    "heredocs": (
        "FROM b\nRUN <<EOF\napt-get update\nRUN not this\nEOF\nCOPY <<EOF /x\ntext\nEOF\nRUN last\n",
        entries("RUN /bin/sh -c <<EOF (apt-get update...) # buildkit", "COPY <<EOF /x # buildkit", "RUN /bin/sh -c last # buildkit"),
        [None, 2, 6, 9],
    ),
    "linked copies": (
        "FROM b\nCOPY --link a b\nCOPY --link --chown=1 c d\nRUN x\n",
        entries("COPY --link a b # buildkit", "COPY --link --chown=1 c d # buildkit", "RUN /bin/sh -c x # buildkit"),
        [None, 2, 3, 4],
    ),
    "last stage only": (
        "FROM b AS one\nRUN x\nRUN y\nFROM b\nCOPY --from=one /a /a\nRUN z\n",
        entries("COPY /a /a # buildkit", "RUN /bin/sh -c z # buildkit"),
        [None, 5, 6],
    ),
    "a stage on a stage": (
        "FROM b AS one\nRUN x\nFROM one\nRUN z\n",
        entries("RUN /bin/sh -c x # buildkit", "RUN /bin/sh -c z # buildkit"),
        [None, 2, 4],
    ),
    "the folder of WORKDIR": (
        "FROM b\nWORKDIR /srv\nRUN x\n",
        entries("WORKDIR /srv", "RUN /bin/sh -c x # buildkit"),
        [None, 2, 3],
    ),
    "another shell": (
        'FROM b\nSHELL ["/bin/bash", "-c"]\nRUN x\n',
        entries("-SHELL [/bin/bash -c]", "RUN /bin/bash -c x # buildkit"),
        [None, 3],
    ),
    "continued lines": ("FROM b\nRUN a && \\\n    b\n\n# text\nRUN c\n", entries("RUN /bin/sh -c a && b", "RUN /bin/sh -c c"), [None, 2, 6]),
    "buildah": (
        "FROM b\nRUN x\nCOPY a b\n",
        entries("/bin/sh -c x", "/bin/sh -c #(nop) COPY file:1 in b "),
        [None, 2, 3],
    ),
    "a program without a shell, the classic builder": (
        'FROM b\nRUN ["dd", "of=/one"]\nRUN two\n',
        entries("dd of=/one", "/bin/sh -c two"),
        [None, 2, 3],
    ),
    "shells of another kind, the classic builder": (
        'FROM b\nSHELL ["/usr/bin/perl", "-e"]\nRUN one\nSHELL ["/usr/bin/env", "bash", "-c"]\nRUN two\nRUN three\n',
        entries("-/bin/sh -c #(nop)  SHELL [/usr/bin/perl -e]", "/usr/bin/perl -e one",
                "-/usr/bin/perl -e #(nop)  SHELL [/usr/bin/env bash -c]", "/usr/bin/env bash -c two", "/usr/bin/env bash -c three"),
        [None, 3, 5, 6],
    ),
    "another stage than the last": (
        "FROM b AS one\nRUN x\nCOPY a b\nFROM one AS two\nRUN y\nUSER z\nFROM b\nRUN w\n",
        entries("RUN /bin/sh -c x # buildkit", "COPY a b # buildkit", "RUN /bin/sh -c y # buildkit", "-USER z"),
        [None, 2, 3, 5],
    ),
    "a stage below the last": (
        "FROM b AS one\nRUN x\nEXPOSE 80\nFROM one\nRUN y\n",
        entries("RUN /bin/sh -c x # buildkit", "-EXPOSE map[80/tcp:{}]"),
        [None, 2],
    ),
    "what ONBUILD of the base puts in": (
        "FROM b\nRUN y\nCOPY c d\n",
        entries("RUN /bin/sh -c x # buildkit", "COPY a b # buildkit", "RUN /bin/sh -c y # buildkit", "COPY c d # buildkit"),
        [None, None, None, 2, 3],
    ),
    "one line edited, one more, one gone": (
        "FROM b\nRUN a\nRUN new\nRUN b-edited\nRUN d\n",
        entries(*(f"RUN /bin/sh -c {name} # buildkit" for name in ("a", "b", "c", "d"))),
        [None, 2, 3, 4, 5],
    ),
    "a line more than was built": (
        "FROM b\nRUN a\nRUN new\nRUN b\nCOPY c d\n",
        entries("RUN /bin/sh -c a # buildkit", "RUN /bin/sh -c b # buildkit", "COPY c d # buildkit"),
        [None, 2, 4, 5],
    ),
    "a text that is the end of another one": (
        "FROM b\nRUN y\nRUN x && y\nRUN y\n",
        entries("RUN /bin/sh -c x && y # buildkit", "RUN /bin/sh -c y # buildkit"),
        [None, 3, 4],
    ),
    "many instructions without an entry": (
        "FROM b\nRUN x\n" + "ARG A\n" * 30 + "RUN y\n",
        entries("RUN |0 /bin/sh -c x # buildkit", "RUN |30 /bin/sh -c y # buildkit"),
        [None, 2, 33],
    ),
    "copies by digest": (
        "FROM scratch\nCOPY a.bin /\nCOPY a.bin /\nCOPY b.bin /a.bin\nCOPY --chown=1:2 sub $X/sub\n",
        entries(*(f"/bin/sh -c #(nop) COPY {name} in {to} " for name, to in
                  (("file:a1", "/"), ("file:a1", "/"), ("file:b2", "/a.bin"), ("--chown=1:2 dir:c3", "/x/sub")))),
        [None, 2, 3, 4, 5],
    ),
    "a command that speaks of the classic builder": (
        "FROM b\nRUN echo '#(nop) COPY file:12 in /x'\nRUN c\n",
        entries("RUN /bin/sh -c echo '#(nop) COPY file:12 in /x' # buildkit", "RUN /bin/sh -c c # buildkit"),
        [None, 2, 3],
    ),
    "a comment inside of a command": (
        "FROM b\nRUN a \\\n# and\n  b\nRUN c\n",
        entries("/some/shell a   b", "/some/shell c"),
        [None, 2, 5],
    ),
    "an address that is gone from the history, the classic builder": (
        "FROM b\nADD http://h/a /a\nADD http://h/b /b\n",
        entries(f"/bin/sh -c #(nop) ADD {'12ab' * 16} in /a "),
        [None, 2],
    ),
    "one layer for all, Buildah": (
        "FROM b\nARG A\nLABEL a=b\nCOPY a b\nRUN x\nRUN y\nENV C=1\nCMD [\"z\"]\n",
        entries("-/bin/sh -c #(nop) ARG A", "-/bin/sh -c #(nop) LABEL a=b", "-/bin/sh -c #(nop) COPY file:12 in b ", "-/bin/sh -c x",
                "-/bin/sh -c y", "-/bin/sh -c #(nop) ENV C=1", '/bin/sh -c #(nop) CMD ["z"]'),
        [None, (4, 6)],
    ),
    "one layer for all, the classic builder's --squash": (
        "FROM b\nCOPY a b\nRUN x\nCMD z\n",
        entries("-/bin/sh -c #(nop) COPY file:12 in b ", "-/bin/sh -c x", '-/bin/sh -c #(nop)  CMD ["z"]', ""),
        [None, (2, 3)],
    ),
    "a stage of one layer on another, Buildah": (
        "FROM b AS one\nRUN x\nUSER u\nFROM one\nRUN y\nRUN z\nUSER v\n",
        entries("-/bin/sh -c x", "/bin/sh -c #(nop) USER u", "-/bin/sh -c y", "-/bin/sh -c z", "/bin/sh -c #(nop) USER v"),
        [None, 2, (5, 6)],
    ),
    "a squashed image": ("FROM b\nRUN x\nRUN y\n", [], [None]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_layer_has_its_line(name: str) -> None:
    text, own, lines = CASES[name]
    origins = layer_origins([*BASE, *own], model(text))
    assert [origin.line if origin.last is None else (origin.line, origin.last) for origin in origins] == lines


def test_a_layer_of_several_steps_names_all_that_may_have_written_it() -> None:
    squashed = entries(
        "-/bin/sh -c #(nop) COPY file:12 in b ", "-|1 A=b /bin/sh -c x", "-/bin/sh -c #(nop) ENV C=1", '/bin/sh -c #(nop) CMD ["z"]',
        "-/bin/sh -c y", "", "RUN /bin/sh -c #(nop)", "/bin/sh -c #(nop) CMD [z]",
    )  # fmt: skip
    assert layer_texts([*BASE, *squashed]) == [
        "/bin/sh -c #(nop) ADD file:1234 in / ",
        "2 steps in one layer: COPY file:12 in b; x",
        "/bin/sh -c y",
        "RUN /bin/sh -c #(nop)",
        "/bin/sh -c #(nop) CMD [z]",
    ]
    # What only speaks of the builder ran, and a shell may have options.
    for text, is_none in (
        ("/bin/sh -c echo '#(nop) ENV A'", False),
        ("/bin/bash -o pipefail -c #(nop)  ENV A=1", True),
        ("CMDX a", False),
    ):
        assert is_setting(text) is is_none, text


def test_a_stage_that_was_asked_for_stays() -> None:
    text = b"FROM b AS one\nRUN y\nFROM b AS two\nRUN y\nFROM b AS three\nRUN z\n"
    own = entries("RUN /bin/sh -c y # buildkit")
    found = [layer_origins(own, build_model(parse(text), target=name))[0].line for name in ("one", "two", "three")]
    assert found == [2, 4, None]


def test_another_file_names_no_lines_and_is_told() -> None:
    own = [*BASE, *entries("RUN /bin/sh -c one # buildkit", "COPY a b # buildkit", "RUN /bin/sh -c two # buildkit")]
    other = model("FROM b\nRUN something else\nCOPY x y\nRUN and more\n")
    assert {origin.line for origin in layer_origins(own, other)} == {None}
    assert "is it the file that it was built from?" in attribution_of(own, other).doubt
    assert attribution_of(own, model("FROM b\nRUN one\nCOPY a b\n")).doubt == ""
    assert attribution_of(own, model("FROM b\n")).doubt == ""


def test_a_long_file_and_a_long_history_take_no_time() -> None:
    text = "FROM b\n" + "".join(f"RUN step {number}\n" for number in range(1400))
    own = entries(*(f"RUN /bin/sh -c step {number} # buildkit" for number in range(1400)))
    started = time.process_time()
    lines = [origin.line for origin in layer_origins([*BASE, *own], model(text))]
    assert lines == [None, *range(2, 1402)]
    assert time.process_time() - started < 10


DOCKERFILE = """\
FROM debian:bookworm-slim AS build
RUN mkdir /o && head -c 30000 /dev/zero > /o/out
FROM debian:bookworm-slim
ENV A=1
WORKDIR /srv/app
COPY --from=build /o/out /srv/out
RUN head -c 5000 /dev/zero > /srv/five && \\
    ln /srv/five /srv/same
COPY {link}data /srv/data
RUN chmod 600 /srv/data
RUN rm /srv/out && head -c 7 /dev/zero > /srv/five
USER 1000
CMD ["true"]
"""


def check(seen: Inspection) -> None:
    sums: dict[int | None, int] = {}
    for origin, layer in zip(seen.origins, seen.image.layers, strict=True):
        sums[origin.line] = sums.get(origin.line, 0) + layer.size_unpacked
    assert sum(sums.values()) == seen.image.size_unpacked
    assert seen.waste.visible_bytes + seen.waste.hidden_bytes == seen.image.size_unpacked
    own = {line: size for line, size in sums.items() if line is not None and size}
    # The second name of a file takes no bytes; writing over one name copies the content for that name alone.
    assert own == {6: 30_000, 7: 5_000, 9: 4_000, 10: 4_000, 11: 7} or own == {
        6: 30_000,
        7: 5_000,
        9: 4_000,
        10: 4_000,
        11: 14,
    }
    hidden = {(item.path, item.cause): (item.bytes, seen.origins[item.hidden].line) for item in seen.waste.hidden}
    assert hidden[("srv/data", "only its owner, mode or time changed")] == (4_000, 10)
    assert hidden[("srv/out", "deleted")] == (30_000, 11)


@pytest.mark.engine
@pytest.mark.parametrize("classic", [False, True], ids=["buildkit", "classic"])
def test_lines_of_a_built_image_add_up(
    classic: bool, engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    (tmp_path / "data").write_bytes(b"d" * 4_000)
    text = DOCKERFILE.replace("{link}", "--link " if engine.features.link and not classic else "")
    (tmp_path / "Dockerfile").write_text(text)
    tag = new_tag()
    if classic:
        if not engine.name.startswith("docker"):
            pytest.skip("only Docker has the classic builder")
        docker = os.environ.get("JETTISON_DOCKER", "docker")
        subprocess.run(
            [docker, "build", "-q", "-t", tag, str(tmp_path)],
            check=True, capture_output=True, env={**os.environ, "DOCKER_BUILDKIT": "0"},
        )  # fmt: skip
    else:
        engine.build(BuildRequest(str(tmp_path), text.encode(), None, tag))
    seen = inspect(tag, None, "", model(text))
    check(seen)
    if engine.name.startswith("docker"):
        size = subprocess.run(
            [os.environ.get("JETTISON_DOCKER", "docker"), "image", "inspect", "--format", "{{.Size}}", tag],
            check=True, capture_output=True,
        )  # fmt: skip
        # Old engines count what we do, to the byte; later ones count folders as well.
        assert int(size.stdout) == pytest.approx(seen.image.size_unpacked, rel=0.001)
