"""Source lines for people, with every secret masked, whatever rules were selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.model.secrets import secret_spans
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport

MASK: Final = "***"


class MaskedSource:
    """The lines of one file as they may be shown; secrets are looked for once."""

    __slots__ = ("_secrets", "_source")

    def __init__(self, report: FileReport) -> None:
        self._source = report.source
        self._secrets = () if report.model is None else secret_spans(report.model)

    def text(self, span: Span) -> str:
        """Return the text of a span with each secret in it replaced by MASK; not yet safe to print."""
        data = self._source.data
        pieces: list[bytes] = []
        position = span.start
        for secret in self._secrets:
            start, end = max(secret.start, position), min(secret.end, span.end)
            if start >= end:
                continue
            pieces += [data[position:start], MASK.encode()]
            position = end
        pieces.append(data[position : span.end])
        return b"".join(pieces).decode("utf-8", "surrogateescape")
