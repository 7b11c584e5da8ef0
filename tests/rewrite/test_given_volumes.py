"""A volume is there to be written to: the user that a fix of ours chose gets it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from jettison.rewrite.assemble import _writable


def job(*volumes: str) -> Any:
    return SimpleNamespace(
        config=SimpleNamespace(volumes=volumes),
        evidence=SimpleNamespace(written=frozenset()),
        image=SimpleNamespace(files={}),
    )


def test_volumes_belong_to_the_new_user() -> None:
    text = _writable(job("/jobs", "/data/"), "1000:1000")
    assert text.endswith("RUN mkdir -p /rootfs/data /rootfs/jobs && chown 1000:1000 /rootfs/data /rootfs/jobs\n")
    assert _writable(job(), "1000:1000") == ""
