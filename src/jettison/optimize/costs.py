"""What each line of a Dockerfile costs, measured: bytes of its layer, seconds of its step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jettison.engine.steps import StepLines
from jettison.findings import Finding
from jettison.image.attribution import layer_origins
from jettison.optimize.line_span import node_at

if TYPE_CHECKING:
    from jettison.engine.base import StepTime
    from jettison.image.attribution import Origin
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model


@dataclass(frozen=True, slots=True)
class LineCost:
    """One instruction. line: its first line, None for the base image; bytes unpacked; seconds of a cold build.

    understood: whether its shell text was read; one that was not stays as it is.
    vulnerabilities: known ones of the packages that it brought, None where no data speaks of the image.
    """

    line: int | None
    text: str
    bytes: int
    seconds: float | None
    understood: bool = True
    vulnerabilities: int | None = None


def line_costs(
    model: Model,
    image: Image,
    steps: Sequence[StepTime],
    origins: Sequence[Origin] | None = None,
    vulnerable: Mapping[int | None, int] | None = None,
) -> tuple[LineCost, ...]:
    """Return the cost of the base and of each line that wrote a layer or took a step, in the order of the file.

    The bytes add up to the unpacked size of the image. origins: of the layers, where they are known already.
    vulnerable: line -> known vulnerabilities, None where no data speaks of the image.
    """
    sizes: dict[int | None, int] = {}
    for origin, layer in zip(origins or layer_origins(image.history, model), image.layers, strict=False):
        sizes[origin.line] = sizes.get(origin.line, 0) + layer.size_unpacked
    sizes[None] = sizes.get(None, 0) + image.size_unpacked - sum(sizes.values())
    lines = StepLines(model.source.data)
    seconds: dict[int, float] = {}
    for step in steps:
        line = lines.line_of(step.name)
        if line is not None:
            seconds[line] = seconds.get(line, 0.0) + step.seconds
    texts = {node.start_line: _text(model, node.start_line) for node in model.file.instructions}
    froms = {stage.from_.start_line for stage in model.stages}

    def brought(line: int | None) -> int | None:
        return vulnerable.get(line, 0) if vulnerable is not None else None

    name = model.lineage(model.final)[0].base.raw if model.final else ""
    base = LineCost(None, name, sizes.pop(None), None, vulnerabilities=brought(None))
    numbers = sorted({n for n in (*sizes, *seconds) if n is not None and n not in froms})
    unread = {run.instruction.start_line for run in model.runs if run.has_error}
    found = (
        LineCost(n, texts.get(n, ""), sizes.get(n, 0), seconds.get(n), n not in unread, brought(n)) for n in numbers
    )
    return (base, *found)


def _text(model: Model, line: int) -> str:
    return model.source.text(model.source.line_span(line)).strip().rstrip(model.file.escape).strip()


def measured(findings: Iterable[Finding], model: Model, costs: Iterable[LineCost]) -> tuple[Finding, ...]:
    """Return the findings with each estimate held to what its line was measured to cost.

    A line that wrote 3 MB cannot leave a cache of 60; such a claim is cut and called measured.
    """
    costs = tuple(costs)
    by_line = {cost.line: cost for cost in costs if cost.line is not None}
    starts = sorted(by_line)
    whole = sum(cost.bytes for cost in costs)
    return tuple(_measured(finding, model, by_line, starts, whole) for finding in findings)


def _measured(finding: Finding, model: Model, by_line: dict[int, LineCost], starts: list[int], whole: int) -> Finding:
    at = model.source.line(finding.span.start)
    start = max((line for line in starts if line <= at), default=None)
    node = node_at(model, at)
    if node is not None and node.keyword == "FROM":
        return _at_most(finding, whole)
    if start is None or node is None or node.start_line != start:
        return finding
    cost = by_line[start]
    impact = finding.impact
    sizes, seconds = impact.bytes_saved, impact.seconds_saved
    changed = False
    if sizes is not None and sizes[1] > cost.bytes:
        sizes, changed = (min(sizes[0], cost.bytes), cost.bytes), True
    # What a COPY invalidates is the time of the lines after it, not its own.
    own = node.keyword == "RUN" and cost.seconds is not None
    if own and seconds is not None and cost.seconds is not None and seconds[1] > cost.seconds:
        seconds, changed = (min(seconds[0], cost.seconds), cost.seconds), True
    if not changed:
        return finding
    held = impact._replace(bytes_saved=sizes, seconds_saved=seconds, basis="measured at most")
    return finding._replace(impact=held)


def _at_most(finding: Finding, whole: int) -> Finding:
    """Return a finding on a base image, which cannot save more than the whole image takes."""
    sizes = finding.impact.bytes_saved
    if sizes is None or sizes[1] <= whole:
        return finding
    return finding._replace(
        impact=finding.impact._replace(bytes_saved=(min(sizes[0], whole), whole), basis="measured at most")
    )
