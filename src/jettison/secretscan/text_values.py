"""The secrets of one text with their values: for masking inside this process, never to be stored or shown."""

from __future__ import annotations

from jettison.secretscan.scanner import Scanner


def secret_texts(data: bytes) -> tuple[str, ...]:
    """Return the values that any detector finds in a text, those of low confidence left out."""
    found = Scanner().with_values("", data)
    return tuple(dict.fromkeys(value for hit, value in found if hit.level > 0))
