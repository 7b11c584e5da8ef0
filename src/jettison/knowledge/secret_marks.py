"""What gives a secret away: names, values, command texts and files, compiled from secrets.toml."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from jettison.knowledge._compiled import SECRETS
from jettison.syntax.vocabulary import WORDS

_ENDINGS: Final = tuple(f"_{ending}" for ending in SECRETS["names"]["endings"])
_SETTINGS: Final = frozenset(SECRETS["names"]["settings"])
_HARMLESS: Final = frozenset(SECRETS["values"]["harmless"])
_LOCAL: Final = frozenset(SECRETS["values"]["local"])
_LOCAL_HOSTS: Final = tuple(SECRETS["values"]["local_hosts"])
_MARKS: Final[dict[str, list[str]]] = SECRETS["files"]["marks"]
_MARKS_OF: Final = {name: tuple(marks) for name, marks in SECRETS["marks"].items() if name != "source"}
WORDS.learn(mark for marks in _MARKS_OF.values() for mark in marks)
MAX_VALUE: Final = 4096


@cache
def _compiled(section: str, name: str) -> re.Pattern[str]:
    return re.compile(SECRETS[section][name], re.DOTALL if name == "harmless_pattern" else 0)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    # Compiled when a file first needs it: most files need none, and start-up is paid by every run.
    if name == "shapes":
        return re.compile("|".join(f"(?:{p})" for key, p in SECRETS["shapes"].items() if key != "source"))
    return re.compile(SECRETS["commands"][name])


def patterns(text: str, words: frozenset[str] | None = None) -> list[tuple[str, re.Pattern[str]]]:
    """Return (name, pattern) of what may match a lower-case text; `words`: what WORDS finds in it, if at hand."""
    found = WORDS.found(text) if words is None else words
    return [(name, _pattern(name)) for name, marks in _MARKS_OF.items() if not found.isdisjoint(marks)]


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether a variable of this name holds a secret itself, not where or how it is kept."""
    upper = name.upper().replace("-", "_")
    if _SETTINGS.intersection(upper.split("_")):
        return False
    if upper.endswith(("PASSWORD", "PASSWD")):
        return True
    return upper.endswith(("_PWD", "_PASS", "_PW")) or f"_{upper}".endswith(_ENDINGS)


def is_literal_secret(value: str) -> bool:
    """Return whether the value of a secret's variable is a secret: no switch, stand-in, reference or path."""
    value = value.strip()[:MAX_VALUE]
    if not value or "$" in value or value.startswith("`"):
        return False
    if value.lower() in _HARMLESS:
        return False
    return not any(_compiled("values", name).match(value) for name in ("harmless_pattern", "pointer_pattern"))


def is_local_stand_in(value: str, host: str) -> bool:
    """Return whether a password in an address stands there only so that it is one; host: the text behind the `@`."""
    return value.lower() in _LOCAL and host.startswith(_LOCAL_HOSTS)


@lru_cache(maxsize=65536)
def is_secret_file(path: str) -> bool:
    """Return whether a file or folder of this name is made to hold secrets."""
    return any(_compiled("files", name).search(path) for name in ("pattern", "folders"))


def holds_secret(path: str, text: bytes) -> bool:
    """Return whether this text makes the file a secret one; True for names that need no proof."""
    lowered = text.decode("latin-1").lower()
    marks = next((marks for end, marks in _MARKS.items() if path.endswith(end)), None)
    return marks is None or any(mark in lowered for mark in marks)
