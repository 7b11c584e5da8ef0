"""The parts of an outcome that are computed from its images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from jettison.errors import JettisonError
from jettison.image.inspection import inspection_of
from jettison.model.context import BuildContext, IgnoreFile
from jettison.model.dockerfile import build_model
from jettison.optimize.costs import line_costs
from jettison.optimize.records import Side
from jettison.proof.behaviour import Behaviour
from jettison.proof.measure import Measurement
from jettison.report.mask import masked_diff
from jettison.rewrite.inplace import ORDER
from jettison.syntax.edit import unified_diff
from jettison.syntax.tree import parse
from jettison.vulnerabilities.image_counts import ImageCounts, count_inventory

if TYPE_CHECKING:
    from jettison.inventory.inventory import Inventory
    from jettison.model.dockerfile import Model
    from jettison.optimize.builds import Builds, Built, Say
    from jettison.rewrite.candidates import Candidate


def difference(model: Model, candidate: Candidate | None, ignore_before: bytes | None) -> str:
    """Return what a candidate changes as a diff without secrets."""
    if candidate is None:
        return ""
    diff = masked_diff(model.source.data, candidate.dockerfile, "Dockerfile")
    if candidate.dockerignore is not None:
        diff += unified_diff(ignore_before or b"", candidate.dockerignore, ".dockerignore")
    return diff


def order_notes(candidate: Candidate | None) -> tuple[str, ...]:
    """Return what the order of the instructions follows, where the history of the project decided it."""
    changes = candidate.changes if candidate is not None else ()
    return tuple(f"Order: {change.title}" for change in changes if change.id == ORDER)


def measurement(built: Built, context: BuildContext, candidate: Candidate | None) -> Measurement:
    """Return the figures of one image; candidate: None for the original."""
    stop = built.behaviour.stop_text if isinstance(built.behaviour, Behaviour) else "did not start"
    return Measurement(
        built.image.size_unpacked,
        built.image.size_compressed,
        len(built.image.layers),
        _context_bytes(context, candidate),
        built.seconds,
        built.rebuild,
        built.image.config.user,
        stop,
    )


def _context_bytes(context: BuildContext, candidate: Candidate | None) -> int:
    if candidate is None or candidate.dockerignore is None:
        return context.sent_bytes
    ignore = IgnoreFile.parse(candidate.dockerignore)
    return BuildContext(context.root, context.dockerfile, ignore, ".dockerignore").sent_bytes


def both_sides(
    model: Model, candidate: Candidate | None, before: Built | None, after: Built | None, builds: Builds, say: Say
) -> Iterator[Side]:
    """Yield all that is told of the original and of the winner, where they were built."""
    if before is not None:
        yield _side(model, before, builds, say)
    if candidate is not None and after is not None:
        yield _side(build_model(parse(candidate.dockerfile)), after, builds, say)


def _side(model: Model, built: Built, builds: Builds, say: Say) -> Side:
    costs = line_costs(model, built.image, built.steps)
    seen = inspection_of(built.tag, built.image, builds.scanner, model)
    masked = tuple(replace(cost, text=builds.redact(cost.text)) for cost in costs)
    return Side(seen, len(seen.inventory.packages), masked, _vulnerabilities(seen.inventory, say))


def _vulnerabilities(inventory: Inventory, say: Say) -> ImageCounts | None:
    try:
        return count_inventory(inventory)
    except JettisonError as error:
        # What was proven does not hang on it.
        say(f"vulnerabilities were not counted: {error}")
        return None
