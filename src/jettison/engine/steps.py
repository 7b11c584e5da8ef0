"""Which line of the Dockerfile a build step comes from.

Engines name steps by text ("[build 2/5] RUN make"), never by line, so the text is looked up;
where variables were expanded in it, the place in its stage decides (BuildKit counts FROM and every
RUN, COPY, ADD and WORKDIR).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# A stage of ten steps and more has its numbers padded: "[ 3/10]".
_STEP = re.compile(r"\[\s*(?:(\S+)\s+)?(\d+)/\d+\] (\S+)(.*)", re.DOTALL)
_COUNTED: Final = frozenset({"FROM", "RUN", "COPY", "ADD", "WORKDIR"})
_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?")


@dataclass(frozen=True, slots=True)
class _Line:
    line: int
    keyword: str
    text: str
    stage: int
    place: int


class StepLines:
    """Finds the line of a step of one Dockerfile."""

    def __init__(self, dockerfile: bytes) -> None:
        self._names: dict[str, int] = {}
        self._lines = list(self._read(dockerfile.decode("utf-8", "replace")))
        self._by_text: dict[str, list[_Line]] = {}
        for entry in self._lines:
            self._by_text.setdefault(entry.text, []).append(entry)
        self._by_place = {(entry.stage, entry.place): entry for entry in self._lines}

    def line_of(self, step: str) -> int | None:
        """Return the 1-based line on which the step's instruction begins, or None."""
        found = _STEP.match(step)
        if not found:
            return self._unique_line(step)
        stage_name, place, keyword, rest = found.groups()
        stage = self._stage(stage_name)
        for entry in self._by_text.get(_squeeze(keyword + rest), ()):
            if entry.stage == stage:
                return entry.line
        at = self._by_place.get((stage, int(place[:9])))
        return at.line if at is not None and at.keyword == keyword.upper() else None

    def _unique_line(self, step: str) -> int | None:
        same = self._by_text.get(_squeeze(step), ())
        return same[0].line if len(same) == 1 else None

    def _stage(self, name: str | None) -> int:
        if name is None:
            return 0
        if name.lower() in self._names:
            return self._names[name.lower()]
        number = name.removeprefix("stage-")
        return int(number) if number.isdigit() and len(number) < 9 else -1

    def _read(self, text: str) -> list[_Line]:
        entries: list[_Line] = []
        stage, place = -1, 0
        for number, logical in _logical_lines(text):
            keyword = logical.split(None, 1)[0].upper() if logical.split() else ""
            if keyword == "FROM":
                stage, place = stage + 1, 0
                words = logical.split()
                if len(words) > 3 and words[-2].upper() == "AS":
                    self._names[words[-1].lower()] = stage
            place += keyword in _COUNTED
            entries.append(_Line(number, keyword, _squeeze(logical), stage, place if keyword in _COUNTED else -1))
        return entries


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Return each instruction's first line and its text with continuations joined."""
    found: list[tuple[int, str]] = []
    escape = "`" if re.match(r"#\s*escape\s*=\s*`", text, re.IGNORECASE) else "\\"
    parts: list[str] = []
    first = 0
    heredocs: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if heredocs:
            if stripped == heredocs[0]:
                heredocs.pop(0)
            continue
        if stripped.startswith("#") or not stripped:
            continue
        if not parts:
            first = number
        if stripped.endswith(escape):
            parts.append(stripped[:-1])
            continue
        parts.append(stripped)
        logical = "".join(part + " " for part in parts).strip()
        parts = []
        found.append((first, logical))
        if logical[:4].upper().startswith(("RUN", "COPY", "ADD")):
            heredocs = _HEREDOC.findall(logical)
    if parts:
        found.append((first, "".join(parts)))
    return found


def _squeeze(text: str) -> str:
    keyword, _, rest = text.strip().partition(" ")
    return keyword.upper() + " " + " ".join(rest.split())
