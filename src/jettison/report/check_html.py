"""Findings as one self-contained HTML file: no script, nothing loaded, and a policy that forbids both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.excerpt import Line, excerpt
from jettison.report.facts import VERSION, place_of, severity_of, xml
from jettison.report.mask import MaskedSource
from jettison.report.units import counted

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}"
    "h2{font-size:1.1rem;margin:2rem 0 .5rem;overflow-wrap:anywhere}"
    "article{border-left:4px solid;padding:.2rem 0 .2rem .8rem;margin:.8rem 0}"
    ".high{border-color:#c62828}.medium{border-color:#b26a00}.low{border-color:#1565c0}.info{border-color:#757575}"
    "pre{overflow-x:auto;padding:.5rem;margin:.3rem 0;background:#8881;font-size:.85rem}"
    "mark{background:#f9a82566;color:inherit}small{opacity:.8}"
)


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return the page."""
    count = sum(len(report.findings) for report in reports)
    title = f"{counted(count, 'finding')} in {counted(len(reports), 'file')}"
    body = "".join(_file(report) for report in reports if report.findings)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Jettison: {title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<main>\n{body}</main>\n<footer><small>Jettison {xml(VERSION)}</small></footer>\n</body>\n</html>\n"
    )


def _file(report: FileReport) -> str:
    masked = MaskedSource(report)
    articles = "".join(_article(report, masked, finding) for finding in report.findings)
    return f"<section>\n<h2>{xml(report.path)}</h2>\n{articles}</section>\n"


def _article(report: FileReport, masked: MaskedSource, finding: Finding) -> str:
    place = place_of(report, finding)
    rows = "\n".join(_row(row) for row in excerpt(report, masked, finding))
    fix = f"<small>Fix: {xml(finding.fix.title)}</small>\n" if finding.fix is not None else ""
    return (
        f'<article class="{severity_of(finding)}">\n<strong>{xml(finding.code)}</strong> {xml(finding.message)} '
        f"<small>line {place.line}, {xml(finding.name)}, {severity_of(finding)}</small>\n<pre>{rows}</pre>\n{fix}</article>\n"
    )


def _row(row: Line) -> str:
    if not row.number:
        return "  ..."
    before, marked, after = row.text[: row.start], row.text[row.start : row.end], row.text[row.end :]
    return f"{row.number:>5}  {xml(before)}<mark>{xml(marked)}</mark>{xml(after)}"
