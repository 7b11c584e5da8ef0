"""A scan as one self-contained HTML file: no script, nothing loaded, and a policy that forbids both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import Severity
from jettison.report.facts import VERSION, xml
from jettison.report.scan_facts import (
    data_lines,
    fixes_all,
    gap_lines,
    headline,
    origin_text,
    rating,
    scheme_of_package,
)
from jettison.report.secrets_text import place_of_secret
from jettison.terminal import Palette
from jettison.vulnerabilities.scan import by_package

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #8884;"
    "overflow-wrap:anywhere;vertical-align:top}.critical,.high{color:#c62828}.medium{color:#b26a00}.low{color:#1565c0}"
    "@media(prefers-color-scheme:dark){.critical,.high{color:#ff8a80}.medium{color:#ffcc80}.low{color:#90caf9}}"
    "summary{cursor:pointer}.warn{font-weight:600}small{opacity:.8}"
)


def render(scan: Scan, palette: Palette | None = None, everything: bool = True) -> str:
    """Return the page."""
    parts = []
    if "vuln" in scan.kinds:
        parts += [
            _summary(scan),
            *(_package(scan, index, matches) for index, matches in by_package(scan.findings)),
            _updates(scan),
        ]
    parts.append(_secrets(scan))
    if "practice" in scan.kinds:
        parts.append(_practice(scan))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Jettison scan: {xml(scan.subject.name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{xml(scan.subject.name)}</h1>\n<main>\n{''.join(parts)}</main>\n"
        f"<footer><small>Jettison {xml(VERSION)}</small></footer>\n</body>\n</html>\n"
    )


def _summary(scan: Scan) -> str:
    findings = scan.findings
    lines = "".join(
        f"<li>{xml(line)}</li>\n" for line in (*gap_lines(findings), *findings.notes, *data_lines(findings))
    )
    return f'<p class="warn">{xml(headline(findings))}</p>\n<ul>\n{lines}</ul>\n'


def _package(scan: Scan, index: int, matches: list[Match]) -> str:
    package = scan.findings.packages[index]
    fixed = fixes_all(matches, scheme_of_package(scan, index))
    where = origin_text(scan.origin(index), package.layer)
    worst = matches[0].vulnerability.severity
    title = f"{package.name} {package.version} ({package.type})"
    note = "; ".join(part for part in (f"all fixed in {fixed}" if fixed else "no fix known", where) if part)
    rows = "".join(_row(match) for match in matches)
    return (
        f'<details open>\n<summary><strong class="{worst}">{xml(title)}</strong> {len(matches)} <small>{xml(note)}</small></summary>\n'
        f"<table>\n<tr><th>id</th><th>severity</th><th>fixed in</th><th>what</th></tr>\n{rows}</table>\n</details>\n"
    )


def _row(match: Match) -> str:
    found = match.vulnerability
    marks = " exploited" if found.exploited else ""
    marks += f" EPSS {100 * found.likelihood:.1f} %" if found.likelihood is not None else ""
    fix = ", ".join(match.fixed) or match.status
    return (
        f'<tr><td>{xml(found.id)}</td><td class="{found.severity}">{xml(rating(found.severity, found.score) + marks)}</td>'
        f"<td>{xml(fix)}</td><td>{xml(found.summary)}</td></tr>\n"
    )


def _updates(scan: Scan) -> str:
    rows = ""
    for update in scan.findings.updates:
        package = scan.findings.packages[update.package]
        rows += f"<tr><td>{xml(package.name)}</td><td>{xml(package.version)}</td><td>{xml(update.version)}</td></tr>\n"
    head = "<h2>Security updates that the distribution offers</h2>\n<table>\n<tr><th>package</th><th>installed</th><th>offered</th></tr>\n"
    return f"{head}{rows}</table>\n" if rows else ""


def _secrets(scan: Scan) -> str:
    rows = "".join(
        f'<tr><td>{xml(one.title)}</td><td class="{one.severity}">{one.severity}</td>'
        f"<td>{xml(place_of_secret(one))}</td><td>{xml(one.masked)}</td></tr>\n"
        for one in scan.secrets
    )
    return f"<h2>Secrets</h2>\n<table>\n{rows}</table>\n" if rows else ""


def _practice(scan: Scan) -> str:
    rows = "".join(
        f'<tr><td>{xml(one.id)}</td><td class="{Severity.NAMES[one.severity]}">{Severity.NAMES[one.severity]}</td>'
        f"<td>{xml(one.title)}</td><td>{xml(one.detail)}</td></tr>\n"
        for one in sorted(scan.subject.practice, key=lambda found: -found.severity)
    )
    return f"<h2>Best practice</h2>\n<table>\n{rows}</table>\n" if rows else ""
