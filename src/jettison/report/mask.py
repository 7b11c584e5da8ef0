"""Text for people, with every secret masked, whatever rules were selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.model.secrets import secret_spans
from jettison.secretscan.mask import MASK, Redactor
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.model.dockerfile import Model

__all__ = ("MASK", "MaskedSource", "Redactor", "every_secret_value", "masked", "masked_diff", "secret_values")


class MaskedSource:
    """The lines of one file as they may be shown; secrets are looked for once."""

    __slots__ = ("_secrets", "_source")

    def __init__(self, report: FileReport) -> None:
        self._source = report.source
        self._secrets = () if report.model is None else secret_spans(report.model)

    def plain_line(self, line: Span) -> str | None:
        """Return a line without its end where it can be shown as it is; None where anything has to be masked or escaped."""
        if self._secrets and any(secret.start < line.end and line.start < secret.end for secret in self._secrets):
            return None
        data = self._source.data[line.start : line.end].rstrip(b"\r\n")
        return text if data.isascii() and (text := data.decode("ascii")).isprintable() else None

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


def masked(data: bytes) -> bytes:
    """Return the bytes of a Dockerfile with each secret in it replaced by MASK."""
    from jettison.model.dockerfile import build_model
    from jettison.syntax.tree import parse

    pieces: list[bytes] = []
    position = 0
    for span in secret_spans(build_model(parse(data))):
        if span.end <= position:
            continue
        pieces += [data[position : max(span.start, position)], MASK.encode()]
        position = span.end
    left = b"".join((*pieces, data[position:])).decode("utf-8", "surrogateescape")
    return Redactor(_detected(data))(left).encode("utf-8", "surrogateescape")


def _detected(data: bytes) -> tuple[str, ...]:
    # Imported here: the engine of all detectors is for reports that show whole texts, not for each finding of `check`.
    from jettison.secretscan.text_values import secret_texts

    return secret_texts(data)


def masked_diff(before: bytes, after: bytes, path: str) -> str:
    """Return the unified diff of two texts of a Dockerfile, secrets masked on both sides."""
    from jettison.syntax.edit import unified_diff

    return unified_diff(masked(before), masked(after), path)


def secret_values(model: Model) -> tuple[str, ...]:
    """Return the secrets of a Dockerfile as they may appear in a build log."""
    data = model.source.data
    texts = (data[span.start : span.end].decode("utf-8", "replace").strip("\"'") for span in secret_spans(model))
    return tuple(dict.fromkeys(texts))


def every_secret_value(model: Model) -> tuple[str, ...]:
    """Return those and what any detector knows: for reports that show texts of a build or of an image."""
    return tuple(dict.fromkeys((*secret_values(model), *_detected(model.source.data))))
