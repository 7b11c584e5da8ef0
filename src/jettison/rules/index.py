"""Which rules exist, read without importing them; a rule is imported when it may apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
_ADDED: Final[dict[str, tuple[Entry, Rule]]] = {}
_LOADED: Final[dict[str, Rule]] = {}
_WAITING: Final[dict[str, tuple[str, ...]]] = {}
_WAITING_FOR: Final = [0]
_NAMED: Final[dict[str, tuple[str, ...]]] = {}
_TOOLS: Final = frozenset(
    ("hadolint", "buildkit", "buildx", "tally", "trivy", "checkov", "kics", "dockle", "shellcheck")
)


def entries() -> Sequence[Entry]:
    """Return all rules: those of this package and those that the settings added."""
    return (*ENTRIES, *(entry for entry, _ in _ADDED.values())) if _ADDED else ENTRIES


def register(rule: Rule) -> bool:
    """Make a rule of another package known; False when its code or name is taken."""
    entry = Entry(rule.code, rule.name, "", rule.triggers, rule.foreign, rule.group, rule.default)
    if any(entry.code == other.code or entry.name == other.name for other in entries()):
        return False
    _ADDED[rule.code] = (entry, rule)
    _NAMED.clear()
    return True


def load(code: str) -> Rule:
    """Return the rule with this code, importing its module."""
    if code in _ADDED:
        return _ADDED[code][1]
    if code not in _LOADED:
        _LOADED[code] = import_module(_BY_CODE[code].module).RULE
    return _LOADED[code]


def triggered(has: Callable[[str], bool]) -> set[str]:
    """Return the codes of the rules that a text may concern; `has` tells whether it holds a lower-case word.

    A word that several rules wait for is looked for once.
    """
    found = {entry.code for entry in entries() if not entry.triggers}
    if not _WAITING or len(_ADDED) != _WAITING_FOR[0]:
        _fill_waiting()
    for word, codes in _WAITING.items():
        if not found.issuperset(codes) and has(word):
            found.update(codes)
    return found


def _fill_waiting() -> None:
    _WAITING.clear()
    _WAITING_FOR[0] = len(_ADDED)
    for entry in entries():
        for word in entry.triggers:
            _WAITING[word] = (*_WAITING.get(word, ()), entry.code)


def resolve(name: str) -> tuple[str, ...]:
    """Return the codes that a code, a name, a group or another tool's id stands for; empty when unknown.

    Another tool's id may carry the tool's name (`hadolint/DL3008`), as tally writes it.
    """
    if not _NAMED:
        _fill_names()
    wanted = name.lower()
    found = _NAMED.get(wanted, ())
    tool, slash, rest = wanted.partition("/")
    if found or not slash or tool not in _TOOLS:
        return found or _NAMED.get(_modern(wanted), ())
    return _NAMED.get(rest) or _NAMED.get(_modern(rest), ())


def finding_codes(name: str) -> tuple[str, ...]:
    """Return the codes of findings that a name stands for: those of `resolve`, or a ShellCheck code itself."""
    found = resolve(name)
    last = name.rpartition("/")[2].upper()
    if not found and last.startswith("SC") and last[2:].isdigit() and last.isascii():
        return (last,)
    return found


def _modern(name: str) -> str:
    """Return the current form of an id that Trivy once wrote as AVD-DS-0002 or DS002."""
    name = name.removeprefix("avd-")
    if name.startswith("ds") and name[2:].isdigit() and len(name) < 8:
        return f"ds-{name[2:]:0>4}"
    return name


def _fill_names() -> None:
    found: dict[str, list[str]] = {}
    for entry in entries():
        for name in {entry.code, entry.name, entry.group, *entry.foreign}:
            found.setdefault(name.lower(), []).append(entry.code)
            tool, slash, rest = name.lower().partition("/")
            if slash and tool in _TOOLS:
                found.setdefault(rest, []).append(entry.code)
    _NAMED.update((name, tuple(dict.fromkeys(codes))) for name, codes in found.items())
