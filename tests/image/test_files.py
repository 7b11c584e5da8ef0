"""Files by number say the same as a plain mapping of entries."""

from __future__ import annotations

import pytest

from jettison.image.columns import Columns
from jettison.image.files import Files, LayerRows, as_files
from jettison.image.image import FileEntry
from jettison.image.tar_header import Entry
from jettison.inventory.numbered import numbered


def columns(*rows: tuple[str, str, int, str]) -> Columns:
    made = Columns()
    for path, kind, size, link in rows:
        made.add(path, Entry(path, kind, size, 0o640, 7, 8, link, 9), size, size + 1, 512)
    return made


def test_entries_are_made_of_the_rows_of_every_layer() -> None:
    rows = LayerRows()
    lower = rows.add(columns(("a", "file", 5, ""), ("b", "link", 0, "a")), 0)
    upper = rows.add(columns(("a", "file", 6, "")), 1)
    files = Files(rows, {"a": upper[0], "b": lower[1]})
    a, b = files["a"], files["b"]
    assert (a.kind, a.size, a.mode, a.uid, a.gid, a.layer, a.mtime, a.check, a.at) == (
        "file",
        6,
        0o640,
        7,
        8,
        1,
        9,
        7,
        512,
    )
    assert (b.kind, b.link, b.layer) == ("link", "a", 0)
    # Who changes or compares an entry has the one that everybody has.
    assert files["a"] is a and files.get("a") is a and dict(files.items())["a"] is a
    assert rows.digests() == {}


def test_they_are_a_mapping() -> None:
    first, second = FileEntry("file", 1, 0o644, 0, 0, "", 0), FileEntry("dir", 0, 0o755, 0, 0, "", 2)
    files = as_files({"x": first})
    assert as_files(files) is files
    files["y"] = second
    assert list(files) == ["x", "y"] and len(files) == 2 and "y" in files and files["y"] is second
    files["z"] = first
    assert files.numbers["z"] == files.numbers["x"]
    del files["x"]
    assert files.keys() == {"y", "z"} and files.get("x") is None and files.pop("x", None) is None
    with pytest.raises(KeyError):
        files["x"]
    assert list(files.rows.kinds) == [0, 1] and list(files.rows.layers) == [0, 2]


def test_a_further_name_has_the_bytes_of_the_first() -> None:
    rows = LayerRows()
    first, further = (rows.entry(number) for number in rows.add(columns(("a", "file", 5, ""), ("b", "file", 0, "")), 0))
    rows.join(further, first)
    assert (further.size, further.check, further.original) == (5, 6, first)
    assert list(rows.sizes) == [5, 5] and list(rows.checks) == [6, 6] and rows.originals == {1: 0}


def test_a_plain_mapping_is_numbered_in_the_same_way() -> None:
    program = FileEntry("file", 10, 0o755, 0, 0, "", 1)
    name = FileEntry("file", 10, 0o755, 0, 0, "", 1)
    name.original = program
    numbers, rows = numbered({"bin/sh": name, "bin/tool": program, "bin": FileEntry("dir", 0, 0o755, 0, 0, "", 0)})
    assert numbers == {"bin/sh": 0, "bin/tool": 1, "bin": 2}
    # Whichever name comes first stands for the content.
    assert rows.originals == {1: 0} and list(rows.kinds) == [0, 0, 1] and list(rows.sizes) == [10, 10, 0]
    files = as_files({"a": program, "b": name})
    assert numbered(files) == (files.numbers, files.rows)
    assert files.rows.originals == {files.numbers["b"]: files.numbers["a"]}
