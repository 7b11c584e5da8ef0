"""Which rules exist, read without importing them; a rule is imported when it may apply."""

from __future__ import annotations

from importlib import import_module
from typing import Final, NamedTuple

from jettison.rules._index import ROWS
from jettison.rules.base import Rule


class Entry(NamedTuple):
    """What is known of a rule before it is loaded."""

    code: str
    name: str
    module: str
    triggers: tuple[str, ...]
    foreign: tuple[str, ...]
    group: str
    default: bool


ENTRIES: Final = tuple(Entry(*row) for row in ROWS)
_BY_CODE: Final = {entry.code: entry for entry in ENTRIES}


def load(code: str) -> Rule:
    """Return the rule with this code, importing its module."""
    rule: Rule = import_module(_BY_CODE[code].module).RULE
    return rule


def resolve(name: str) -> tuple[str, ...]:
    """Return the codes that a code, a name, a group or another tool's id stands for; empty when unknown."""
    wanted = name.lower()
    return tuple(
        entry.code
        for entry in ENTRIES
        if wanted in (entry.code.lower(), entry.name, entry.group)
        or wanted in (other.lower() for other in entry.foreign)
    )
