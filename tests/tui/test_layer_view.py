"""The files up to a layer and what became of them, on archives made here."""

from __future__ import annotations

import io
import time
import timeit
from types import SimpleNamespace
from typing import cast

import pytest

from image.archives import old_layout, tar_of
from jettison.image.archive import read_archive
from jettison.image.image import FileEntry, Image
from jettison.tui.layer_view import ADDED, MODIFIED, REMOVED, STATUSES, UNMODIFIED, layer_view

ALL = frozenset(STATUSES)
BASE = tar_of(("etc", "dir", ""), ("etc/a", "file", b"1"), ("etc/b", "file", b"22"), ("old/x", "file", b"4444"))
MIDDLE = tar_of(("etc", "dir", ""), ("etc/a", "file", b"333"), ("new/n", "file", b"55555"), (".wh.old", "file", b""))
TOP = tar_of(
    ("new/.wh.n", "file", b""), ("old", "file", b"6"), ("etc/.wh..wh..opq", "file", b""), ("etc/c", "file", b"7")
)


@pytest.fixture(scope="module")
def image() -> Image:
    return read_archive(io.BytesIO(old_layout(BASE, MIDDLE, TOP)))


def seen(image: Image, layer: int, aggregated: bool) -> dict[str, str]:
    view = layer_view(image, layer, aggregated)
    return {row.path: row.status for row in view.rows(set(view.children), ALL)}


def test_the_lowest_layer_is_where_it_starts(image: Image) -> None:
    assert seen(image, 0, False) == dict.fromkeys(("etc", "etc/a", "etc/b", "old", "old/x"), UNMODIFIED)


def test_what_one_layer_did(image: Image) -> None:
    assert seen(image, 1, False) == {
        "etc": MODIFIED, "etc/a": MODIFIED, "etc/b": UNMODIFIED, "new": MODIFIED, "new/n": ADDED, "old": MODIFIED,
        "old/x": REMOVED,
    }  # fmt: skip
    found = seen(image, 2, False)
    assert (found["etc/a"], found["etc/b"], found["etc/c"]) == (REMOVED, REMOVED, ADDED)
    assert (found["new/n"], found["old"]) == (REMOVED, ADDED)


def test_what_all_layers_did(image: Image) -> None:
    found = seen(image, 2, True)
    assert "new/n" not in found, "it came and went above the base"
    assert (found["old/x"], found["etc/c"], found["etc/b"]) == (REMOVED, ADDED, REMOVED)


def test_sizes_are_of_what_is_left(image: Image) -> None:
    view = layer_view(image, 1, False)
    sizes = {row.path: row.size for row in view.rows(set(view.children), ALL)}
    assert (sizes["etc"], sizes["old"], sizes["old/x"], sizes["new"]) == (5, 0, 4, 5)


def test_status_and_filter_choose_lines(image: Image) -> None:
    view = layer_view(image, 1, False)
    assert [row.path for row in view.rows(set(view.children), frozenset((ADDED, MODIFIED)))] == [
        "etc", "etc/a", "new", "new/n", "old",
    ]  # fmt: skip
    only = view.matching(lambda path: path.endswith("b"))
    assert [row.path for row in view.rows(set(), ALL, only)] == ["etc", "etc/b"]
    assert [row.path for row in view.rows(set(), ALL)] == ["etc", "new", "old"]


def test_150_000_files_stay_fluid() -> None:
    def entry(layer: int) -> FileEntry:
        return FileEntry("file", 1, 0o644, 0, 0, "", layer)

    many = {f"d{n % 50}/e{n % 500}/f{n}": entry(0) for n in range(150_000)}
    layers = (SimpleNamespace(entries=many), SimpleNamespace(entries={"d1/new": entry(1)}))
    image = cast(Image, SimpleNamespace(facts=layers))
    started = time.process_time()
    view = layer_view(image, 1, False)
    made = time.process_time()
    closed = list(view.rows(set(), ALL))
    opened = list(view.rows(set(view.children), ALL))
    assert (len(closed), len(opened)) == (50, 150_551)
    # On the machine this was written on: 1.1 s, 0.0 s. A key that opens a folder costs what is listed alone.
    assert made - started < 8
    # The best of three: a collection of garbage goes through all of the files.
    assert min(timeit.repeat(lambda: list(view.rows(set(), ALL)), timer=time.process_time, number=1, repeat=3)) < 0.1


def test_the_names_of_one_file_take_its_bytes_once() -> None:
    layer = tar_of(("bin/[", "file", b"x" * 100), ("bin/ar", "hardlink", "bin/["), ("bin/sh", "hardlink", "bin/ar"))
    view = layer_view(read_archive(io.BytesIO(old_layout(layer))), 0, False)
    assert view.size_of("bin") == view.size_of("") == 100
