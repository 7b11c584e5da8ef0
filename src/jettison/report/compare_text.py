"""The report of `jettison compare` for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.cells import WIDTH, fit
from jettison.report.compare_rows import package_counts, rights_lines
from jettison.report.known_rows import change_line, count_rows, note_lines
from jettison.report.units import change, human_bytes
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.image.compare import Comparison
    from jettison.report.known import Known

MAX_ROWS: Final = 12


def render_comparison(seen: Comparison, palette: Palette, known: Known | None = None) -> str:
    """Return the report; every text that comes from the images is made safe. known: None without data."""
    return "".join(f"{line}\n" for line in _lines(seen, palette, known))


def _lines(seen: Comparison, palette: Palette, known: Known | None) -> Iterator[str]:
    yield palette(f"{'':<12}{'before':>12}{'after':>12}", "bold")
    yield f"{'size':<12}{human_bytes(seen.sizes[0]):>12}{human_bytes(seen.sizes[1]):>12}  {change(*seen.sizes)}"
    yield f"{'hidden':<12}{human_bytes(seen.hidden[0]):>12}{human_bytes(seen.hidden[1]):>12}"
    yield f"{'layers':<12}{seen.layers[0]:>12}{seen.layers[1]:>12}"
    yield f"{'shared':<12}{human_bytes(seen.shared):>12}  in layers that both have"
    if seen.times:
        yield f"{'times':<12}{seen.times:>12}  files and folders differ in their time alone"
    if seen.identical:
        yield "the same image"
    else:
        yield "the same but for times, history and layering" if seen.same else ""
    if known is not None:
        yield from _vulnerabilities(known, palette)
    yield from _section("configuration", seen.config, palette)
    packages = [f"{name}: {old or 'none'} -> {new or 'none'}" for name, old, new in seen.packages]
    yield from _section("packages", packages, palette, note=package_counts(seen.packages))
    for title, paths in (
        ("files removed", seen.removed),
        ("files added", seen.added),
        ("files changed", seen.changed),
        ("folders removed", seen.folders_removed),
        ("folders added", seen.folders_added),
    ):
        yield from _section(
            title, [_file(path, seen.bytes_of.get(path, 0)) for path in paths[:MAX_ROWS]], palette, len(paths)
        )
    yield from _section("owners or modes changed", rights_lines(seen), palette)


def _vulnerabilities(known: Known, palette: Palette) -> Iterator[str]:
    yield palette(f"{'':<24}{'before':>15}{'after':>15}", "bold")
    for title, before, after in count_rows(known):
        yield f"{title:<24}{before:>15}{after:>15}"
    for line in note_lines(known):
        yield palette(f"  {fit(safe_line(line), WIDTH - 2)}", "yellow" if "stale" in line else "dim")
    yield from _section("vulnerabilities gone", [change_line(*row) for row in known.gone], palette)
    yield from _section("vulnerabilities new", [change_line(*row) for row in known.new], palette)


def _file(path: str, size: int) -> str:
    change = f"{'-' if size < 0 else '+'}{human_bytes(abs(size))}" if size else ""
    return f"{change:>10}  /{path}"


def _section(title: str, lines: Sequence[str], palette: Palette, count: int = 0, note: str = "") -> Iterator[str]:
    """Yield the first lines; count: how many there are, where not all are given; note: what stands behind it."""
    if not lines:
        return
    count = count or len(lines)
    yield palette(f"{title}: {count}{f' ({note})' if note else ''}", "bold")
    yield from (f"  {fit(safe_line(line), WIDTH - 2)}" for line in lines[:MAX_ROWS])
    if count > MAX_ROWS:
        yield f"  ... and {count - MAX_ROWS} more"
