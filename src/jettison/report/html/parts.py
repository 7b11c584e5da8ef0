"""The pieces that pages are made of. Plain text is escaped here, once; only `Html` is taken as it is."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from jettison.report.units import human_bytes
from jettison.terminal import safe_line

# A table of more rows is folded by the script, and cut here when it is longer than anyone reads.
MAX_ROWS: Final = 5_000
MAX_TEXT: Final = 400


class Html(str):
    """Markup. What is not of this type is text, and is escaped where it is put in."""

    __slots__ = ()


class Number(NamedTuple):
    """A figure: `value` sorts, `text` is shown."""

    value: float
    text: str


class Ranked(NamedTuple):
    """Markup that sorts by a value of its own: a severity by how grave it is, not by its letters."""

    value: float
    markup: Html


Cell = str | Number | Ranked | Html | None


class Column(NamedTuple):
    """A column of a table. kind: "" for text, "n" for figures, "wide" for what may take the room that is left."""

    title: str
    kind: str = ""


def esc(text: str, limit: int = MAX_TEXT) -> Html:
    """Return text as markup on one line: escaped, control characters visible, bounded."""
    line = safe_line(text)
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    return Html(html.escape(line))


def join(parts: Iterable[str]) -> Html:
    """Return markup made of markup and text."""
    return Html("".join(part if isinstance(part, Html) else esc(part) for part in parts))


def size(count: float) -> Number:
    """Return a byte count as a figure."""
    return Number(count, human_bytes(count))


def whole(count: int) -> Number:
    """Return a count as a figure; nothing is shown for none."""
    return Number(count, f"{count:,}" if count else "")


def code(text: str, limit: int = MAX_TEXT) -> Html:
    """Return text in the type of code."""
    return Html(f"<code>{esc(text, limit)}</code>")


def badge(text: str, tone: str) -> Html:
    """Return a small label. tone: good, bad, warn, info or plain."""
    return Html(f'<span class="badge {tone}">{esc(text)}</span>')


def bar(*shares: tuple[float, str]) -> Html:
    """Return a bar of parts, each (share of the whole 0 to 1, tone); it needs no script and no style attribute."""
    at, rects = 0.0, []
    for share, tone in shares:
        width = max(0.0, min(1.0 - at, share)) * 100
        rects.append(f'<rect class="{tone}" x="{at * 100:.2f}" width="{width:.2f}" height="8"/>')
        at += width / 100
    return Html(
        f'<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{"".join(rects)}</svg>'
    )


def figure(label: str, value: str, note: str = "", tone: str = "") -> Html:
    """Return one of the large figures at the top of a page."""
    small = f"<small>{esc(note)}</small>" if note else ""
    return Html(f'<div class="figure {tone}"><dt>{esc(label)}</dt><dd>{esc(value)}{small}</dd></div>')


def figures(items: Iterable[Html]) -> Html:
    """Return the row of large figures."""
    return Html(f'<dl class="figures">{"".join(items)}</dl>\n')


def section(ident: str, title: str, body: Html, intro: str | Html = "") -> Html:
    """Return a part of the page under a heading."""
    lead = f'<p class="lead">{join([intro])}</p>' if intro else ""
    return Html(f'<section id="{ident}"><h2>{esc(title)}</h2>{lead}{body}</section>\n')


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], label: str, total: int | None = None) -> Html:
    """Return a table that sorts and folds where scripts run. total: how many rows there were, when some were left out."""
    head = "".join(f'<th scope="col" class="{column.kind}">{esc(column.title)}</th>' for column in columns)
    body, count = [], 0
    for row in rows:
        if count == MAX_ROWS:
            break
        count += 1
        body.append("<tr>" + "".join(map(_cell, row, columns)) + "</tr>")
    more = f'<p class="note">The first {count:,} of {total:,}.</p>' if total and total > count else ""
    return Html(
        f'<div class="scroll" role="region" aria-label="{esc(label)}" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{chr(10).join(body)}\n</tbody></table></div>{more}"
    )


def _cell(cell: Cell, column: Column) -> str:
    if isinstance(cell, Number):
        return f'<td class="n" data-v="{cell.value:.10g}">{esc(cell.text)}</td>'
    if isinstance(cell, Ranked):
        return f'<td class="{column.kind}" data-v="{cell.value:.10g}">{cell.markup}</td>'
    inner = cell if isinstance(cell, Html) else esc(cell or "")
    return f'<td class="{column.kind}">{inner}</td>' if column.kind else f"<td>{inner}</td>"
