"""Comments by which other tools mute a rule, honoured as they are: without a reason, unknown ids silent.

Sources: the documentation of hadolint ("Inline ignores"), BuildKit ("Build checks", `check` directive),
tally (suppressions), Checkov ("Suppressing and skipping policies"), Trivy ("Filtering", inline ignores) and
KICS ("Running KICS", commands in comments).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jettison.rules.index import finding_codes

# How far a comment reaches: the instruction below, the stage below, the whole file.
NEXT: Final = 0
BLOCK: Final = 1
FILE: Final = 2
ALL: Final = "*"
MAX_COMMENT: Final = 4000

_LISTED: Final = re.compile(r"\s*(hadolint|tally)\s+(global\s+)?ignore\s*=\s*([^;\s][^;]*)")
_CHECKOV: Final = re.compile(r"checkov:skip=\s*([\w-]+)")
_TRIVY: Final = re.compile(r"trivy:ignore:([\w*-]+)(?::exp:(\d{4}-\d\d-\d\d))?")
_KICS: Final = re.compile(r"\s*kics-scan\s+(?:(ignore-line|ignore-block|ignore)\b|disable\s*=\s*([\w,\s-]+))")
_NAMES: Final = re.compile(r"[\w/-]+")


def read_comment(text: str, started: bool) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield (reach, codes) of each thing a comment mutes; `started`: an instruction stands above it."""
    text = text[:MAX_COMMENT]
    listed = _LISTED.match(text)
    if listed:
        names = listed[3].split() if listed[1] == "hadolint" else [listed[3]]
        # hadolint's list may have blanks after its commas, and prose may follow the list.
        joined = _joined(names)
        yield (FILE if listed[2] else NEXT), _codes(joined)
        return
    for match in _CHECKOV.finditer(text):
        yield FILE, _codes(match[1])
    for match in _TRIVY.finditer(text):
        if not match[2] or not _is_past(match[2]):
            # Above all instructions it speaks of the whole file, as that tool's file-wide findings need.
            yield (NEXT if started else FILE), (frozenset((ALL,)) if match[1] == ALL else _codes(match[1]))
    kics = _KICS.match(text)
    if kics and kics[2]:
        yield FILE, _codes(kics[2])
    elif kics:
        yield {"ignore-line": NEXT, "ignore-block": BLOCK, "ignore": FILE}[kics[1]], frozenset((ALL,))


def read_directive(value: str) -> tuple[frozenset[str], bool]:
    """Return what `# check=skip=...;error=true` skips, and whether any finding is to fail."""
    skipped: frozenset[str] = frozenset()
    fails = False
    for part in value[:MAX_COMMENT].split(";"):
        key, _, given = part.partition("=")
        if key.strip().lower() == "skip":
            skipped |= build_checks() if given.strip().lower() == "all" else _codes(given)
        elif key.strip().lower() == "error":
            fails = given.strip().lower() in ("true", "1", "t")
    return skipped, fails


def build_checks() -> frozenset[str]:
    """Return our rules that stand for build checks: their ids are the only ones in this form of name."""
    from jettison.rules.index import entries

    return frozenset(entry.code for entry in entries() if any(_is_build_check(name) for name in entry.foreign))


def _is_build_check(name: str) -> bool:
    return name.isalpha() and name[0].isupper() and not name.isupper()


def _joined(words: list[str]) -> str:
    kept: list[str] = []
    for word in words:
        if kept and not kept[-1].endswith(",") and not word.startswith(","):
            break
        kept.append(word)
    return "".join(kept)


def _codes(names: str) -> frozenset[str]:
    return frozenset(code for name in _NAMES.findall(names) for code in finding_codes(name))


def _is_past(day: str) -> bool:
    from time import gmtime, strftime

    return day < strftime("%Y-%m-%d", gmtime())
