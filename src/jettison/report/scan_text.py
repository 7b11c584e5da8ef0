"""The report of `jettison scan` for a terminal: at most 100 columns, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.findings import Severity
from jettison.report.cells import WIDTH, fit, pad
from jettison.report.scan_facts import (
    advice_lines,
    data_lines,
    fixes_all,
    gap_lines,
    headline,
    origin_text,
    rating,
    scheme_of_package,
)
from jettison.report.secrets_text import secret_lines
from jettison.report.support import is_over, release_line
from jettison.report.units import counted
from jettison.terminal import Palette, safe_line
from jettison.vulnerabilities.scan import by_package, places_by_package

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match

MAX_PACKAGES: Final = 25
MAX_ROWS: Final = 3
MAX_PLACES: Final = 10
_STYLES: Final = {"critical": ("red", "bold"), "high": ("red",), "medium": ("yellow",), "low": ("blue",)}


def render(scan: Scan, palette: Palette, everything: bool = False) -> str:
    """Return the whole report; `everything`: no package and no vulnerability is left out."""
    parts = [_head(scan, palette)]
    if "vuln" in scan.kinds:
        parts += [
            _vulnerabilities(scan, palette, everything),
            _updates(scan, palette, everything),
            _ignored(scan, palette),
        ]
    if "secret" in scan.kinds and scan.subject.kind == "image":
        parts.append(secret_lines(scan.subject.secrets, scan.subject.secrets_note, palette))
    if "practice" in scan.kinds:
        parts.append(_practice(scan, palette))
    texts = ("".join(f"{line}\n" for line in part) for part in parts)
    return "\n".join(text for text in texts if text)


def _head(scan: Scan, palette: Palette) -> Iterator[str]:
    yield palette(fit(safe_line(scan.subject.name), WIDTH), "bold")
    release = scan.release
    if release is not None:
        yield palette(
            f"  {fit(safe_line(release_line(release)), WIDTH - 2)}", *(("yellow",) if is_over(release) else ())
        )
    if "vuln" not in scan.kinds:
        return
    findings = scan.findings
    yield f"  {palette(headline(findings), 'bold')}"
    exploited = {match.vulnerability.id for match in findings.matches if match.vulnerability.exploited}
    if exploited:
        yield palette(f"  {len(exploited)} known to be exploited", "red", "bold")
    if findings.updates:
        yield f"  {counted(len(findings.updates), 'package')} with a security update of the distribution"
    for line in (*gap_lines(findings), *findings.notes, *advice_lines(findings)):
        yield palette(f"  {fit(safe_line(line), WIDTH - 2)}", "yellow")
    for line in data_lines(findings):
        yield palette(f"  {fit(safe_line(line), WIDTH - 2)}", "yellow" if "stale" in line else "dim")


def _vulnerabilities(scan: Scan, palette: Palette, everything: bool) -> Iterator[str]:
    groups = by_package(scan.findings)
    if not groups:
        return
    yield palette(f"{'package':<34} {'installed':<20} {'all fixed in':<20} {'count':>5}  {'from':<12}".rstrip(), "bold")
    shown = groups if everything else groups[:MAX_PACKAGES]
    all_places = places_by_package(scan.findings)
    for index, matches in shown:
        package = scan.findings.packages[index]
        name = pad(f"{safe_line(package.name)} ({package.type})", 34)
        fixed = safe_line(fixes_all(matches, scheme_of_package(scan, index))) or "no fix"
        where = origin_text(scan.origin(index), package.layer)
        row = f"{name} {pad(safe_line(package.version), 20)} {pad(fixed, 20)} {len(matches):>5}  {where}"
        yield palette(fit(row, WIDTH).rstrip(), "cyan")
        places = all_places[index]
        if len(places) > 1:
            text = f"in {len(places)} places: {safe_line(', '.join(places[:MAX_PLACES]))}"
            yield palette(f"    {fit(text, WIDTH - 4)}", "dim")
        rows = matches if everything else matches[:MAX_ROWS]
        yield from (_row(match, palette) for match in rows)
        if len(rows) < len(matches):
            yield palette(f"    ... and {len(matches) - len(rows)} more (--all)", "dim")
    if len(shown) < len(groups):
        yield palette(f"... and {len(groups) - len(shown)} more packages (--all)", "dim")


def _row(match: Match, palette: Palette) -> str:
    found = match.vulnerability
    marks = "exploited " if found.exploited else ""
    if found.likelihood is not None:
        marks += f"epss {100 * found.likelihood:.0f}% "
    fix = f"{safe_line(match.fixed[0])} fixes it" if match.fixed else safe_line(match.status)
    severity = rating(found.severity, found.score)
    name = pad(safe_line(found.id), 20)
    rest = f"{marks}{fit(fix, 28)}; {safe_line(found.summary)}" if found.summary else f"{marks}{fit(fix, 28)}"
    return f"    {name} {palette(f'{severity:<12}', *_STYLES.get(found.severity, ()))} {fit(rest, WIDTH - 38)}"


def _updates(scan: Scan, palette: Palette, everything: bool) -> Iterator[str]:
    if not scan.findings.updates:
        return
    yield palette("Security updates that the distribution offers", "bold")
    shown = scan.findings.updates if everything else scan.findings.updates[:MAX_PACKAGES]
    for update in shown:
        package = scan.findings.packages[update.package]
        text = f"{safe_line(package.name)} {safe_line(package.version)} -> {safe_line(update.version)}"
        yield f"  {fit(text, WIDTH - 2)}"
    if len(shown) < len(scan.findings.updates):
        yield palette(f"  ... and {len(scan.findings.updates) - len(shown)} more (--all)", "dim")


def _ignored(scan: Scan, palette: Palette) -> Iterator[str]:
    if not scan.findings.ignored:
        return
    packages = scan.findings.packages
    told = [
        f"{one.match.vulnerability.id} of {packages[one.match.package].name}: {one.reason} [{one.by}]"
        for one in scan.findings.ignored
    ]
    lines = list(dict.fromkeys(told))
    yield palette(f"Not counted: {len(lines)}", "bold")
    for line in lines[:MAX_PACKAGES]:
        yield f"  {fit(safe_line(line), WIDTH - 2)}"
    if len(lines) > MAX_PACKAGES:
        yield f"  ... and {len(lines) - MAX_PACKAGES} more"


def _practice(scan: Scan, palette: Palette) -> Iterator[str]:
    if not scan.subject.practice:
        return
    yield palette("Best practice", "bold")
    for found in sorted(scan.subject.practice, key=lambda one: -one.severity):
        text = f"{safe_line(found.title)}: {safe_line(found.detail)}"
        yield f"  {Severity.NAMES[found.severity]:<7} {found.id:<12} {fit(text, WIDTH - 23)}"
