"""An empty working folder and cache for every test, and an image to scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from image.archives import old_layout, tar_of

from .images import BASE, metadata


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with an empty cache."""
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def image(tmp_path: Path) -> str:
    """Return an archive with Debian's curl in the base and a Python package above it."""
    top = tar_of(metadata("old_thing", "1.6"))
    path = tmp_path / "image.tar"
    path.write_bytes(old_layout(BASE, top))
    return str(path)
