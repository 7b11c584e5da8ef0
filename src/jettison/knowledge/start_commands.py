"""What starts a service: development servers and process managers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from jettison.knowledge._compiled import START_COMMANDS

DEVELOPMENT: Final[dict[str, Any]] = START_COMMANDS["development"]
MANAGERS: Final = frozenset(START_COMMANDS["managers"]["programs"])
OWN_INIT: Final = frozenset(START_COMMANDS["managers"]["own_init"])
_FIRST: Final = frozenset(facts["words"][0] for facts in DEVELOPMENT.values())
_ALONE: Final = frozenset(("vite", "air", "nodemon", "ts-node-dev", "ts-node", "webpack-dev-server"))


def development_server(argv: Sequence[str]) -> dict[str, Any] | None:
    """Return the facts of the development server that a command line starts, or None."""
    words = [word.rsplit("/", 1)[-1] for word in argv]
    if _FIRST.isdisjoint(words):
        return None
    for facts in DEVELOPMENT.values():
        wanted = facts["words"]
        if wanted[0] in _ALONE and len(wanted) == 1:
            started = words[1:] if words[:1] == ["npx"] else words
            if started[:1] == wanted and not {"build", "preview"} & set(started[1:3]):
                return dict(facts)
            continue
        at = -1
        for word in wanted:
            at = next((i for i in range(at + 1, len(words)) if words[i] == word), len(words))
        if at < len(words):
            return dict(facts)
    return None
