"""Source lines for people, with the secrets of ENV and ARG masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport

MASK: Final = "***"


def masked_line(report: FileReport, line: int) -> str:
    """Return one line of a file with every value that is known to be a secret masked."""
    span = report.source.line_span(line)
    data = report.source.data[span.start : span.end].rstrip(b"\r\n")
    text = data.decode("utf-8", "replace")
    for secret in secret_values(report):
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def secret_values(report: FileReport) -> list[str]:
    """Return the raw values that the secret rules reported in this file."""
    if report.model is None:
        return []
    names = {f.span.start for f in (*report.findings, *report.suppressed) if f.name == "secret-in-arg-or-env"}
    if not names:
        return []
    nodes = (*report.model.meta_args, *report.model.instructions("ENV", "ARG"))
    return [value.raw for node in nodes for name, value in node.pairs if value and name.span.start in names and value.raw]
