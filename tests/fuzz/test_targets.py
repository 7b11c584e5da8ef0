"""A small part of the fuzzing with every run of the tests: mutations of sound inputs, the same ones every time."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .seeds import seeds
from .targets import TARGETS

MUTATIONS = 120
SPLICES = (
    b"\0",
    b"\xff",
    b"..",
    b"/",
    b"-1",
    b"99999999999",
    b"[[[[",
    b"{{{{",
    b'"',
    b"\n",
    b"\x1b[2J",
    b"\xe2\x80\xae",
    b"%s",
    b"*" * 300,
)


@cache
def _seeds() -> dict[str, list[bytes]]:
    with TemporaryDirectory() as folder:
        return seeds(Path(folder) / "advisories")


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """Return a seed with a few bytes changed, cut out, doubled or put in."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(data):
            data[at] = chance.choice((0, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        elif kind == 1:
            del data[at : at + chance.choice((1, 8, 64, 512))]
        elif kind == 2:
            data[at:at] = data[at : at + chance.choice((1, 8, 512))] * chance.choice((1, 3))
        elif kind == 3:
            data[at:at] = chance.choice(SPLICES)
        else:
            data[at : at + 4] = chance.choice(SPLICES)
    return bytes(data[: 1 << 18])


@pytest.mark.parametrize("name", TARGETS)
def test_mutations_of_sound_inputs(name: str) -> None:
    chance = random.Random(name)
    found = _seeds()[name]
    for seed in found[:40]:
        TARGETS[name](seed)
    for _ in range(MUTATIONS):
        TARGETS[name](mutated(chance.choice(found), chance))


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str) -> None:
    @settings(max_examples=40, database=None, derandomize=True)
    @given(st.binary(max_size=2000))
    def check(data: bytes) -> None:
        TARGETS[name](data)

    check()


# What the long runs found: each was an error that is none of ours.
FOUND: list[tuple[str, bytes]] = [
    ("advisories", b'\x03"cveID":\r "CVE-\xff\x1f"}]}'),
    ("advisories", b'\x03cveID,a\r\nb\rc,\0,"d'),
    ("advisories", b"\x03cveID,a\n" + b"x" * 140_000),
    ("compose", b'a="1" "2"\n'),
    ("versions", b"1.0-rc" + b"4" * 90 + b"x"),
    ("dockerfile", b"FROM " + b"a" * 5_000 + b"'\n"),
    ("dockerfile", b"ENV A=" + b'"a' * 5_000 + b"\n"),
]


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_found_stays_mended(name: str, data: bytes) -> None:
    TARGETS[name](data)


def test_every_target_has_seeds() -> None:
    assert _seeds().keys() == TARGETS.keys() and all(_seeds().values())
