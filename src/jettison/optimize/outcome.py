"""The parts of an outcome that are computed from its images."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jettison.errors import JettisonError
from jettison.image.inspection import inspection_of
from jettison.model.context import BuildContext, IgnoreFile
from jettison.model.dockerfile import build_model
from jettison.optimize.costs import line_costs
from jettison.optimize.records import Gone, Side
from jettison.optimize.vulnerable_lines import VulnerableLines
from jettison.proof.behaviour import Behaviour
from jettison.proof.measure import Measurement
from jettison.report.mask import masked_diff
from jettison.rewrite.inplace import ORDER
from jettison.syntax.edit import unified_diff
from jettison.syntax.tree import parse
from jettison.vulnerabilities.image_counts import LookedUp, counts_of, look_up
from jettison.vulnerabilities.scan import names_of_image

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.image.inspection import Inspection
    from jettison.inventory.inventory import Inventory
    from jettison.model.dockerfile import Model
    from jettison.optimize.builds import Builds, Built, Say
    from jettison.optimize.decided import Decided
    from jettison.rewrite.candidates import Candidate
    from jettison.vulnerabilities.vulnerability import Findings


def difference(model: Model, candidate: Candidate | None, ignore_before: bytes | None) -> str:
    """Return what a candidate changes as a diff without secrets."""
    if candidate is None:
        return ""
    name = model.context.dockerfile if model.context is not None else "Dockerfile"
    # A file outside of the project has no place below it.
    name = os.path.basename(name) if name.startswith("..") else name
    diff = masked_diff(model.source.data, candidate.dockerfile, name)
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


def side_of(model: Model, built: Built, builds: Builds, say: Say, decided: Decided) -> Side:
    """Return all that is told of one image that was built from a model; decided: what does not count."""
    seen = decided.left_of(inspection_of(built.tag, built.image, builds.scanner, model))
    known = _known(seen, say, decided)
    brought = VulnerableLines(seen, model, known).counts() if known is not None else None
    costs = line_costs(model, built.image, built.steps, seen.origins, brought)
    masked = tuple(replace(cost, text=builds.redact(cost.text)) for cost in costs)
    counts = counts_of(known) if known is not None else None
    return Side(seen, len(seen.inventory.packages), masked, counts, known)


def side_after(
    candidate: Candidate | None, after: Built | None, builds: Builds, say: Say, decided: Decided
) -> tuple[Side, ...]:
    """Return what is told of the winner, nothing where there is none that was built."""
    if candidate is None or after is None:
        return ()
    return (side_of(build_model(parse(candidate.dockerfile)), after, builds, say, decided),)


def gone_between(sides: Sequence[Side]) -> Gone | None:
    """Return what differs between both images, None where there are not two."""
    if len(sides) != 2:
        return None
    old, new = (Counter((one.type, one.name) for one in side.inspection.inventory.packages) for side in sides)
    before, after = (side.known for side in sides)
    packages = Gone((old - new).total(), (new - old).total())
    if before is None or after is None or any(side.vulnerabilities is None for side in sides):
        return packages
    first, second = ({match.vulnerability.id for match in found.matches} for found in (before, after))
    exploited = {match.vulnerability.id for match in before.matches if match.vulnerability.exploited}
    return replace(
        packages,
        vulnerabilities=len(first - second),
        exploited=len(exploited - second),
        new_vulnerabilities=len(second - first),
    )


def looked_up(inventory: Inventory, image: Image) -> LookedUp:
    """Return what is looked up of an image that was built here: it has no name but what it holds."""
    return LookedUp(inventory, names_of_image("", image.digest))


def _known(seen: Inspection, say: Say, decided: Decided) -> Findings | None:
    """Return what is known of the packages, None without a database."""
    try:
        return next(iter(look_up(looked_up(seen.inventory, seen.image), judgement=decided.vulnerabilities)), None)
    except JettisonError as error:
        # What was proven does not hang on it.
        say(f"vulnerabilities were not counted: {error}")
        return None
