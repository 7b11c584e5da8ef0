"""What the scanner found in one file: a small tuple that travels between processes and into the layer cache."""

from __future__ import annotations

from jettison.named_tuple import NamedTuple


class Hit(NamedTuple):
    """One place of a secret; the value itself is not in it.

    offset: byte of the file where it (or what it is packed in) begins; line: 1-based, 0 where the file is no text.
    masked: what may be shown of the value. level: confidence as an index of detectors.LEVELS.
    via: how it was packed ("gzip", "base64", "zip:a/b.py"), "" for plain bytes. verified: a checksum says it is real.
    """

    detector: str
    offset: int
    line: int
    masked: str
    level: int
    via: str = ""
    verified: bool = False
