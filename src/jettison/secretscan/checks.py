"""Validators of values: structure and checksums that a chance match does not have.

Each returns None (no secret of this kind), or how right it looks.
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

from jettison.secretscan.values import is_example

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGIT: Final = re.compile(rb"[0-9]")
_HEX: Final = re.compile(rb"[0-9A-F]*")
_LETTER: Final = re.compile(rb"[A-Za-z]")
_VERSION: Final = re.compile(rb"[v^~<>=]{0,2}\d+(?:\.\d+)+[\w.+-]*\Z|\d+(?:ms|s|m|h|d)\Z")
_SEPARATORS: Final = re.compile(rb"[^A-Za-z0-9]+")
_WORDS: Final = re.compile(rb"[A-Z]+[a-z]*|[a-z]+|[0-9]+")
_REFERENCE: Final = re.compile(rb"\{\{|\}\}|\$\{|\$\(|%\(\w+\)|<[a-z]")
_SPACES: Final = re.compile(rb"\\[rn]|\s")
_JOINED: Final = re.compile(rb"[\"'][\s+,.]{0,40}[\"']|[\"',]")
# It may be one; it looks like one; it has the form of one; a checksum proves that it is one.
DOUBTFUL: Final = 0
LIKELY: Final = 1
RIGHT: Final = 2
PROVEN: Final = 3
# The checks of what only the name of its setting gives away: a detector that knows the service says more.
OF_ANY_SERVICE: Final = frozenset({"chosen-password", "random-value", "made-value"})
Verdict = int | None
# The detector takes no more of a key than this.
LONGEST_KEY: Final = 7000
MIN_AWS_CHARACTERS: Final = 7
# One of 140 ids has so many and no digit.
MANY_VOWELS: Final = 5
# Characters of the shortest random value, how many words it has at least, and how long they are at most on average.
LEAST_RANDOM: Final = 16
LEAST_WORDS: Final = 5
LONGEST_WORDS: Final = 5.5
# A random text of 36 letters and digits has 27 different ones, and twice a neighbour that is the next of the alphabet.
LEAST_DIFFERENT: Final = 20
MOST_NEIGHBOURS: Final = 6
# Bits for each character of what is told of when everything is asked for; the names of settings have fewer.
LEAST_DOUBTFUL: Final = 3.7


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
    return PROVEN if text.rjust(6, "0").encode() == body[-6:] else None


def token_checksum(value: bytes) -> Verdict:
    """GitHub and npm: the checksum proves a token; with another one it is likely one if it was made at random.

    Documentation and tests have alphabets, hexadecimal digits and other texts that people wrote.
    """
    proven = crc32_base62(value)
    if proven is not None:
        return proven
    body = value.partition(b"_")[2]
    lowered = body.lower()
    neighbours = sum(b - a == 1 for step in (1, 2) for a, b in zip(lowered, lowered[step:], strict=False))
    random = len(set(body)) >= LEAST_DIFFERENT and neighbours < MOST_NEIGHBOURS
    return LIKELY if random and _DIGIT.search(body) else None


def aws_id(value: bytes) -> Verdict:
    """AWS: base 32 after the mark, the account number in it; the documentation's own end in EXAMPLE.

    With digits that base 32 has not it is likely one: its documentation speaks of letters and digits alone.

    One of a million ids has so few different characters; tables in base64, mostly zeros, have fewer. Words in capitals
    (names of characters in a program: ASIA behind the end of another) have no digit, and vowels as no random text.
    One of six millions has hexadecimal digits alone; the primes of Diffie and Hellman, with ACCA in them, have no others.
    """
    if value.endswith(b"EXAMPLE") or len(set(value[4:])) < MIN_AWS_CHARACTERS or _HEX.fullmatch(value, 4):
        return None
    try:
        base64.b32decode(value[4:] + b"=" * (-len(value[4:]) % 8))
    except binascii.Error:
        return LIKELY
    vowels = sum(value[4:].count(vowel) for vowel in b"AEIOU")
    return DOUBTFUL if vowels >= MANY_VOWELS and not _DIGIT.search(value) else RIGHT


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

    return None if is_stand_in(password) else RIGHT


def jwt(value: bytes) -> Verdict:
    """A JSON web token: header and body are JSON objects, the header names an algorithm."""
    header, body = (_json(part) for part in value.split(b".")[:2])
    if not isinstance(header, dict) or not isinstance(body, dict) or "alg" not in header:
        return None
    return None if body.get("name") == "John Doe" or header["alg"] == "none" else RIGHT


def pem(value: bytes) -> Verdict:
    """The body of a private key: base64 of a DER sequence or of OpenSSH's own form."""
    # In a program it is put together from lines.
    text = _SPACES.sub(b"", _JOINED.sub(b"", _SPACES.sub(b"", value)))
    text = text[: len(text) // 4 * 4]
    if is_example(text):
        return None
    try:
        data = base64.b64decode(text)
    except binascii.Error:
        return None
    if data.startswith(b"openssh-key-v1\0"):
        return RIGHT
    stated = _der_length(data)
    if stated is None:
        return RIGHT if entropy(text) > 4 and len(data) >= 64 else None
    # What documentation shows is cut short. Programs have keys of their own to try themselves with.
    whole = stated <= len(data) + 3 or len(text) >= LONGEST_KEY
    return DOUBTFUL if not whole else LIKELY if _JOINED.search(value) else RIGHT


def _der_length(data: bytes) -> int | None:
    """Return how long a DER sequence says that it is, None for what is none (its first member is the version)."""
    if data[:1] != b"\x30" or len(data) < 8:
        return None
    count = data[1] & 0x7F if data[1] & 0x80 else 0
    if count > 3 or data[2 + count : 4 + count] != b"\x02\x01":
        return None
    return 2 + count + (int.from_bytes(data[2 : 2 + count], "big") if count else data[1])


def letters_and_digits(value: bytes) -> Verdict:
    """A random value of that length has a digit; names that stand one after another in a program have none."""
    return RIGHT if _DIGIT.search(value) and _LETTER.search(value) else None


def chosen_password(value: bytes) -> Verdict:
    """A password or key in a file of settings: letters and digits, and none of what stands in for one."""
    from jettison.secretscan.values import is_plain, is_stand_in

    value = value.rstrip(b",;")
    if len(value) < 8 or not value.isascii() or not _DIGIT.search(value) or not _LETTER.search(value):
        return None
    # Texts for people spell accents so; versions and times have digits and letters, too.
    if b"\\u" in value or _VERSION.match(value) or is_stand_in(value) or is_plain(value):
        return None
    return RIGHT


def random_value(value: bytes) -> Verdict:
    """What a generator gave out, in a source of any language; what people name things is doubtful.

    A name is of few words and numbers for its length (`fromHeader2`: three); a random text, taken for one, of many.
    """
    # What stands between the words of a name does not make more of them.
    text = _SEPARATORS.sub(b"", value)
    words = len(_WORDS.findall(text))
    if len(value) >= LEAST_RANDOM and words >= max(LEAST_WORDS, len(text) / LONGEST_WORDS) and chosen_password(value):
        return RIGHT
    return DOUBTFUL if entropy(value) >= LEAST_DOUBTFUL else None


def made_value(value: bytes) -> Verdict:
    """What a generator gave out, in a file of settings: names of things and words are none."""
    return RIGHT if random_value(value) == RIGHT else None


def signing_key(value: bytes) -> Verdict:
    """Django and the like sign with a text of any characters; a template has a reference or words in its place."""
    reference = _REFERENCE.search(value) is not None or b" " in value
    return None if reference or len(set(value)) < LEAST_RANDOM else LIKELY


def no_stand_in(value: bytes) -> Verdict:
    """Whatever stands there, if it does not stand for something else."""
    from jettison.secretscan.values import is_stand_in

    return None if is_stand_in(value) else RIGHT


def discord(value: bytes) -> Verdict:
    """Discord: the first part is the bot's number in base64."""
    first = value.partition(b".")[0]
    try:
        number = base64.urlsafe_b64decode(first + b"=" * (-len(first) % 4))
    except binascii.Error:
        return None
    return RIGHT if number.isdigit() and 16 <= len(number) <= 20 else None


def _json(part: bytes) -> object:
    try:
        return json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None


CHECKS: Final[dict[str, Callable[[bytes], Verdict]]] = {
    "token-checksum": token_checksum,
    "aws-id": aws_id,
    "base64-pair": pair,
    "jwt": jwt,
    "pem": pem,
    "chosen-password": chosen_password,
    "random-value": random_value,
    "made-value": made_value,
    "signing-key": signing_key,
    "no-stand-in": no_stand_in,
    "letters-and-digits": letters_and_digits,
    "discord": discord,
}
