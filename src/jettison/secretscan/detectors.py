"""The detectors of detectors.toml, ready for the engine."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from jettison.named_tuple import NamedTuple

LEVELS: Final = ("low", "medium", "high")
# Between the name of a setting and its value, in the languages and formats that settings are written in.
_ASSIGNED: Final = r"""[\w.-]{0,40}["']{0,1}[ \t]{0,3}(?:=>|:=|=|:|,)[ \t]{0,3}["']{0,1}"""
# Texts, which only the generator of the compiled form has compiled.
_OPTIONAL_END: Final = r"(?:\[[^\]]+\]|\\.|[^\\\])])(?:\{0,\d+\}|(?<!\()\?)(\)*)\Z"
_UNDERSCORE: Final = r"\[[^\]]*_[^\]]*\]|\\w"
_LONG_REPEAT: Final = r"\{(\d+),(\d+)\}"
_WORD: Final = rb"\b"
# Escapes behind which a word begins, too: of JSON and programs, of addresses, of coloured output.
_ESCAPED: Final = rb"(?:(?<=\\[ntrfv0])|(?<=%[0-9A-Fa-f]{2})|(?<=\[[0-9]m)|(?<=[\[;][0-9]{2}m)|(?<=;[0-9]m))"
_BEGINS_FOR_ENGINE: Final = r"(?:\b|\\[ntrfv0]|%[0-9A-Fa-f]{2}|[\[;][0-9]{1,2}m)"
# A repeat up to so often may as well be endless, for what the engine looks for; the exact form is judged later.
MANY: Final = 20
# So much of a repeat is enough for the engine to be told of few texts that are none.
BEGINNING: Final = 12
FARTHEST: Final = 1 << 16
_WRITTEN_OUT: Final = r"\{([^{}]*\|[^{}]*)\}"
_LONG_END: Final = r"\{(\d+),\d*\}(\)*)\Z"
_COUNTED: Final = r"\{(\d+),?\}"
_WORD_END: Final = r"\\b(\)*)\Z"


class Detector(NamedTuple):
    """One kind of secret.

    regex: exact form, for `re`; expressions: what the engine looks for, of which each match has one; it ends no later
    than the match, and there may be more of it. reach: a match is no longer than this, in bytes. loose: the regex without word boundaries, for values that stand in binaries ("" = none).
    prefixes: literal texts, one of which begins each match. level: index in LEVELS.
    """

    id: str
    title: str
    severity: str
    level: int
    regex: bytes
    expressions: tuple[bytes, ...]
    reach: int
    loose: bytes
    prefixes: tuple[bytes, ...]
    keywords: tuple[bytes, ...]
    near: bool
    path: str
    check: str
    entropy: float


class Detectors(NamedTuple):
    """All detectors. names: regex of the words in a setting's name; encoded_words: see detectors.toml."""

    all: tuple[Detector, ...]
    names: str
    encoded_words: tuple[bytes, ...]


@cache
def load_detectors() -> Detectors:
    """Return the detectors, in the order of detectors.toml."""
    from jettison.secretscan._compiled import DETECTORS

    rows, *rest = DETECTORS
    return Detectors(tuple(Detector(*row) for row in rows), *rest)


def detectors_of(raw: dict[str, Any]) -> Detectors:
    """Return the detectors that the content of detectors.toml means."""
    found = [_detector(entry, entry["regex"], False) for entry in raw["shaped"]]
    found += [_detector(entry, near_regex(entry), True) for entry in raw["near"]]
    found += [_detector(entry, entry["regex"], False) for entry in raw["settings"]]
    words = tuple(word.encode() for word in raw["encoded_words"])
    return Detectors(tuple(found), str(raw["names"]), words)


def near_regex(entry: dict[str, Any]) -> str:
    """Return the regex of a detector that goes by the name of the setting."""
    return f"(?P<name>(?i:{entry['near']}){_ASSIGNED})(?P<secret>{entry['body']})"


def _detector(entry: dict[str, Any], regex: str, near: bool) -> Detector:
    prefixes = tuple(prefix.encode() for prefix in entry.get("prefix", ()))
    bare = regex.removeprefix(r"\b")
    bare = bare[:-2] if bare.endswith(r"\b") else bare
    # Where the value may hold "_", symbols in binaries look like it.
    loose = bool(prefixes) and re.search(_UNDERSCORE, bare) is None
    # The beginning of a word is left to the exact form: to look for it makes the engine slower to compile. A trigger of
    # its own has it where the text would be found too often within others.
    told = [text for trigger in _triggers(entry) for text in written_out(trigger)]
    triggers = list(map(_escapes_too, told)) or [bare if loose else regex.removeprefix(r"\b")]
    whole = bool(entry.get("whole"))
    keywords = entry["near"].lower().split("|") if near else entry["keywords"]
    return Detector(
        entry["id"],
        entry["title"],
        entry.get("severity", "high"),
        LEVELS.index(entry.get("confidence", "medium" if near else "high")),
        regex.encode(),
        tuple((shortened(opened(text)) if whole else clipped(text)).encode() for text in triggers),
        reach(regex),
        bare.encode() if loose else b"",
        prefixes,
        tuple(word.encode() for word in keywords),
        near,
        entry.get("path", ""),
        entry.get("check", ""),
        float(entry.get("entropy", 0)),
    )


def _escapes_too(regex: str) -> str:
    return _BEGINS_FOR_ENGINE + regex[2:] if regex.startswith(r"\b") else regex


def _triggers(entry: dict[str, Any]) -> list[str]:
    found = entry.get("trigger", [])
    return [found] if isinstance(found, str) else list(found)


def reach(regex: str) -> int:
    """Return how many bytes a match of a regex may have, at most FARTHEST."""
    # Needed only where the compiled form of the detectors is made.
    from re import _parser  # type: ignore[attr-defined]

    return min(int(_parser.parse(regex.encode()).getwidth()[1]), FARTHEST)


def written_out(trigger: str) -> list[str]:
    """Return a trigger with each of the texts in `{one|other}`: {a|b}c means ac and bc.

    A regex has the same as (?:a|b)c, of which the engine would look for c alone, wherever it stands.
    """
    match = re.search(_WRITTEN_OUT, trigger)
    if match is None:
        return [trigger]
    before, after = trigger[: match.start()], written_out(trigger[match.end() :])
    return [before + text + rest for text in match[1].split("|") for rest in after]


def shortened(regex: str) -> str:
    """Return a regex without what its end may repeat: one event for each match instead of one for each length."""
    while True:
        shorter = re.sub(_LONG_END, r"{\1}\2", re.sub(_OPTIONAL_END, r"\1", regex))
        if shorter == regex or shorter.endswith("\\"):
            return regex
        regex = shorter


def opened(regex: str) -> str:
    """Return a regex without the upper bounds of its long repeats: they take most of the time that compiling takes."""
    return re.sub(_LONG_REPEAT, lambda match: f"{{{match[1]},}}" if int(match[2]) >= MANY else match[0], regex)


def clipped(regex: str) -> str:
    """Return what the engine looks for instead of a regex: of each repeat the beginning, of a last one nothing more.

    Compiling takes a third less time then, and in a million bytes of an image there is not one event more.
    """
    regex = re.sub(_WORD_END, r"\1", shortened(opened(regex)))
    last = re.search(_COUNTED + r"\)*\Z", regex)
    end = last.start() if last else len(regex)
    before = re.sub(_COUNTED, lambda match: f"{{{BEGINNING},}}" if int(match[1]) > BEGINNING else match[0], regex[:end])
    after = re.sub(_COUNTED, lambda match: f"{{{min(int(match[1]), BEGINNING)}}}", regex[end:])
    return before + after


@cache
def compiled(regex: bytes) -> re.Pattern[bytes]:
    """Return a pattern, compiled when it is first needed: most never are."""
    return re.compile(regex)


@cache
def behind_escape(regex: bytes) -> re.Pattern[bytes] | None:
    """Return the pattern of what begins behind an escape instead of a word's boundary; None for a regex that asks for none."""
    return re.compile(_ESCAPED + regex[len(_WORD) :]) if regex.startswith(_WORD) else None
