"""What a layer is called: the line of the Dockerfile that wrote it, or the command that its history tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.image.attribution import Origin

MAX_LABEL: Final = 120
_WRAPPINGS: Final = ("/bin/sh -c #(nop) ", "RUN /bin/sh -c ", "/bin/sh -c ")


def layer_command(created_by: str) -> str:
    """Return what a history entry says was done, without the builder's wrapping; safe, on one line."""
    text = created_by.removesuffix("# buildkit").strip()
    for prefix in _WRAPPINGS:
        if text.startswith(prefix):
            return safe_line(text[len(prefix) :].strip())
    return safe_line(text)


def layer_label(number: int, created_by: str, origin: Origin) -> str:
    """Return a name of a layer for a heading or a row: its line or number, and its command."""
    where = f"line {origin.line}" if origin.line is not None else f"layer {number}"
    return f"{where}: {layer_command(created_by)}"[:MAX_LABEL].rstrip(": ")
