"""What the last lines of a client say about a failed build."""

from __future__ import annotations

import pytest

from jettison.engine.failure import build_failure, options_once_more, registry_is_silent
from jettison.errors import BuildError, DiskFullError, EngineError


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("failed to solve: flightcontrol: exceeded retry timeout", ()),
        ("failed to get digest sha256:8b20: open imagedb/content/sha256/8b20: no such file or directory", ()),
        ("ERROR: layer does not exist", ("--no-cache",)),
        (
            "failed to prepare xj6d75: open /var/lib/docker/overlay2/q847a9/committed: no such file or directory",
            ("--no-cache",),
        ),
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


SILENT = 'failed to do request: Head "https://registry.example/v2/x/manifests/1": dial tcp: lookup registry.example: no such host'


def test_a_registry_that_does_not_answer_is_told_from_an_image_that_is_not_there() -> None:
    silent = build_failure("docker", [f"failed to solve: {SILENT}"], b"FROM registry.example/x:1\n")
    absent = build_failure(
        "docker", ["failed to solve: registry.example/x:1: not found"], b"FROM registry.example/x:1\n"
    )
    assert isinstance(silent, BuildError) and registry_is_silent(silent)
    assert isinstance(absent, BuildError) and not registry_is_silent(absent)


def test_what_an_error_says_is_not_said_again_below_it() -> None:
    tail = [
        "CANCELED",
        f"ERROR: {SILENT}",
        "------",
        " > [internal] load metadata:",
        "------",
        f"failed to solve: {SILENT}",
    ]
    error = build_failure("docker", tail, b"")
    assert isinstance(error, BuildError)
    assert error.more == ["> [internal] load metadata:"]
