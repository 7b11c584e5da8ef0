"""What may be written to a terminal: no control sequence from input, colour only on request."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Final, TextIO

# C0 but TAB and LF, DEL, C1, the bidirectional controls of Unicode's UAX #9, zero-width marks,
# line/paragraph separators, surrogates (undecodable bytes) and the byte order mark.
_UNSAFE_RANGES: Final = (
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0x061C, 0x061C),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),
)
_STYLES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


@cache
def _unsafe() -> dict[int, str]:
    # Made when a text first needs it: thousands of code points, mostly surrogates, and most runs write plain text only.
    return {
        code: (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        for low, high in _UNSAFE_RANGES
        for code in range(low, high + 1)
    }


def safe(text: str) -> str:
    """Return `text` with every control character but TAB and LF shown as an escape."""
    # Plain text is told in a tenth of the time that a look at each character takes.
    return text if text.isascii() and text.isprintable() else text.translate(_unsafe())


def safe_line(text: str) -> str:
    """Return `text` safe and on one line: TAB becomes a space, LF a visible escape."""
    if text.isascii() and text.isprintable():
        return text
    return safe(text).replace("\t", " ").replace("\n", "\\n")


def wants_colour(stream: TextIO | None = None) -> bool:
    """Return whether colour goes to `stream`: a terminal, and NO_COLOR is unset."""
    out = stream if stream is not None else sys.stdout
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return out.isatty() and os.environ.get("TERM") != "dumb"


class Palette:
    """Wraps text in styles, or leaves it plain."""

    __slots__ = ("enabled",)

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, text: str, *styles: str) -> str:
        """Return `text` in the named styles; the text must already be safe."""
        if not self.enabled or not styles:
            return text
        codes = ";".join(_STYLES[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"
