"""The report of `jettison compare` for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.cells import WIDTH, fit
from jettison.report.units import factor, human_bytes
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.image.compare import Comparison

MAX_ROWS: Final = 12


def render_comparison(seen: Comparison, palette: Palette) -> str:
    """Return the report; every text that comes from the images is made safe."""
    return "".join(f"{line}\n" for line in _lines(seen, palette))


def _lines(seen: Comparison, palette: Palette) -> Iterator[str]:
    yield palette(f"{'':<12}{'before':>12}{'after':>12}", "bold")
    yield f"{'size':<12}{human_bytes(seen.sizes[0]):>12}{human_bytes(seen.sizes[1]):>12}  {factor(*seen.sizes)}"
    yield f"{'hidden':<12}{human_bytes(seen.hidden[0]):>12}{human_bytes(seen.hidden[1]):>12}"
    yield f"{'layers':<12}{seen.layers[0]:>12}{seen.layers[1]:>12}"
    yield f"{'shared':<12}{human_bytes(seen.shared):>12}  in layers that both have"
    if seen.times:
        yield f"{'times':<12}{seen.times:>12}  files differ in their time alone"
    if seen.identical:
        yield "the same image"
    else:
        yield "the same but for times, history and layering" if seen.same else ""
    yield from _section("configuration", seen.config, palette)
    yield from _section(
        "packages", [f"{n}: {old or 'none'} -> {new or 'none'}" for n, old, new in seen.packages], palette
    )
    for title, paths in (
        ("files removed", seen.removed),
        ("files added", seen.added),
        ("files changed", seen.changed),
        ("owners or modes changed", seen.rights),
    ):
        yield from _section(title, [f"/{path}" for path in paths], palette)


def _section(title: str, lines: Sequence[str], palette: Palette) -> Iterator[str]:
    if not lines:
        return
    yield palette(f"{title}: {len(lines)}", "bold")
    yield from (f"  {fit(safe_line(line), WIDTH - 2)}" for line in lines[:MAX_ROWS])
    if len(lines) > MAX_ROWS:
        yield f"  ... and {len(lines) - MAX_ROWS} more"
