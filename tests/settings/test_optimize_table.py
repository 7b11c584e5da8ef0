"""The `[optimize]` table: what is asked of both images."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.settings.find import Finder
from jettison.settings.problem import ConfigError
from jettison.settings.settings import Proving


def test_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "jettison.toml").write_text(
        '[optimize]\nprobes = ["/items"]\nchecks = ["app --version"]\ntouch = "a.go"\nenv = { A = "1" }\n'
    )
    assert Finder().settings_for(f"{tmp_path}/").optimize == Proving(
        ("/items",), ("app --version",), "a.go", {"A": "1"}
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("probe = []", "did you mean 'probes'"),
        ("probes = 3", "a list of texts"),
        ("env = { A = 1 }", "a text was expected"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "jettison.toml").write_text(f"[optimize]\n{text}\n")
    with pytest.raises(ConfigError, match=message):
        Finder().settings_for(f"{tmp_path}/")
