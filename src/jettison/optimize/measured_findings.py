"""The findings of a Dockerfile once its image is there: estimates become measurements, what only the image shows joins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jettison.optimize.costs import LineCost, measured
from jettison.optimize.image_findings import image_findings
from jettison.optimize.measured_impact import LineContents, measured_contents

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.image.inspection import Inspection
    from jettison.model.dockerfile import Model
    from jettison.optimize.vulnerable_lines import VulnerableLines


def measured_findings(
    findings: Sequence[Finding],
    muted: Iterable[Finding],
    seen: Inspection,
    model: Model,
    costs: Iterable[LineCost],
    vulnerable: VulnerableLines | None,
) -> tuple[Finding, ...]:
    """Return the findings of the file as the image measures them, and the image's own.

    muted: what the author of the file does not want to hear of; vulnerable: None without data.
    """
    told = frozenset(finding.code for finding in (*findings, *muted))
    contents = LineContents(seen.image, seen.origins, seen.inventory)
    held = measured(measured_contents(findings, model, contents), model, costs)
    if vulnerable is None:
        return (*held, *image_findings(seen, model, told))
    return (*vulnerable.added_to(held), *image_findings(seen, model, told), *vulnerable.findings())
