"""What slimming did, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.report.cells import WIDTH, fit
from jettison.report.steps import layer_command
from jettison.report.units import human_bytes
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.slim.records import SlimOutcome

MAX_GONE: Final = 20
MAX_LINE: Final = 96


def render_text(outcome: SlimOutcome, palette: Palette) -> str:
    """Return the report for a terminal."""
    return outcome.redact("".join(f"{line}\n" for line in _lines(outcome, palette)))


def _lines(outcome: SlimOutcome, palette: Palette) -> Iterator[str]:
    if outcome.after is None:
        yield palette(f"refused: no smaller form of {safe_line(outcome.image)} could be proven", "bold")
    else:
        times = outcome.before / max(outcome.after, 1)
        sizes = f"{human_bytes(outcome.before)} -> {human_bytes(outcome.after)}, {times:.1f} x less"
        name = safe_line(outcome.tag) if outcome.tag else "not named"
        yield palette(f"{outcome.verdict}: {sizes} ({name})", "bold")
    if outcome.gone:
        yield palette("What went, why, and what would have avoided it", "bold")
    for gone in outcome.gone[:MAX_GONE]:
        yield f"  {human_bytes(gone.bytes):>10}  {safe_line(gone.reason)}"
        if gone.line:
            # A line that is cut would hide only a part of a secret in it.
            yield palette(f"              from: {fit(layer_command(outcome.redact(gone.line)), WIDTH - 20)}", "dim")
        yield palette(f"              {gone.advice}", "dim")
    if len(outcome.gone) > MAX_GONE:
        yield f"  ... and {len(outcome.gone) - MAX_GONE} more (--format json lists all)"
    for claim in outcome.proof.claims if outcome.proof else ():
        yield f"  {claim.verdict:<11} {safe_line(claim.title)}"
    for attempt in outcome.attempts:
        yield palette(f"Tried {safe_line(outcome.redact(attempt))[: MAX_LINE * 2]}", "dim")
    for note in outcome.notes:
        yield palette(safe_line(note), "dim")


def render_json(outcome: SlimOutcome) -> str:
    """Return everything as JSON, the secrets of the image's configuration masked."""
    data = {
        "schema": "https://jettison.dev/slim-1",
        "image": outcome.image,
        "verdict": outcome.verdict,
        "tag": outcome.tag,
        "bytes_before": outcome.before,
        "bytes_after": outcome.after,
        "gone": [
            {"reason": g.reason, "line": g.line, "files": g.files, "bytes": g.bytes, "advice": g.advice}
            for g in outcome.gone
        ],
        "proof": [
            {"id": c.id, "title": c.title, "verdict": c.verdict, "evidence": list(c.evidence)}
            for c in (outcome.proof.claims if outcome.proof else ())
        ],
        "attempts": list(outcome.attempts),
        "notes": list(outcome.notes),
        "dockerfile": outcome.dockerfile.decode("utf-8", "replace"),
    }
    return json.dumps(outcome.redact.all(data), indent=2, ensure_ascii=True) + "\n"
