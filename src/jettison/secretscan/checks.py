"""Validators of values: structure and checksums that a chance match does not have.

Each returns None (no secret of this kind), False (looks right) or True (a checksum or a parse proves the form).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable
from math import log2
from typing import Final

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SPACES: Final = re.compile(rb"\\[rn]|\s")
Verdict = bool | None


def entropy(value: bytes) -> float:
    """Return the bits per byte of a value by the frequencies of its own bytes (Shannon)."""
    if not value:
        return 0.0
    counts = Counter(value).values()
    return -sum(n / len(value) * log2(n / len(value)) for n in counts)


def crc32_base62(value: bytes) -> Verdict:
    """GitHub and npm: the last six characters are the CRC-32 of those before, after the prefix, in base 62."""
    body = value.partition(b"_")[2]
    number = zlib.crc32(body[:-6])
    text = ""
    while number:
        number, rest = divmod(number, 62)
        text = _BASE62[rest] + text
    return True if text.rjust(6, "0").encode() == body[-6:] else None


def aws_id(value: bytes) -> Verdict:
    """AWS: base 32 after the mark, the account number in it; the documentation's own end in EXAMPLE."""
    if value.endswith(b"EXAMPLE"):
        return None
    try:
        base64.b32decode(value[4:] + b"=" * (-len(value[4:]) % 8))
    except binascii.Error:
        return None
    return False


def pair(value: bytes) -> Verdict:
    """`user:password` in base64."""
    try:
        plain = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return None
    user, colon, password = plain.partition(b":")
    if not colon or len(password) < 3 or not plain.isascii() or not all(32 <= byte < 127 for byte in user + password):
        return None
    from jettison.secretscan.values import is_stand_in

    return None if is_stand_in(password) else False


def jwt(value: bytes) -> Verdict:
    """A JSON web token: header and body are JSON objects, the header names an algorithm."""
    header, body = (_json(part) for part in value.split(b".")[:2])
    if not isinstance(header, dict) or not isinstance(body, dict) or "alg" not in header:
        return None
    return None if body.get("name") == "John Doe" or header["alg"] == "none" else False


def pem(value: bytes) -> Verdict:
    """The body of a private key: base64 of a DER sequence or of OpenSSH's own form."""
    text = _SPACES.sub(b"", value)
    text = text[: len(text) // 4 * 4]
    try:
        data = base64.b64decode(text)
    except binascii.Error:
        return None
    if data.startswith(b"openssh-key-v1\0"):
        return False
    # SEQUENCE, its length in one to three bytes, then an INTEGER (the version) in all unencrypted forms.
    for skip in (2, 3, 4):
        if data[:1] == b"\x30" and data[skip : skip + 2] == b"\x02\x01":
            return False
    return False if entropy(text) > 4 and len(data) >= 64 else None


def discord(value: bytes) -> Verdict:
    """Discord: the first part is the bot's number in base64."""
    first = value.partition(b".")[0]
    try:
        number = base64.urlsafe_b64decode(first + b"=" * (-len(first) % 4))
    except binascii.Error:
        return None
    return False if number.isdigit() and 16 <= len(number) <= 20 else None


def _json(part: bytes) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None


CHECKS: Final[dict[str, Callable[[bytes], Verdict]]] = {
    "crc32-base62": crc32_base62,
    "aws-id": aws_id,
    "base64-pair": pair,
    "jwt": jwt,
    "pem": pem,
    "discord": discord,
}
