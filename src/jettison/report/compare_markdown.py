"""The report of `jettison compare` as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.compare_rows import package_counts, rights_lines
from jettison.report.known_rows import change_line, count_rows, note_lines
from jettison.report.markdown import cell, folded, table
from jettison.report.units import change, human_bytes

if TYPE_CHECKING:
    from jettison.image.compare import Comparison
    from jettison.report.known import Known

MAX_ROWS: Final = 100


def render_comparison_markdown(seen: Comparison, known: Known | None = None) -> str:
    """Return the report; every text that comes from the images is made plain. known: None without data."""
    return "\n".join(_parts(seen, known))


def _parts(seen: Comparison, known: Known | None) -> Iterator[str]:
    yield "## The same but for times, history and layering\n" if seen.same else "## What differs\n"
    yield table(
        ("", "before:", "after:", ""),
        (
            ("size", *map(human_bytes, seen.sizes), change(*seen.sizes)),
            ("hidden", *map(human_bytes, seen.hidden), change(*seen.hidden)),
            ("layers", *map(str, seen.layers), ""),
            *(((title.strip(), before, after, "") for title, before, after in count_rows(known)) if known else ()),
        ),
    )
    if known is not None:
        yield "".join(f"- {cell(line)}\n" for line in note_lines(known))
        yield _list("vulnerabilities gone", [change_line(*row) for row in known.gone])
        yield _list("vulnerabilities new", [change_line(*row) for row in known.new])
    yield _list("configuration", seen.config)
    packages = [(cell(name), cell(old) or "none", cell(new) or "none") for name, old, new in seen.packages]
    if packages:
        body = table(("package", "before", "after"), packages[:MAX_ROWS]) + _more(packages)
        yield folded(f"packages: {len(packages)} ({package_counts(seen.packages)})", body)
    yield _list("files removed", seen.removed)
    yield _list("files added", seen.added)
    yield _list("files changed", seen.changed)
    yield _list("folders removed", seen.folders_removed)
    yield _list("folders added", seen.folders_added)
    yield _list("owners or modes changed", rights_lines(seen))


def _list(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    return folded(f"{title}: {len(lines)}", "".join(f"- {cell(line)}\n" for line in lines[:MAX_ROWS]) + _more(lines))


def _more(lines: Sequence[object]) -> str:
    return f"\n... and {len(lines) - MAX_ROWS} more\n" if len(lines) > MAX_ROWS else ""
