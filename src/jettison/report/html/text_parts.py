"""Texts with a form of their own: a diff, a build log, claims with their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from jettison.report.html.parts import Html, badge, esc
from jettison.syntax.tree import KEYWORDS
from jettison.terminal import safe

MAX_LINES: Final = 5_000
MAX_LINE: Final = 2_000
_MARKS: Final = (("+++", "file"), ("---", "file"), ("@@", "at"), ("+", "add"), ("-", "del"))


def diff(text: str) -> Html:
    """Return a unified diff with added and removed lines marked, by sign as well as by colour."""
    lines = "".join(_diff_line(line) for line in safe(text).splitlines()[:MAX_LINES])
    return Html(f'<pre class="diff" tabindex="0" aria-label="Difference">{lines}</pre>')


def _diff_line(line: str) -> str:
    mark = next((name for start, name in _MARKS if line.startswith(start)), "")
    sign, rest = line[:1], line[1:]
    word = rest.split(None, 1)[0] if rest.strip() else ""
    if mark not in ("file", "at") and word in KEYWORDS and rest.startswith(word):
        inner = f"{esc(sign)}<b>{esc(word)}</b>{esc(rest[len(word) :], MAX_LINE)}"
    else:
        inner = esc(line, MAX_LINE)
    return f'<span class="{mark}">{inner or "&nbsp;"}</span>' if mark else f"<span>{inner or '&nbsp;'}</span>"


def log(text: str) -> Html:
    """Return the end of a build's output."""
    lines = "".join(f"<span>{esc(line, MAX_LINE) or '&nbsp;'}</span>" for line in safe(text).splitlines()[-200:])
    return Html(f'<pre class="diff" tabindex="0" aria-label="Output of the build">{lines}</pre>')


def claims(rows: Iterable[tuple[str, str, Sequence[str]]], tones: Mapping[str, str]) -> Html:
    """Return claims, each (verdict, title, evidence)."""
    items = []
    for verdict, title, evidence in rows:
        points = "".join(f"<li>{esc(point)}</li>" for point in evidence)
        found = f"<ul>{points}</ul>" if points else ""
        items.append(
            f"<li><span>{badge(verdict, tones.get(verdict, 'plain'))}</span><div>{esc(title)}{found}</div></li>"
        )
    return Html(f'<ul class="claims">{"".join(items)}</ul>')
