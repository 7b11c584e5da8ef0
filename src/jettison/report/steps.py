"""What a layer is called: the line of the Dockerfile that wrote it, or the command that its history tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.image.attribution import Origin

MAX_LABEL: Final = 120
# `RUN |2 NAME=value OTHER=value /bin/sh -c `: the build arguments, and a shell with its options, stand in front of what is run.
_WRAPPING: Final = re.compile(
    r"(?:RUN )?(?:\|\d{1,3} .{0,4000}? ?)?/\S{0,60}sh (?:[^\s/]\S{0,30} ){0,4}?-\w{0,4}c (?:#\(nop\) )?"
)
# The classic builder names what it copied by a digest.
_COPIED: Final = re.compile(r"((?:\b(?:dir|file|multi):|#\(nop\) ADD )[0-9a-f]{8})[0-9a-f]{56}\b")


def layer_command(created_by: str) -> str:
    """Return what a history entry says was done, without the builder's wrapping; safe, on one line."""
    text = _COPIED.sub(r"\1", created_by.removesuffix("# buildkit").strip())
    wrapping = _WRAPPING.match(text)
    return safe_line(text[wrapping.end() :].strip() if wrapping else text)


def written_by(created_by: str) -> str:
    """Return the command of a layer for a table; an imported root file system has none."""
    return layer_command(created_by) or "(the image does not say)"


def layer_label(number: int, created_by: str, origin: Origin) -> str:
    """Return a name of a layer for a heading or a row: its line or number, and its command."""
    where = origin.where or f"layer {number}"
    return f"{where}: {layer_command(created_by)}"[:MAX_LABEL].rstrip(": ")
