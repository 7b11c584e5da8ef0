"""What every report of a comparison says in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jettison.image.compare import Comparison


def package_counts(changes: Sequence[tuple[str, str, str]]) -> str:
    """Return how many packages went, came and have another version. changes: (name, before, after)."""
    gone, come = (sum(not row[index] for row in changes) for index in (2, 1))
    return f"{gone:,} gone, {come:,} new, {len(changes) - gone - come:,} in another version"


def rights_lines(seen: Comparison) -> list[str]:
    """Return each path whose owner or mode differs, with both before and after."""
    return [f"{text}  /{path}" for path, text in seen.rights_of.items()]
