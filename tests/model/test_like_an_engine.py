"""What an image gets from a Dockerfile, compared with what a real engine makes of the same text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jettison.engine.base import BuildRequest, Engine
from jettison.errors import JettisonError
from jettison.image.archive import read_archive
from jettison.image.proof_collector import ProofCollector
from jettison.lint.engine import check_bytes
from jettison.model.dockerfile import build_model
from jettison.syntax.tree import Instruction, parse

HEAD = "FROM scratch\n"
# Each is one build of no steps: a second or less.
TEXTS = [
    HEAD + "ENV a=\"b c\" d='e $f' g=h\\ i j=\nENV old some  value\nENV k=x\\\"y l=\\'z\\' m=\"x\\y\" n=x\\y o=x\\\\y p='x\\'\n",
    HEAD + 'ENV a=1\nENV a=2 b=$a c="${a}x" d=\'$a\' e=\\$a f="\\$a" g=$ab h=${a}b i=$a$a\n',
    HEAD + 'ENV b=hello e=\nENV q=${z:-w} r=${e:-w} t=${b:+w} u=${e:+w} w=${z:-${b}} x="${z:-x y}"\n',
    HEAD + "ARG a=c\nENV a=b\nENV d=$a\nFROM scratch\nENV a=b\nARG a=c\nENV d=$a\n",
    "ARG a=1\nARG b=$a\n" + HEAD + "ARG a\nARG b=2\nENV x=$a y=$b z=$c\n",
    "FROM scratch AS s\nENV x=1\nARG y=2\nLABEL l=1\nFROM s\nENV z=$x w=$y\nLABEL m=2\n",
    HEAD + 'ENV a=x\nLABEL l=$a "${a}y"=z w="a  b"\nWORKDIR /w/$a\nWORKDIR v\nUSER ${a}1\nEXPOSE 80 90/udp\nVOLUME /v$a "/q"\n',
    HEAD + 'CMD ["a", "b\\u0041\\n"]\nENTRYPOINT ["c" , "d" ] \n',
    HEAD + "CMD a \\\n  # c\n\n  b   'c'\nENTRYPOINT [\"e\", f]\n",
    HEAD + 'SHELL ["/bin/x", "-y"]\nENTRYPOINT a\nCMD ["a"] b\n',
    "FROM scratch AS s\nENTRYPOINT [\"y\"]\nCMD [\"x\"]\nFROM s\nENTRYPOINT [\"z\"]\n",
    "# escape=`\n" + HEAD + "ENV a=b `\n c=x`$y d=`` e=x\\y\n",
    HEAD + "ENV a=b\\\n\\\n c=d\nENV e=$- f=$$ g=$1 h=\"$\" i=a$\n",
]  # fmt: skip
REFUSED = [
    "ENV a=b c", "ENV a", "ENV =x", 'ENV a="x', "LABEL a=b c", "ARG =x", "SHELL /bin/sh", "STOPSIGNAL foo", "HEALTHCHECK NONE x",
    "HEALTHCHECK --interval=5 CMD x", "COPY a", "COPY --foo=1 a /x", "CMD --foo x", 'CMD ["a", 1]', "FROM scratch AS 1a", "ENV q=${b^}",
    "COPY --from=$a f /f", "RUN --mount=from=$a,target=/x true",
]  # fmt: skip


@pytest.mark.engine
@pytest.mark.parametrize("text", TEXTS)
def test_the_image_is_what_the_model_says(
    engine: Engine, new_tag: Callable[[], str], tmp_path: Path, text: str
) -> None:
    tag = new_tag()
    # An image without a layer cannot be saved.
    (tmp_path / "f").write_text("f")
    engine.build(BuildRequest(str(tmp_path), f"{text}COPY f /f\n".encode(), None, tag))
    with engine.save(tag) as stream:
        config = read_archive(stream, ProofCollector()).settings["config"]
    assert ours(text) == {key: _plain(key, config.get(key)) for key in ours(text)}


def ours(text: str) -> dict[str, Any]:
    model = build_model(parse(text.encode()), None, None, None)
    assert model.final is not None
    scope = model.end_scope(model.final)
    return {
        "Env": dict(scope.env),
        "Labels": dict(scope.labels),
        "WorkingDir": scope.workdir or "/",
        "User": scope.user,
        "ExposedPorts": sorted(port if "/" in port else f"{port}/tcp" for port in scope.exposed),
        "Volumes": sorted(scope.volumes),
        "Cmd": _words(scope.cmd, scope.shell),
        "Entrypoint": _words(scope.entrypoint, scope.shell),
    }


def _words(node: Instruction | None, shell: tuple[str, ...]) -> list[str]:
    if node is None:
        return []
    return [word.value for word in node.words] if node.form == "exec" else [*shell, node.words[0].value]


def _plain(key: str, value: Any) -> Any:
    if key == "Env":
        pairs = (text.partition("=") for text in value or ())
        return {name: rest for name, _, rest in pairs if name != "PATH"}
    if key in ("ExposedPorts", "Volumes"):
        return sorted(value or ())
    if key == "Labels":
        return {name: text for name, text in (value or {}).items() if not name.startswith("dev.jettison.")}
    if key == "WorkingDir":
        return value or "/"
    return value or ("" if key == "User" else [])


@pytest.mark.engine
def test_what_the_engine_refuses_is_a_finding(engine: Engine, new_tag: Callable[[], str], tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    for line in REFUSED:
        text = ("" if line.startswith("FROM") else HEAD) + line + "\n"
        with pytest.raises(JettisonError):
            engine.build(BuildRequest(str(tmp_path), text.encode(), None, new_tag()))
        assert [f.code for f in check_bytes(text.encode(), "Dockerfile", select=frozenset()).findings] == ["JT001"], (
            line
        )
