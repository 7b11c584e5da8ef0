"""Hidden bytes are exact: every layer's bytes less what can be seen, whoever hid them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jettison.image.archive import read_archive
from jettison.image.collect import InventoryCollector
from jettison.image.image import Image
from jettison.image.waste import DELETED, METADATA, OVERWRITTEN, find_waste

from .archives import old_layout, tar_of


def read(*layers: bytes) -> Image:
    return read_archive(io.BytesIO(old_layout(*layers)), InventoryCollector())


def causes(*layers: bytes) -> dict[str, tuple[int, int, int, str]]:
    waste = find_waste(read(*layers))
    return {item.path: (item.bytes, item.written, item.hidden, item.cause) for item in waste.hidden}


def test_each_kind_of_hiding_is_told() -> None:
    base = tar_of(
        ("gone", "file", b"g" * 100), ("same", "file", b"s" * 50), ("other", "file", b"o" * 30),
        ("d/a", "file", b"a" * 7), ("d/b/c", "file", b"c" * 8), ("kept", "file", b"k"),
    )  # fmt: skip
    top = tar_of(
        (".wh.gone", "file", b""), ("same", "file", b"s" * 50), ("other", "file", b"x" * 30),
        ("d/.wh..wh..opq", "file", b""), ("d/new", "file", b"n"),
    )  # fmt: skip
    assert causes(base, top) == {
        "gone": (100, 0, 1, DELETED),
        "same": (50, 0, 1, METADATA),
        "other": (30, 0, 1, OVERWRITTEN),
        "d/a": (7, 0, 1, DELETED),
        "d/b/c": (8, 0, 1, DELETED),
    }


def test_a_hard_link_keeps_its_bytes_until_the_last_name_is_gone() -> None:
    base = tar_of(("a", "file", b"x" * 100), ("b", "hardlink", "a"))
    assert causes(base, tar_of((".wh.a", "file", b""))) == {}
    assert causes(base, tar_of((".wh.a", "file", b"")), tar_of((".wh.b", "file", b""))) == {"a": (100, 0, 2, DELETED)}


def test_a_file_over_a_folder_hides_what_was_in_it() -> None:
    base = tar_of(("d", "dir", b""), ("d/a", "file", b"aaa"))
    assert causes(base, tar_of(("d", "file", b"z"))) == {"d/a": (3, 0, 1, DELETED)}


NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/f", "d/.wh.a", ".wh.d", ".wh.a", "d/.wh..wh..opq"])
LAYER = st.dictionaries(NAMES, st.binary(max_size=9), max_size=6)


@settings(max_examples=300)
@given(st.lists(LAYER, min_size=1, max_size=5))
def test_hidden_and_visible_bytes_add_up_to_all_layers(layers: list[dict[str, bytes]]) -> None:
    image = read(*[tar_of(*[(name, "file", data) for name, data in layer.items()]) for layer in layers])
    waste = find_waste(image)
    visible = sum(entry.size for entry in image.files.values() if entry.kind == "file")
    # A mark of deletion has no content; where one has, its bytes are stored all the same.
    written = sum(len(data) for layer in layers for data in layer.values())
    assert waste.visible_bytes == visible
    assert waste.hidden_bytes + visible == written == image.size_unpacked
    assert 0.0 <= waste.score <= 1.0


@pytest.mark.parametrize("kind", ["dir", "link"])
def test_what_has_no_bytes_hides_nothing(kind: str) -> None:
    content = "target" if kind == "link" else b""
    assert causes(tar_of(("x", kind, content)), tar_of((".wh.x", "file", b""))) == {}


def test_a_mark_of_deletion_with_content_is_stored_for_nothing() -> None:
    image = read(tar_of(("a", "file", b"x" * 10)), tar_of((".wh.a", "file", b"y" * 7)))
    waste = find_waste(image)
    assert {(item.path, item.bytes, item.cause) for item in waste.hidden} == {("a", 10, DELETED), (".wh.a", 7, DELETED)}
    assert waste.hidden_bytes + waste.visible_bytes == image.size_unpacked == 17
