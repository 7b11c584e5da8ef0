"""Findings as Markdown, for a comment on a merge request or a job summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jettison.report.facts import message_of, place_of, severity_of
from jettison.report.markdown import plain
from jettison.report.units import counted

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return a table per file that has findings, after a line that counts them."""
    count = sum(len(report.findings) for report in reports)
    files = counted(len(reports), "file")
    out = [f"# Jettison: {counted(count, 'finding')} in {files}\n"]
    for report in reports:
        if not report.findings:
            continue
        out.append(f"\n## {plain(report.path)}\n\n| line | severity | rule | finding |\n| ---: | --- | --- | --- |\n")
        for finding in report.findings:
            place = place_of(report, finding)
            name = f"{plain(finding.code)} {plain(finding.name)}"
            out.append(f"| {place.line} | {severity_of(finding)} | {name} | {plain(message_of(finding))} |\n")
    return "".join(out)
