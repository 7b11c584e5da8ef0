"""Paths without links are what the standard library makes of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jettison.cli.real_paths import RealPaths


@pytest.mark.parametrize(
    "path",
    ["a/b/f", "a/link/f", "a/b/filelink", "loop/x", "a/../a/b/f", "./a//b/f", "gone/f", "a/b/", "", ".", "a/link/.."],
)
def test_the_same_as_the_standard_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "f").write_bytes(b"")
    (tmp_path / "a" / "link").symlink_to("b")
    (tmp_path / "a" / "b" / "filelink").symlink_to("f")
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    real = RealPaths().real
    assert real(path) == os.path.realpath(path)
    assert real(f"{tmp_path}/{path}") == os.path.realpath(f"{tmp_path}/{path}")
    assert real("/") == os.path.realpath("/")
