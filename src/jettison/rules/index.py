"""Which rules exist, read without importing them; a rule is imported when it may apply."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from jettison.named_tuple import NamedTuple
from jettison.rules._index import ROWS
from jettison.rules.base import Rule
from jettison.syntax.vocabulary import WORDS


class Entry(NamedTuple):
    """What is known of a rule before it is loaded."""

    code: str
    name: str
    module: str
    triggers: tuple[str, ...]
    foreign: tuple[str, ...]
    group: str
    default: bool
    needs_context: bool = False
    needs_options: bool = False


ENTRIES: Final = tuple(Entry(*row) for row in ROWS)
_BY_CODE: Final = {entry.code: entry for entry in ENTRIES}
_ADDED: Final[dict[str, tuple[Entry, Rule]]] = {}
_LOADED: Final[dict[str, Rule]] = {}
_WATCHES: Final[dict[tuple[frozenset[str] | None, frozenset[str] | None, int], Watch]] = {}
MAX_WATCHES: Final = 64
_NAMED: Final[dict[str, tuple[str, ...]]] = {}
_TOOLS: Final = frozenset(
    ("hadolint", "buildkit", "buildx", "tally", "trivy", "checkov", "kics", "dockle", "shellcheck")
)


def entries() -> Sequence[Entry]:
    """Return all rules: those of this package and those that the settings added."""
    return (*ENTRIES, *(entry for entry, _ in _ADDED.values())) if _ADDED else ENTRIES


def register(rule: Rule) -> bool:
    """Make a rule of another package known; False when its code or name is taken."""
    entry = Entry(
        rule.code,
        rule.name,
        "",
        rule.triggers,
        rule.foreign,
        rule.group,
        rule.default,
        rule.needs_context,
        rule.needs_options,
    )
    if any(entry.code == other.code or entry.name == other.name for other in entries()):
        return False
    _ADDED[rule.code] = (entry, rule)
    _LOADED.pop(rule.code, None)
    _NAMED.clear()
    return True


def load(code: str) -> Rule:
    """Return the rule with this code, importing its module."""
    rule = _LOADED.get(code)
    if rule is None:
        rule = _LOADED[code] = _ADDED[code][1] if code in _ADDED else import_module(_BY_CODE[code].module).RULE
    return rule


class Watch:
    """A choice of rules, and the words that wake them: each word is looked for once, whatever rules wait for it."""

    __slots__ = ("_always", "_entries", "_waiting")

    def __init__(self, chosen: Sequence[Entry]) -> None:
        self._entries = chosen
        self._always = frozenset(place for place, entry in enumerate(chosen) if not entry.triggers)
        waiting: dict[str, set[int]] = {}
        for place, entry in enumerate(chosen):
            for word in entry.triggers:
                waiting.setdefault(word, set()).add(place)
        self._waiting = {word: frozenset(places) for word, places in waiting.items()}
        WORDS.learn(waiting)

    def concerned(self, text: str, with_context: bool = True, words: frozenset[str] | None = None) -> list[Entry]:
        """Return the rules that a lower-case text may concern, in their order; those of a context only with one.

        `words`: what WORDS finds in the text, where that is at hand.
        """
        waiting = self._waiting
        found_words = WORDS.found(text) if words is None else words
        places = sorted(self._always.union(*[waiting[word] for word in found_words if word in waiting]))
        found = [self._entries[place] for place in places]
        return found if with_context else [entry for entry in found if not entry.needs_context]


def watch(select: frozenset[str] | None, ignore: frozenset[str] | None) -> Watch:
    """Return the watch over the rules that are chosen; `select` None stands for those on by default."""
    key = (select, ignore, len(_ADDED))
    if key not in _WATCHES:
        if len(_WATCHES) >= MAX_WATCHES:
            _WATCHES.clear()
        chosen = [
            entry
            for entry in entries()
            if (entry.default if select is None else entry.code in select) and (not ignore or entry.code not in ignore)
        ]
        _WATCHES[key] = Watch(chosen)
    return _WATCHES[key]


def resolve(name: str) -> tuple[str, ...]:
    """Return the codes that a code, its beginning, a name, a group or another tool's id stands for; empty when unknown.

    A beginning is JT and up to two digits (`JT3`); `all` is every rule. Another tool's id may carry the tool's name
    (`hadolint/DL3008`), as tally writes it.
    """
    if not _NAMED:
        _fill_names()
    wanted = name.lower()
    found = _NAMED.get(wanted, ()) or _beginning_with(wanted)
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


def left_out(name: str) -> str:
    """Return why another tool's check has no rule here, "" for a name that is not known at all."""
    # Read only when a name is no rule.
    from jettison.rules._left_out import LEFT_OUT

    wanted = name.lower()
    tool, slash, rest = wanted.partition("/")
    bare = rest if slash and tool in _TOOLS and tool != "tally" else wanted
    return LEFT_OUT.get(bare) or LEFT_OUT.get(_modern(bare), "")


def _beginning_with(name: str) -> tuple[str, ...]:
    """Return the codes that begin like this name; all for `all`."""
    beginning = "JT" if name == "all" else name.upper()
    if not beginning.startswith("JT") or len(beginning) > len("JT00"):
        return ()
    return tuple(entry.code for entry in entries() if entry.code.startswith(beginning))


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
