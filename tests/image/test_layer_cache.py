"""What is kept of a layer comes back as it was, or not at all."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest
import zstandard

from jettison.image import layer_cache
from jettison.image.collect import LayerFacts
from jettison.image.layer_cache import LayerCache, expanded, pack, unpack
from jettison.image.tar_header import Entry
from jettison.inventory.package import Package

# More than are kept at a time.
ENTRIES = 40_000
DIFF_ID = "sha256:" + "5" * 64


def facts_of_many() -> LayerFacts:
    facts = LayerFacts(sha256="5" * 64, size=ENTRIES)
    for number in range(ENTRIES):
        kind = ("file", "dir", "link", "hardlink")[number % 4]
        path = f"usr/{number % 100}/\udcff{number}"
        link = "usr/0/x" if number % 4 > 1 else ""
        facts.columns.add(path, Entry(path, kind, 1, 0o644, 1 << 40, 0, link, number), 1, number, number)
    facts.columns.digests = {1: b"1" * 32, ENTRIES - 1: b"2" * 32}
    facts.contents["etc/os-release"] = b"ID=x\n"
    facts.packages["a"] = [Package("deb", "a", "1", "a")]
    return facts


def told(facts: LayerFacts) -> list[object]:
    columns = facts.columns
    whole = [getattr(columns, name) for name in columns.__slots__ if name != "_folders"]
    return [*whole, columns.folders(), facts.contents, facts.packages, facts.sha256, facts.size]


def test_what_is_sent_in_pieces_is_the_same() -> None:
    facts = facts_of_many()
    pieces = list(pack(facts))
    assert len(pieces) > 3
    assert told(unpack(pieces)) == told(facts)
    for cut in range(1, len(pieces)):
        with pytest.raises((ValueError, StopIteration)):
            unpack(pieces[:cut])


def test_what_is_damaged_is_not_there(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path, "test")
    facts = facts_of_many()
    cache.put(DIFF_ID, "", cache.packed(facts))
    [kept] = tmp_path.iterdir()
    whole, known = kept.read_bytes(), cache.get(DIFF_ID, "")
    assert known is not None and told(known) == told(facts)
    chance = random.Random(1)
    lengths = [0, 1, 3, 4, 8, len(whole) - 1]
    begins, at = [], 0
    while at < len(whole):
        begins.append(at)
        at += 8 + int.from_bytes(whole[at : at + 4], "little")
    # Also where one piece ends and the next begins.
    damaged = [whole[:length] for length in (*lengths, *begins)]
    # Each bit of what stands in front of a piece: its length, its sum, and what its frame says of itself.
    bits = [bit for begin in begins for bit in range(8 * begin, 8 * (begin + 22))]
    bits += [chance.randrange(8 * len(whole)) for _ in range(60)]
    for bit in bits:
        copy = bytearray(whole)
        copy[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(copy))
    for data in damaged:
        kept.write_bytes(data)
        assert cache.get(DIFF_ID, "") is None


def test_what_would_be_longer_than_a_result_can_be_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = zstandard.ZstdCompressor().compress(bytes(5000))
    kept = len(frame).to_bytes(4, "little") + zlib.crc32(frame).to_bytes(4, "little") + frame
    assert list(expanded(kept)) == [bytes(5000)]
    monkeypatch.setattr(layer_cache, "MAX_RESULT", 9999)
    with pytest.raises(ValueError, match="too long"):
        list(expanded(kept + kept))
