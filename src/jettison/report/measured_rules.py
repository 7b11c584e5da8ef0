"""What a rule's own example gained when it was built before and after its fix (`tools/measure_rules.py`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("measured_rules.toml")


@cache
def _rows() -> list[dict[str, Any]]:
    import tomllib

    rows: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8")).get("measured", [])
    return rows


def measured(code: str) -> list[dict[str, Any]]:
    """Return the measurements of a rule: `example` (from 1), `before` and `after` (unpacked bytes), `engine`, `date`."""
    return [row for row in _rows() if row["rule"] == code]
