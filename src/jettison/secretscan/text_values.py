"""The secrets of one text with their values: for masking inside this process, never to be stored or shown."""

from __future__ import annotations

from functools import cache

from jettison.secretscan.scanner import Scanner


@cache
def _scanner() -> Scanner:
    # One process asks for many texts; to make one takes longer than to search them.
    return Scanner()


def secret_texts(data: bytes) -> tuple[str, ...]:
    """Return the values that any detector finds in a text, those of low confidence left out."""
    found = _scanner().with_values("", data)
    return tuple(dict.fromkeys(value for hit, value in found if hit.level > 0))


def secret_places(data: bytes) -> tuple[tuple[int, bytes, bool], ...]:
    """Return (offset, value, whether it is encoded there) of the secrets that any detector finds, those of low confidence left out."""
    found = _scanner().with_values("", data)
    return tuple(
        (hit.offset, value.encode("utf-8", "surrogateescape"), bool(hit.via)) for hit, value in found if hit.level > 0
    )
