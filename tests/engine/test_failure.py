"""What the last lines of a client say about a failed build."""

from __future__ import annotations

import pytest

from jettison.engine.failure import build_failure, options_once_more
from jettison.errors import BuildError, DiskFullError, EngineError


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("failed to solve: flightcontrol: exceeded retry timeout", ()),
        ("failed to get digest sha256:8b20: open imagedb/content/sha256/8b20: no such file or directory", ()),
        ("ERROR: layer does not exist", ("--no-cache",)),
        ("failed to solve: process /bin/sh -c false did not complete successfully: exit code: 1", None),
    ],
)
def test_a_build_is_tried_again_only_where_the_builder_alone_gave_up(
    line: str, options: tuple[str, ...] | None
) -> None:
    error = build_failure("docker", [line], b"FROM scratch\n")
    assert isinstance(error, BuildError)
    assert options_once_more(error) == options


def test_the_engine_and_its_disk_are_told_from_the_build() -> None:
    assert isinstance(build_failure("docker", ["write: no space left on device"], b""), DiskFullError)
    gone = build_failure("docker", ["error reading from server: EOF"], b"")
    assert isinstance(gone, EngineError) and not isinstance(gone, BuildError)
