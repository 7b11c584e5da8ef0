"""Programs known by the version in their own bytes; see inventory_binaries.toml."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import INVENTORY_BINARIES

BINARIES: Final[dict[str, dict[str, Any]]] = {
    name: facts | {"version": [facts["version"]] if isinstance(facts["version"], str) else facts["version"]}
    for name, facts in INVENTORY_BINARIES.items()
    if isinstance(facts, dict)
}
