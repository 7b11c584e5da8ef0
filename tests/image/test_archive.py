"""Reading save archives: layouts, layers over layers, damage of every kind."""

from __future__ import annotations

import contextlib
import io
import tarfile
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jettison.errors import ImageError
from jettison.image.archive import read_archive
from jettison.image.image import Image

from .archives import blob_layout, old_layout, tar_of

BASE = tar_of(
    ("etc", "dir", b""),
    ("etc/passwd", "file", b"root:x:0:0::/root:/bin/sh\n"),
    ("bin", "link", "usr/bin"),
    ("usr/bin/tool", "file", b"#!/bin/sh -e\nexit\n"),
    ("usr/bin/same", "hardlink", "usr/bin/tool"),
    ("old/a", "file", b"aaaa"),
    ("old/b/c", "file", b"cc"),
    ("gone", "file", b"g" * 10),
)
TOP = tar_of(
    (".wh.gone", "file", b""),
    ("old/.wh..wh..opq", "file", b""),
    ("old/d", "file", b"d"),
    ("loop", "link", "/loop"),
)


def read(data: bytes) -> Image:
    """Return the image of an archive in memory."""
    return read_archive(io.BytesIO(data))


@pytest.mark.parametrize("data", [old_layout(BASE, TOP), blob_layout(BASE, TOP), blob_layout(BASE, TOP, compress=True)])
def test_every_layout_gives_the_same_image(data: bytes) -> None:
    image = read(data)
    files = {path for path, entry in image.files.items() if entry.kind == "file"}
    assert files == {"etc/passwd", "usr/bin/tool", "usr/bin/same", "old/d"}
    assert image.texts["etc/passwd"].startswith(b"root:")
    assert image.interpreters["usr/bin/tool"] == "/bin/sh -e"
    assert image.interpreters["usr/bin/same"] == "/bin/sh -e"
    assert image.files["usr/bin/same"].size == image.files["usr/bin/tool"].size
    assert [layer.created_by for layer in image.layers] == ["step 0", "step 1"]
    # passwd 26, tool 18, a 4, c 2, gone 10; then d 1: hidden bytes count, hard links do not.
    assert [layer.size_unpacked for layer in image.layers] == [60, 1]
    assert 0 < image.size_compressed < len(BASE) + len(TOP)


def test_links_are_followed_inside_the_image_only() -> None:
    layer = tar_of(
        ("usr/bin/tool", "file", b"x"),
        ("bin", "link", "usr/bin"),
        ("up", "link", "../../../../usr"),
        ("loop", "link", "loop2"),
        ("loop2", "link", "loop"),
        ("dead", "link", "nowhere"),
    )
    image = read(old_layout(layer, tar_of(("usr", "dir", b""), ("usr/bin", "dir", b""))))
    assert image.resolve("/bin/tool") == "usr/bin/tool"
    assert image.resolve("/up/bin/tool") == "usr/bin/tool"
    assert image.resolve("/loop") is None
    assert image.resolve("/dead") is None
    assert image.find("/bin/tool") is not None


def test_hostile_names_stay_names() -> None:
    layer = tar_of(("../../etc/shadow", "file", b"x"), ("/abs", "file", b"y"), ("a/../../b", "file", b"z"))
    assert set(read(old_layout(layer)).files) == {"etc/shadow", "abs", "b"}


def test_long_names_and_pax() -> None:
    name = "d/" * 90 + "e" * 120
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        layer = tar_of((name, "file", b"x"), ("link", "link", "/" + name), ("ü\n", "file", b"y"), form=form)
        image = read(old_layout(layer))
        assert {name, "link", "ü\n"} == set(image.files)
        assert image.files["link"].link == "/" + name


def test_file_over_a_folder_hides_what_was_in_it() -> None:
    image = read(old_layout(tar_of(("a", "dir", b""), ("a/b", "file", b"x")), tar_of(("a", "file", b"y"))))
    assert set(image.files) == {"a"}


def test_config_that_is_not_what_its_name_says() -> None:
    data = old_layout(BASE, config={"User": "1000"})
    with pytest.raises(ImageError, match="digest"):
        read(data.replace(b'"User": "1000"', b'"User": "0000"'))


def test_layer_that_is_not_what_the_config_says() -> None:
    data = old_layout(tar_of(("a", "file", b"content of a")))
    with pytest.raises(ImageError, match=r"0/layer\.tar.*digest"):
        read(data.replace(b"content of a", b"CONTENT OF A"))


def test_truncation_at_every_block_is_an_error() -> None:
    data = old_layout(BASE, TOP)
    whole = read(data)
    for size in range(0, len(data), 256):
        try:
            image = read(data[:size])
        except ImageError:
            continue
        # Only the padding after the last member may be missing.
        assert image.files.keys() == whole.files.keys()
        assert size > data.index(b"manifest.json") + 512


@settings(max_examples=400)
@given(st.integers(0, 8 * len(blob_layout(BASE, TOP)) - 1))
def test_flipped_bit_is_an_error_or_changes_nothing(bit: int) -> None:
    data = bytearray(blob_layout(BASE, TOP))
    data[bit // 8] ^= 1 << bit % 8
    try:
        image = read(bytes(data))
    except ImageError:
        return
    assert image.files.keys() == read(blob_layout(BASE, TOP)).files.keys()


@settings(max_examples=200)
@given(st.binary(max_size=2000))
def test_any_layer_bytes(layer: bytes) -> None:
    with contextlib.suppress(ImageError):
        read(old_layout(layer))


def header(name: bytes, size: bytes, flag: bytes) -> bytes:
    """Return one ustar header with a right checksum."""
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:108] = b"0000644\0"
    block[124 : 124 + len(size)] = size
    block[148:156] = b" " * 8
    block[156:157] = flag
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    "layer",
    [
        header(b"x", b"77777777777\0", b"x"),
        header(b"x", b"\x80" + b"\x7f" * 11, b"0"),
        header(b"x", b"\xff" * 12, b"0"),
        header(b"x", b"99999999999\0", b"0"),
        header(b"x", b"00000000010\0", b"x") + b"99999 a=b".ljust(512, b"\0"),
        header(b"x", b"00000000010\0", b"x") + b"-1 path=x".ljust(512, b"\0"),
        header(b"x", b"00000000023\0", b"x")
        + b"19 size=9999999999\n".ljust(512, b"\0")
        + header(b"x", b"00000000001\0", b"0"),
        header(b"x", b"00000000010\0", b"x") + b"8 path=xy".ljust(512, b"\0"),
        header(b"x", b"00000000000\0", b"S"),
        header(b"x", b"00000001000\0", b"0"),
    ],
)
def test_lying_headers_are_errors_at_once(layer: bytes) -> None:
    began = time.process_time()
    with pytest.raises(ImageError):
        read(old_layout(layer))
    assert time.process_time() - began < 2


def test_gzip_bomb_is_read_in_pieces() -> None:
    layer = tar_of(("zeros", "file", bytes(64 * 1024 * 1024)))
    data = blob_layout(layer, compress=True)
    del layer
    tracemalloc.start()
    image = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert image.files["zeros"].size == 64 * 1024 * 1024
    assert peak < 24 * 1024 * 1024


@pytest.mark.parametrize("data", [b"", b"\0" * 1024, b"no tar at all", b"\0" * 511, tar_of(("a", "file", b"x"))])
def test_what_is_no_image_is_said(data: bytes) -> None:
    with pytest.raises(ImageError):
        read(data)
