"""A scan as Markdown, for a comment on a merge request or a job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import Severity
from jettison.report.markdown import plain
from jettison.report.scan_facts import (
    advice_lines,
    data_lines,
    fixes_all,
    gap_lines,
    headline,
    origin_text,
    scheme_of_package,
)
from jettison.report.secrets_text import place_of_secret
from jettison.report.support import release_line
from jettison.terminal import Palette
from jettison.vulnerabilities.scan import by_package

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Scan

MAX_PACKAGES: Final = 200
MAX_NAMES: Final = 5


def _facts(scan: Scan) -> tuple[str, ...]:
    findings = scan.findings
    system = [release_line(scan.release)] if scan.release is not None else []
    return (*system, *gap_lines(findings), *findings.notes, *advice_lines(findings), *data_lines(findings))


def render(scan: Scan, palette: Palette | None = None, everything: bool = False) -> str:
    """Return a summary, the age of the data, and a table of packages, the worst first."""
    out = [f"# Jettison scan: {plain(scan.subject.name)}\n\n"]
    findings = scan.findings
    if "vuln" in scan.kinds:
        out.append(f"**{headline(findings)}**\n\n")
        out += [f"- {plain(line)}\n" for line in _facts(scan)]
        groups = by_package(findings)
        if groups:
            out.append(
                "\n| package | installed | all fixed in | vulnerabilities | from |\n| --- | --- | --- | --- | --- |\n"
            )
        for index, matches in groups if everything else groups[:MAX_PACKAGES]:
            package = findings.packages[index]
            names = ", ".join(
                f"{plain(m.vulnerability.id)} ({m.vulnerability.severity}{', exploited' if m.vulnerability.exploited else ''})"
                for m in matches[:MAX_NAMES]
            )
            more = f" and {len(matches) - MAX_NAMES} more" if len(matches) > MAX_NAMES else ""
            fixed = fixes_all(matches, scheme_of_package(scan, index))
            where = origin_text(scan.origin(index), package.layer)
            out.append(
                f"| {plain(package.name)} | {plain(package.version)} | {plain(fixed)} | {names}{more} | {plain(where)} |\n"
            )
        if findings.updates:
            out.append("\n| security update for | installed | offered |\n| --- | --- | --- |\n")
        for update in findings.updates[:MAX_PACKAGES]:
            package = findings.packages[update.package]
            out.append(f"| {plain(package.name)} | {plain(package.version)} | {plain(update.version)} |\n")
    if scan.secrets:
        out.append("\n| secret | severity | where | value |\n| --- | --- | --- | --- |\n")
        for secret in scan.secrets[:MAX_PACKAGES]:
            where = plain(place_of_secret(secret))
            out.append(f"| {plain(secret.title)} | {secret.severity} | {where} | {plain(secret.masked)} |\n")
    if "practice" in scan.kinds and scan.subject.practice:
        out.append("\n| practice | severity | finding |\n| --- | --- | --- |\n")
        for found in sorted(scan.subject.practice, key=lambda one: -one.severity):
            text = plain(f"{found.title}: {found.detail}")
            out.append(f"| {plain(found.id)} | {Severity.NAMES[found.severity]} | {text} |\n")
    return "".join(out)
