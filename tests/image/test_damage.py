"""Archives cut off at every block and with single bits flipped: an error of ours, or nothing that counts was hit.

Every case is read twice: strictly, as for a bill of materials, and leniently, as for a report.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jettison.errors import ImageError
from jettison.image.archive import read_file, read_layout
from jettison.image.collect import InventoryCollector
from jettison.image.image import Image

from .archives import blob_layout, old_layout, tar_of
from .layouts import Layout

BASE = tar_of(
    ("etc", "dir", b""), ("etc/os-release", "file", b"ID=debian\n"), ("usr/bin/tool", "file", bytes(range(256)) * 9),
    ("l", "link", "etc"), ("h", "hardlink", "etc/os-release"), ("gone", "file", b"g" * 700),
)  # fmt: skip
TOP = tar_of((".wh.gone", "file", b""), ("app", "file", b"#!/bin/sh\n" * 30))
ARCHIVES = {
    "old": old_layout(BASE, TOP),
    "blobs": blob_layout(BASE, TOP),
    "gzip": blob_layout(BASE, TOP, compress=True),
    "three layers": old_layout(TOP, BASE, TOP),
    "one layer": blob_layout(BASE),
}
FLIPS = 420
Tree = dict[str, tuple[str, int, str, bytes]]


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JETTISON_CACHE", "off")


def tree(image: Image) -> Tree:
    return {path: (e.kind, e.size, e.link, e.digest) for path, e in image.files.items()}


def damaged(data: bytes) -> Iterator[bytes]:
    """Yield the archive cut off at every block, and with single bits flipped all over it."""
    for end in range(0, len(data), 512):
        yield data[:end]
    chance = random.Random(len(data))
    for _ in range(FLIPS):
        bit = chance.randrange(8 * len(data))
        copy = bytearray(data)
        copy[bit // 8] ^= 1 << bit % 8
        yield bytes(copy)


@pytest.mark.parametrize("name", ARCHIVES)
def test_damage_is_never_taken_for_health(name: str, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    collector = InventoryCollector(digests=True)
    path.write_bytes(ARCHIVES[name])
    whole = tree(read_file(str(path), collector))
    errors = notes = 0
    for number, data in enumerate(damaged(ARCHIVES[name])):
        path.write_bytes(data)
        try:
            strict = read_file(str(path), collector)
        except ImageError as error:
            errors += 1
            assert str(error), number
        else:
            assert tree(strict) == whole, number
        try:
            lenient = read_file(str(path), collector, strict=False)
        except ImageError:
            continue
        notes += bool(lenient.damage)
        assert lenient.damage or tree(lenient) == whole, number
    assert errors > 150
    assert notes or name == "one layer"


def test_there_are_enough_cases() -> None:
    assert sum(len(data) // 512 + FLIPS for data in ARCHIVES.values()) >= 2000


def test_a_damaged_layer_leaves_the_others(tmp_path: Path) -> None:
    layers = [tar_of((f"file{number}", "file", b"content %d" % number)) for number in range(4)]
    made = Layout(tmp_path / "layout")
    folder = made.write(*layers)
    import hashlib

    for number in (1, 2):
        blob = tmp_path / "layout/blobs/sha256" / hashlib.sha256(layers[number]).hexdigest()
        blob.write_bytes(blob.read_bytes().replace(b"content", b"CONTENT"))
    image = read_layout(folder, InventoryCollector(), strict=False)
    assert set(image.files) == {"file0", "file3"}
    assert len(image.damage) == 2
    assert image.damage[0].startswith("layer 1 (blobs/sha256/") and "digest" in image.damage[0]
    with pytest.raises(ImageError, match="layer 1"):
        read_layout(folder, InventoryCollector())
