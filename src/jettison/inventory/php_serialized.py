"""What PHP's serialize() wrote: texts, numbers and arrays; objects are none of ours.

Source: PHP manual, serialize(); PHP, ext/standard/var_unserializer.re.
"""

from __future__ import annotations

import re
from typing import Any, Final

from jettison.inventory.text import decoded

MAX_DEPTH: Final = 64
MAX_VALUES: Final = 500_000
_SCALAR: Final = re.compile(rb"N;|([bid]):([^;]{1,64});|([sa]):(\d{1,9}):")


def unserialized(data: bytes) -> Any:
    """Return the value: None, bool, int, float, str or a dict for an array; None for what is damaged or of another kind."""
    try:
        return _Reader(data).value(0)
    except (ValueError, IndexError, RecursionError):
        return None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._left = MAX_VALUES

    def value(self, depth: int) -> Any:
        """Return the next value. Raises ValueError for what is none, or for too much of it."""
        found = _SCALAR.match(self._data, self._at)
        self._left -= 1
        if found is None or depth > MAX_DEPTH or self._left < 0:
            raise ValueError("no value")
        self._at = found.end()
        if found[1] is not None:
            return _number(found[1], found[2])
        if found[3] is None:
            return None
        size = int(found[4])
        return self._text(size) if found[3] == b"s" else self._array(size, depth)

    def _text(self, size: int) -> str:
        self._expect(b'"')
        text = self._data[self._at : self._at + size]
        self._at += size
        self._expect(b'";')
        return decoded(text)

    def _array(self, size: int, depth: int) -> dict[Any, Any]:
        self._expect(b"{")
        found = {}
        for _ in range(size):
            key = self.value(depth + 1)
            if not isinstance(key, str | int):
                raise ValueError("no key")
            found[key] = self.value(depth + 1)
        self._expect(b"}")
        return found

    def _expect(self, mark: bytes) -> None:
        if not self._data.startswith(mark, self._at):
            raise ValueError("damaged")
        self._at += len(mark)


def _number(kind: bytes, text: bytes) -> bool | int | float:
    if kind == b"b":
        return text == b"1"
    return int(text) if kind == b"i" else float(text)
