"""Expressions mean the same in every Python that the package installs on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "jettison"
POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+")


@pytest.mark.parametrize("text", [r"(?:a|b)*+", r"(a)++", r"(?:ab)?+", r"(a){2,3}+"])
def test_a_possessive_repeat_of_a_group_is_seen(text: str) -> None:
    assert POSSESSIVE_GROUP.search(text)


def test_no_group_is_repeated_possessively() -> None:
    """Python 3.11.0 to 3.11.4 match such repeats wrongly (gh-106052); an atomic group around the repeat says the same."""
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted(SOURCE.rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if POSSESSIVE_GROUP.search(line)
    ]
    assert found == []
