"""`jettison scan IMAGE --html FILE`: known vulnerabilities by package, secrets and practice, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.report.html.maps import SEARCH
from jettison.report.html.page import render_page
from jettison.report.html.parts import Cell, Column, Html, Number, badge, code, figure, figures, join, section, table
from jettison.report.html.secret_section import secret_section
from jettison.report.html.sections import checkpoint_section, severity_badge
from jettison.report.html.vulnerability_section import data_note
from jettison.report.scan_facts import fixes_all, headline, origin_text, scheme_of_package
from jettison.report.support import release_note
from jettison.vulnerabilities.scan import by_package, nothing_looked_up
from jettison.vulnerabilities.severity import SEVERITIES

if TYPE_CHECKING:
    from jettison.terminal import Palette
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match

_RANK: Final = {name: place for place, name in enumerate(SEVERITIES)}
_GRAVE: Final = ("critical", "high")


def render(scan: Scan, palette: Palette | None = None, everything: bool = True) -> str:
    """Return the page; every text that comes from the image or the data is made safe."""
    parts = [_figures(scan), SEARCH]
    if "vuln" in scan.kinds:
        parts += [_packages(scan), _vulnerabilities(scan), _updates(scan), _ignored(scan)]
    if "secret" in scan.kinds:
        parts.append(secret_section(scan.subject.secrets, scan.subject.secrets_note))
    if "practice" in scan.kinds:
        parts.append(checkpoint_section(scan.subject.practice))
    # The search has no files here: it filters the tables.
    return render_page(scan.subject.name, "What is known of this image", "".join(parts), {"images": []})


def _figures(scan: Scan) -> Html:
    items = []
    if "vuln" in scan.kinds:
        counts = scan.findings.counts()
        least = "at least " if scan.findings.at_least else ""
        total = sum(counts.values())
        blind = nothing_looked_up(scan.findings)
        shown = "not looked up" if blind else f"{least}{total:,}"
        tone = "bad" if total or blind else "" if least else "good"
        items.append(figure("Vulnerabilities", shown, "no data for its packages" if blind else _ages(scan), tone))
        for name in () if blind else _GRAVE:
            items.append(figure(name.capitalize(), f"{counts.get(name, 0):,}", "", "bad" if counts.get(name) else ""))
        exploited = len({m.vulnerability.id for m in scan.findings.matches if m.vulnerability.exploited})
        if not blind:
            known = any(one.exploits for one in scan.findings.data)
            shown = f"{exploited:,}" if exploited or known else "?"
            note = "" if known else "no list of them was imported"
            items.append(figure("Known exploited", shown, note, "bad" if exploited else ""))
        items.append(figure("Packages", f"{len(scan.findings.packages):,}", release_note(scan.release)))
    if "secret" in scan.kinds:
        items.append(
            figure(
                "Secrets", f"{len(scan.secrets):,}" if scan.secrets else "none", "", "bad" if scan.secrets else "good"
            )
        )
    return figures(items)


def _ages(scan: Scan) -> str:
    days = max((one.age for one in scan.findings.data if one.counted), default=None)
    return "no data to look them up in" if days is None else f"data up to {days} days old"


def _packages(scan: Scan) -> Html:
    rows: list[tuple[Cell, ...]] = []
    for index, matches in by_package(scan.findings):
        package = scan.findings.packages[index]
        fixed = fixes_all(matches, scheme_of_package(scan, index))
        rows.append(
            (
                severity_badge(matches[0].vulnerability.severity),
                f"{package.name} ({package.type})",
                code(package.version),
                Number(len(matches), f"{len(matches):,}"),
                code(fixed) if fixed else "",
                origin_text(scan.origin(index), package.layer),
            )
        )
    columns = (
        Column("Worst", "nw"), Column("Package", "path"), Column("Installed"), Column("Known", "n"),
        Column("All fixed in"), Column("From", "nw"),
    )  # fmt: skip
    body = [table(columns, rows, "Packages with vulnerabilities")] if rows else []
    return section("vulnerable", "Packages to update", join([*body, data_note(scan.findings)]), headline(scan.findings))


def _vulnerabilities(scan: Scan) -> Html:
    matches = scan.findings.matches
    if not matches:
        return Html("")
    ordered = sorted(matches, key=lambda m: (_RANK.get(m.vulnerability.severity, 99), -(m.vulnerability.score or 0.0)))
    # Only where somebody imported these scores.
    scored = any(match.vulnerability.likelihood is not None for match in matches)
    columns = (
        Column("Severity", "nw"), Column("Score", "n"), Column("Vulnerability", "nw"), Column("Package"), Column("Fixed in"),
        *((Column("EPSS", "n"),) if scored else ()), Column("What", "wide"),
    )  # fmt: skip
    body = table(columns, _rows(scan, ordered, scored), "Vulnerabilities", len(matches))
    return section("vulnerabilities", "Vulnerabilities", body, "The gravest first.")


def _rows(scan: Scan, matches: list[Match], scored: bool) -> Iterator[tuple[Cell, ...]]:
    for match in matches:
        one = match.vulnerability
        package = scan.findings.packages[match.package]
        marks = join([one.id, " ", badge("exploited", "bad")]) if one.exploited else one.id
        yield (
            severity_badge(one.severity),
            Number(one.score, f"{one.score:.1f}") if one.score is not None else "",
            marks,
            f"{package.name} {package.version}",
            code(", ".join(match.fixed)) if match.fixed else match.status,
            *((_likelihood(one.likelihood),) if scored else ()),
            one.summary,
        )


def _likelihood(value: float | None) -> Cell:
    return Number(value, f"{100 * value:.1f} %") if value is not None else ""


def _updates(scan: Scan) -> Html:
    rows = [
        (scan.findings.packages[u.package].name, code(scan.findings.packages[u.package].version), code(u.version))
        for u in scan.findings.updates
    ]
    if not rows:
        return Html("")
    columns = (Column("Package", "path"), Column("Installed"), Column("Offered"))
    return section("updates", "Security updates that the distribution offers", table(columns, rows, "Updates"))


def _ignored(scan: Scan) -> Html:
    rows = [
        (one.match.vulnerability.id, scan.findings.packages[one.match.package].name, one.reason, one.by)
        for one in scan.findings.ignored
    ]
    if not rows:
        return Html("")
    columns = (Column("Vulnerability", "nw"), Column("Package"), Column("Reason", "wide"), Column("Said by"))
    return section("ignored", "Not counted", table(columns, rows, "Not counted"))
