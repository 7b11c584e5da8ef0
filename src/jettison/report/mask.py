"""Text for people, with every secret masked, whatever rules were selected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.model.secrets import secret_spans, spans_in_text
from jettison.secretscan.mask import MASK, Redactor
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.model.dockerfile import Model

__all__ = (
    "MASK", "MaskedSource", "Redactor", "every_secret_value", "masked", "masked_diff", "masked_message", "masked_text", "shown_spans",
)  # fmt: skip

# What only a detector may know: texts of many short words for their length, as no name has; the sums of files and the marks of
# public keys are none. To load the engine of all detectors takes as long as `check` takes for a small file.
_LONG: Final = 12
# All else as a blank: to split a text is several times faster than to search it.
_APART: Final = bytes(code if code < 128 and chr(code).isalnum() else 32 for code in range(256))
_WORDS: Final = re.compile(rb"[A-Z]+[a-z]*|[a-z]+|[0-9]+")
_LEAST_WORDS: Final = 5
_MAX_KNOWN: Final = 20_000
_MAX_LENGTH: Final = 40
_SUM: Final = re.compile(rb"(?:[0-9a-f]{40}|[0-9A-F]{40}|[0-9a-f]{64}|[0-9a-f]{128})\Z")
_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/=_-]{1,65536}")
# Of a message about a secret that is cut short, what begins like it is masked from so many characters on.
_BEGINS: Final = 8


class MaskedSource:
    """The lines of one file as they may be shown; secrets are looked for once."""

    __slots__ = ("_secrets", "_source")

    def __init__(self, report: FileReport) -> None:
        self._source = report.source
        self._secrets = report.secrets

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


def shown_spans(data: bytes, model: Model | None) -> tuple[Span, ...]:
    """Return the places of all secrets of a text that may be shown in pieces, in order; they may overlap."""
    known = spans_in_text(data) if model is None else secret_spans(model)
    if not _may_be_detected(data):
        return known
    return tuple(sorted({*known, *_detected_spans(data)}))


def _may_be_detected(data: bytes) -> bool:
    if len(_KNOWN) > _MAX_KNOWN:
        _KNOWN.clear()
    many = filter(_KNOWN.__getitem__, data.translate(_APART).split())
    # Behind one of these a key has its mark: dop_v1_..., pul-...
    return any(not _SUM.match(text) or b"_" + text in data or b"-" + text in data for text in many)


class _Known(dict[bytes, bool]):
    """Run of letters and digits -> whether it is of many words for its length; files of one kind hold mostly the same."""

    __slots__ = ()

    def __missing__(self, run: bytes) -> bool:
        many = len(run) >= _LONG and len(_WORDS.findall(run)) >= _LEAST_WORDS
        # What is long comes once.
        if len(run) <= _MAX_LENGTH:
            self[run] = many
        return many


_KNOWN: Final = _Known()


def _detected_spans(data: bytes) -> Iterable[Span]:
    from jettison.secretscan.text_values import secret_places

    for start, value, encoded in secret_places(data):
        match = _ENCODED.match(data, start) if encoded else None
        if match is not None:
            yield Span(*match.span())
        at = data.find(value)
        while at >= 0:
            yield Span(at, at + len(value))
            at = data.find(value, at + len(value))


def _cut_out(data: bytes, spans: Iterable[Span]) -> bytes:
    pieces: list[bytes] = []
    position = 0
    for span in spans:
        if span.end <= position:
            continue
        pieces += [data[position : max(span.start, position)], MASK.encode()]
        position = span.end
    return b"".join((*pieces, data[position:]))


def masked_text(text: str) -> str:
    """Return a text of any origin, such as the message of an error, without the secrets that anything knows."""
    data = text.encode("utf-8", "surrogateescape")
    spans = shown_spans(data, None)
    return _cut_out(data, spans).decode("utf-8", "surrogateescape") if spans else text


def masked_message(message: str, values: Iterable[str]) -> str:
    """Return a message about a file without the secrets of it, and without what is left of those that were cut short."""
    for value in values:
        message = message.replace(value, MASK)
        at = message.find(value[:_BEGINS])
        if at >= 0:
            end = at + _BEGINS
            while message.startswith(value[: end - at + 1], at) and end - at < len(value):
                end += 1
            message = message[:at] + MASK + message[end:]
    return message


def masked(data: bytes) -> bytes:
    """Return the bytes of a Dockerfile with each secret in it replaced by MASK."""
    from jettison.model.dockerfile import build_model
    from jettison.syntax.tree import parse

    left = _cut_out(data, secret_spans(build_model(parse(data)))).decode("utf-8", "surrogateescape")
    return Redactor(_detected(data))(left).encode("utf-8", "surrogateescape")


def _detected(data: bytes) -> tuple[str, ...]:
    # Imported here: the engine of all detectors is for reports that show whole texts, not for each finding of `check`.
    from jettison.secretscan.text_values import secret_texts

    return secret_texts(data)


def masked_diff(before: bytes, after: bytes, path: str) -> str:
    """Return the unified diff of two texts of a Dockerfile, secrets masked on both sides."""
    from jettison.syntax.edit import unified_diff

    return unified_diff(masked(before), masked(after), path)


def every_secret_value(model: Model) -> tuple[str, ...]:
    """Return the secrets of a Dockerfile as they may appear in a build log: for reports that show texts of a build or an image."""
    data = model.source.data
    texts = (data[span.start : span.end].decode("utf-8", "replace").strip("\"'") for span in secret_spans(model))
    return tuple(dict.fromkeys((*texts, *_detected(data))))
