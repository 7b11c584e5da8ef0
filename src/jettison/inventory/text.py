"""Text of files that nobody has checked: decoded without error, bounded, without control characters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

Content = bytes | memoryview
MAX_VALUE: Final = 1024
MAX_JSON: Final = 32 << 20
MAX_VALUES: Final = 4_000_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def decoded(data: bytes) -> str:
    """Return the text; undecodable bytes as surrogates, so that paths keep their bytes."""
    return bytes(data).decode("utf-8", "surrogateescape")


def clean(value: object, limit: int = MAX_VALUE) -> str:
    """Return one line of printable text of at most `limit` characters; "" for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = (str(value) if isinstance(value, str) or abs(value) < 1e18 else "")[: limit * 2]
    # Nearly all is printable, which is told much faster.
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()[:limit]


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """Yield the paragraphs of "Key: value" text, keys in lower case, continuation lines joined by newlines.

    Source: deb-822(5); RFC 5322 headers of Python metadata have the same shape.
    """
    fields: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in text.splitlines():
        if not line.strip():
            if fields:
                yield {key: "\n".join(lines) for key, lines in fields.items()}
            fields, last = {}, None
        elif line[0] in " \t":
            if last is not None:
                last.append(line.strip())
        else:
            key, colon, value = line.partition(":")
            if colon:
                last = fields.setdefault(key.strip().lower(), [])
                last.append(value.strip())
    if fields:
        yield {key: "\n".join(lines) for key, lines in fields.items()}


def read_json(data: bytes, limit: int = MAX_JSON) -> Any:
    """Return the value of JSON text, None when it is damaged, larger than `limit` bytes or nested too deep.

    The stdlib decoder stops with an exception at the interpreter's own limit of nesting.
    """
    # "[[],[],..." takes twenty times its size in memory.
    if len(data) > limit or data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        return None
    try:
        return json.loads(bytes(data).decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def mapping(value: object) -> dict[str, Any]:
    """Return the value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return the value when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []
