"""Stored files add up to every layer, whatever names, links and replacements do."""

from __future__ import annotations

import io
from collections import Counter

from jettison.image.archive import read_archive
from jettison.image.stored import VISIBLE, stored_files
from jettison.image.waste import find_waste

from .archives import old_layout, tar_of

BASE = tar_of(
    ("a", "file", b"1" * 100),
    ("b", "hardlink", "a"),
    ("c", "file", b"2" * 50),
    ("c", "file", b"3" * 70),
    ("d/e", "file", b"4" * 30),
    ("empty", "file", b""),
)
TOP = tar_of((".wh.a", "file", b""), ("d", "file", b"5" * 11), ("f", "file", b"6" * 13), ("g", "hardlink", "f"))


def test_bytes_of_each_layer_add_up() -> None:
    image = read_archive(io.BytesIO(old_layout(BASE, TOP)))
    waste = find_waste(image)
    files = list(stored_files(image, waste))
    sums: Counter[int] = Counter()
    for file in files:
        sums[file.layer] += file.bytes
    assert [sums[number] for number in range(2)] == [layer.size_unpacked for layer in image.layers] == [250, 24]
    assert sum(file.bytes for file in files if file.hidden != VISIBLE) == waste.hidden_bytes
    seen = {(file.path, file.layer): file.hidden for file in files}
    assert seen["d/e", 0] == 1, "a file took its folder's place"
    assert seen["b", 0] == VISIBLE, "the other name of what was deleted"
    assert len([file for file in files if file.bytes in (50, 70)]) == 2
