"""`jettison check FILE --image IMAGE`: what the built image tells of the findings, and of what no file shows."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jettison.errors import UsageError
from jettison.terminal import safe_line

if TYPE_CHECKING:
    import argparse

    from jettison.lint.engine import FileReport


def add_image(reports: Sequence[FileReport], args: argparse.Namespace) -> None:
    """Measure the findings of the one Dockerfile in its image, and add what the image alone shows.

    Raises:
        UsageError: not exactly one Dockerfile with a stage was checked.
        ImageError, SourceError, EngineError: the image, or a file that says what does not count, cannot be used.
    """
    from jettison.cli.known import known_of_one, said_of, settings_in_force
    from jettison.image.inspection import inspect
    from jettison.optimize.costs import line_costs
    from jettison.optimize.decided import decided_in
    from jettison.optimize.measured_findings import measured_findings
    from jettison.optimize.vulnerable_lines import VulnerableLines
    from jettison.report.reading_bar import reading_bar

    name = args.image
    report = _only(reports)
    decided = decided_in(".", settings_in_force(args, report.path), said_of(args))
    model = report.model
    assert model is not None
    # The check runs without a garbage collector; an image makes far more garbage.
    gc.enable()
    with reading_bar(name):
        seen = decided.left_of(inspect(name, args.engine, "", model))
    for note in seen.notes:
        sys.stderr.write(f"jettison: {safe_line(name)}: {safe_line(note)}\n")
    if all(origin.line is None for origin in seen.origins):
        sys.stderr.write(
            f"jettison: no layer of {safe_line(name)} matches a line of {safe_line(report.path)}: "
            "was it built from another file?\n"
        )
    known = known_of_one(seen, decided.vulnerabilities)
    vulnerable = VulnerableLines(seen, model, known) if known is not None else None
    costs = line_costs(model, seen.image, (), seen.origins)
    found = measured_findings(report.findings, report.suppressed, seen, model, costs, vulnerable)
    report.findings = tuple(sorted(found, key=lambda finding: finding.span.start))


def _only(reports: Sequence[FileReport]) -> FileReport:
    files = [report for report in reports if report.model is not None and report.model.final is not None]
    if len(files) != 1:
        count = "none was" if not files else f"{len(files)} were"
        raise UsageError(f"--image goes with one Dockerfile, and {count} found; name the file it was built from")
    return files[0]
