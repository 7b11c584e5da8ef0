"""Which steps of a history the checkpoints tell, and which look alike and are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.image.checkpoints import checkpoints
from jettison.image.collect import InventoryCollector
from jettison.image.history_commands import history_commands
from jettison.image.source import open_image

from .archives import layered, tar_of, tar_of_modes

SHELL = "/bin/sh -c "
# checkpoint -> (steps that break it, steps that do not)
STEPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CIS-DI-0007": (
        (
            SHELL + "apt-get update",
            SHELL + "apt-get -o Acquire::Retries=3 update",
            SHELL + "apt-get update && apt-get clean",
            SHELL + "apt-get update && pip install x",
            "RUN |1 A=b c /bin/sh -c apk update # buildkit",
            "RUN /bin/bash -o pipefail -c sudo apt-get -qq update # buildkit",
        ),
        (
            SHELL + "apt-get update; apt-get -o A=b install -y curl",
            SHELL + "apt-get update && xargs apt-get install -y < list",
            SHELL + "apt-get update && apt-get build-dep -y x",
            SHELL + "apk add --update curl",
            SHELL + "yum -y update && yum clean all",
            SHELL + "dnf update -y",
            SHELL + "echo apt-get update later",
        ),
    ),
    "CIS-DI-0009": (
        ("ADD --chown=1:1 app.py /app/ # buildkit", "/bin/sh -c #(nop) ADD dir:abc in / ", "ADD . / # buildkit"),
        ("ADD a.tar.gz / # buildkit", "ADD https://example.org/x /x # buildkit", "RUN /bin/sh -c echo ADD a b"),
    ),
    "DKL-DI-0001": (
        (
            "RUN sudo ls # buildkit",
            SHELL + "set -e\nsudo x",
            SHELL + "FOO=1 sudo x",
            SHELL + "if x; then sudo y; fi",
            SHELL + "curl x | sudo bash",
            SHELL + 'bash -euc "cd x; sudo make"',
            SHELL + "echo 'a quote that the builder cut && sudo make",
        ),
        (
            SHELL + "apt-get install -y sudo && echo 'app ALL' > /etc/sudoers.d/app",
            SHELL + "x # sudo y\ny",
            SHELL + 'echo "; sudo x"',
            "CMD sudo x",
        ),
    ),
    "DKL-DI-0003": (
        (
            SHELL + 'apt-get -o Dpkg::Options::="--force-confold" dist-upgrade -y',
            SHELL + "DEBIAN_FRONTEND=noninteractive apt-get -yq dist-upgrade",
            SHELL + "apt full-upgrade",
        ),
        (SHELL + "apt-get upgrade -y", SHELL + "apt-get install -y dist-upgrade-tools"),
    ),
    "DKL-DI-0004": (
        (SHELL + "apk add --no-cache a && apk add b", SHELL + "apk -X http://r/edge add foo", SHELL + "apk add -U a"),
        (SHELL + "apk --no-cache add a", SHELL + "apk add a && rm -rf /var/cache/apk/*", SHELL + "apk del a"),
    ),
}


@pytest.mark.parametrize("id_", STEPS)
def test_steps(id_: str, tmp_path: Path) -> None:
    wrong, right = STEPS[id_]
    history = ("/bin/sh -c #(nop) ADD file:1 in / ", *wrong, *right)
    path = tmp_path / "image.tar"
    path.write_bytes(layered(tar_of_modes({"a": (0o644, b"x")}), history, {}))
    image = open_image(str(path), InventoryCollector())

    told = {found.step for one in checkpoints(image, "image:1") if one.id == id_ for found in one.found}

    assert [history[step] for step in sorted(told - {None}, key=int)] == list(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "id_", "told"),
    [
        ({"User": "toor"}, "CIS-DI-0001", True),
        ({"User": "00:5"}, "CIS-DI-0001", True),
        ({"User": "app"}, "CIS-DI-0001", False),
        ({"User": "odd"}, "CIS-DI-0001", False),
        ({"User": "\u00b2"}, "CIS-DI-0001", False),
        ({"Healthcheck": {"Test": ["NONE"]}}, "CIS-DI-0006", True),
        ({"Healthcheck": {"Test": ["CMD", "x"]}}, "CIS-DI-0006", False),
        ({"Volumes": {"/srv/../etc/": {}}}, "DKL-DI-0002", True),
        ({"Volumes": {"//proc": {}}}, "DKL-DI-0002", True),
        ({"Volumes": {"/usr/share/x": {}}}, "DKL-DI-0002", False),
    ],
)
def test_the_configuration(config: dict[str, object], id_: str, told: bool, tmp_path: Path) -> None:
    users = b"root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:\napp:x:7:7::/:\nodd:x:zero:0::/:\n"
    path = tmp_path / "image.tar"
    path.write_bytes(layered(tar_of_modes({"etc/passwd": (0o644, users)}), (), config))
    image = open_image(str(path), InventoryCollector())

    assert (id_ in {one.id for one in checkpoints(image, "image:1")}) == told


def test_a_long_or_odd_text_is_read_quickly() -> None:
    for text in (
        "RUN |2 " + "a=b " * 20_000,
        SHELL + "'" + "a " * 40_000,
        SHELL + "sh -c " * 10_000,
        SHELL + "((;" * 20_000,
    ):
        assert len(list(history_commands(text))) < 40_000


def test_a_volume_is_told_at_the_step_that_made_it(tmp_path: Path) -> None:
    """Of BuildKit and of the classic builder; what no step tells of came with the base image."""
    history = ("VOLUME [/data /etc]", "ENV A=1", "/bin/sh -c #(nop)  VOLUME [/usr]")
    path = tmp_path / "image.tar"
    path.write_bytes(
        layered(tar_of(("a", "file", b"x")), history, {"Volumes": {"/data": {}, "/etc": {}, "/usr": {}, "/proc": {}}})
    )
    image = open_image(str(path), InventoryCollector())
    (point,) = [one for one in checkpoints(image, "image:1") if one.id == "DKL-DI-0002"]
    assert [(one.names, one.step) for one in point.found] == [(("/etc",), 0), (("/proc",), None), (("/usr",), 2)]
    assert point.with_lines([3, 4, 5]).detail == point.detail == "/etc, /proc, /usr"
