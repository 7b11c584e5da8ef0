"""Every dialect of tar headers: read rightly where it is sound, an error of our own where it is not."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest

from jettison.errors import ImageError
from jettison.image.archive import read_archive, read_file
from jettison.image.collect import InventoryCollector
from jettison.image.image import Image

from .archives import old_layout, tar_of

BLOCK = 512


def header(name: bytes = b"x", flag: bytes = b"0", **fields: bytes) -> bytes:
    """Return one header with a right checksum; fields by name, as raw bytes."""
    block = bytearray(BLOCK)
    places = {
        "mode": (100, b"0000644\0"), "uid": (108, b"0000000\0"), "gid": (116, b"0000000\0"), "size": (124, b"00000000000\0"),
        "mtime": (136, b"00000000000\0"), "link": (157, b""), "magic": (257, b"ustar\x0000"), "prefix": (345, b""),
    }  # fmt: skip
    block[: len(name)] = name
    block[156:157] = flag
    for key, (at, default) in places.items():
        value = fields.get(key, default)
        block[at : at + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = fields.get("checksum") or b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def size(value: int) -> bytes:
    return b"%011o\0" % value


def pax(*records: tuple[str, str], flag: bytes = b"x") -> bytes:
    body = b""
    for key, value in records:
        rest = f" {key}={value}\n".encode("utf-8", "surrogateescape")
        length = len(rest) + 1
        while len(str(length)) + len(rest) != length:
            length = len(str(length)) + len(rest)
        body += str(length).encode() + rest
    return header(b"pax", flag, size=size(len(body))) + padded(body)


def gnu(flag: bytes, text: bytes) -> bytes:
    return header(b"././@LongLink", flag, size=size(len(text)), magic=b"ustar  \0") + padded(text)


def base_256(value: int, width: int) -> bytes:
    return bytes((0x80,)) + value.to_bytes(width - 1, "big")


END = bytes(2 * BLOCK)
ONE = header(size=size(1)) + padded(b"y")
Facts = dict[str, Any]

SOUND: dict[str, tuple[bytes, Facts]] = {
    "ustar": (ONE + END, {"x": ("file", 1)}),
    "no end mark": (ONE, {"x": ("file", 1)}),
    "one block of zeros": (ONE + bytes(BLOCK), {"x": ("file", 1)}),
    "padding of twenty blocks": (ONE + bytes(20 * BLOCK), {"x": ("file", 1)}),
    "empty": (END, {}),
    "old V7 without magic": (header(size=size(1), magic=b"") + padded(b"y") + END, {"x": ("file", 1)}),
    "V7 folder by its slash": (header(b"dir/", magic=b"") + END, {"dir": ("dir", 0)}),
    "V7 flag NUL": (header(flag=b"\0", size=size(1)) + padded(b"y") + END, {"x": ("file", 1)}),
    "contiguous file": (header(flag=b"7", size=size(1)) + padded(b"y") + END, {"x": ("file", 1)}),
    "prefix": (header(b"name", prefix=b"some/folder") + END, {"some/folder/name": ("file", 0)}),
    "GNU magic has no prefix": (header(b"name", prefix=b"times", magic=b"ustar  \0") + END, {"name": ("file", 0)}),
    "GNU long name": (gnu(b"L", b"l" * 300 + b"\0") + ONE + END, {"l" * 300: ("file", 1)}),
    "GNU long link": (gnu(b"K", b"t" * 300 + b"\0") + header(flag=b"2") + END, {"x": ("link", "t" * 300)}),
    "GNU long name and link": (gnu(b"K", b"t" * 200) + gnu(b"L", b"l" * 200) + header(flag=b"2") + END, {"l" * 200: ("link", "t" * 200)}),
    "pax path": (pax(("path", "p" * 300)) + ONE + END, {"p" * 300: ("file", 1)}),
    "pax path with unicode": (pax(("path", "ü/\u65e5")) + ONE + END, {"ü/\u65e5": ("file", 1)}),
    "pax path that is no UTF-8": (pax(("path", "\udcff")) + ONE + END, {"\udcff": ("file", 1)}),
    "pax link": (pax(("linkpath", "t" * 300)) + header(flag=b"2") + END, {"x": ("link", "t" * 300)}),
    "pax size": (pax(("size", "600")) + header() + padded(b"z" * 600) + ONE.replace(b"x", b"y", 1)[:0] + END, {"x": ("file", 600)}),
    "pax owner": (pax(("uid", "3000000"), ("gid", "4000000")) + ONE + END, {"x": ("file", 1, 3_000_000, 4_000_000)}),
    "pax times": (pax(("mtime", "1700000000.123"), ("atime", "1.5"), ("ctime", "-2")) + ONE + END, {"x": ("file", 1)}),
    "pax time before 1970": (pax(("mtime", "-5.5")) + ONE + END, {"x": ("file", 1)}),
    "pax attributes": (pax(("SCHILY.xattr.security.capability", "\x01\x02"), ("SCHILY.xattr.user.a", "b=c")) + ONE + END, {"x": ("file", 1)}),
    "pax unknown key": (pax(("VENDOR.thing", "1")) + ONE + END, {"x": ("file", 1)}),
    "pax says nothing of the next but one": (pax(("path", "a")) + ONE + ONE + END, {"a": ("file", 1), "x": ("file", 1)}),
    "pax global": (pax(("path", "g"), flag=b"g") + ONE + END, {"x": ("file", 1)}),
    "pax wins over the GNU name before it": (gnu(b"L", b"gnu") + pax(("path", "pax")) + ONE + END, {"pax": ("file", 1)}),
    "base-256 owner": (header(uid=base_256(3_000_000, 8), size=size(1)) + padded(b"y") + END, {"x": ("file", 1, 3_000_000, 0)}),
    "base-256 size": (header(size=base_256(1, 12)) + padded(b"y") + END, {"x": ("file", 1)}),
    "base-256 time": (header(mtime=base_256(1 << 40, 12)) + END, {"x": ("file", 0)}),
    "base-256 time before 1970": (header(mtime=b"\xff" * 12) + END, {"x": ("file", 0)}),
    "numbers that end in blanks": (header(mode=b"000644 \0", uid=b"   12 \0\0", size=b"          1 ") + padded(b"y") + END, {"x": ("file", 1, 10, 0)}),
    "numbers without an end": (header(size=b"000000000001", mtime=b"000000000001") + padded(b"y") + END, {"x": ("file", 1)}),
    "empty numbers": (header(mode=bytes(8), uid=bytes(8), gid=bytes(8), size=bytes(12), mtime=bytes(12)) + END, {"x": ("file", 0)}),
    "signed checksum": (
        header("ü".encode("latin-1"), checksum=b"%06o\0 " % (sum(header("ü".encode("latin-1"))[:148]) + 256 + sum(header("ü".encode("latin-1"))[156:]) - 256)) + END,
        {"\udcfc": ("file", 0)},
    ),
    "character device": (header(flag=b"3") + END, {"x": ("other", 0)}),
    "block device": (header(flag=b"4") + END, {"x": ("other", 0)}),
    "FIFO": (header(flag=b"6") + END, {"x": ("other", 0)}),
    "link that states a size": (header(b"l", flag=b"2", link=b"t", size=size(512)) + ONE + END, {"l": ("link", "t"), "x": ("file", 1)}),
    "folder that states a size": (header(b"d", flag=b"5", size=size(512)) + ONE + END, {"d": ("dir", 0), "x": ("file", 1)}),
    "unknown type with content": (header(flag=b"Z", size=size(3)) + padded(b"abc") + ONE.replace(b"x", b"y", 1)[:0] + END, {"x": ("other", 0)}),
    "name without NUL": (header(b"n" * 100) + END, {"n" * 100: ("file", 0)}),
    "name with raw bytes": (header(b"\xff\xfe") + END, {"\udcff\udcfe": ("file", 0)}),
    "set-user-id": (header(mode=b"0104755\0") + END, {"x": ("file", 0)}),
}  # fmt: skip

WRONG: dict[str, bytes] = {
    "no checksum": header(checksum=b"0000000\0") + END,
    "checksum of letters": header(checksum=b"abcdefg\0") + END,
    "checksum off by one": header(checksum=b"%06o\0 " % (sum(header()) + 1)) + END,
    "half a header": header()[:300],
    "content cut off": header(size=size(1000)) + b"y" * 999,
    "nine gigabytes that are not there": header(size=base_256(9 << 30, 12)) + padded(b"y"),
    "more than there can be": header(size=base_256(1 << 70, 12)) + END,
    "negative size": header(size=b"\xff" * 12) + END,
    "negative size in text": header(size=b"-0000000001\0") + END,
    "size with a sign": header(size=b"+0000000001\0") + padded(b"y") + END,
    "size with an underscore": header(size=b"000_0000001\0") + padded(b"y") + END,
    "size with an octal prefix": header(size=b"0o000000001\0") + padded(b"y") + END,
    "size in other digits": header(size=b"00000000009\0") + END,
    "negative owner": header(uid=b"\xff" * 8) + END,
    "letters for an owner": header(uid=b"root\0\0\0\0") + END,
    "pax length too large": header(b"p", b"x", size=size(11)) + padded(b"99 path=abc") + ONE + END,
    "pax length too small": header(b"p", b"x", size=size(11)) + padded(b"3 path=abc\n") + ONE + END,
    "pax length negative": header(b"p", b"x", size=size(11)) + padded(b"-11 pa=abc\n") + ONE + END,
    "pax without newline": header(b"p", b"x", size=size(11)) + padded(b"11 path=abc") + ONE + END,
    "pax without equals": header(b"p", b"x", size=size(11)) + padded(b"11 pathabc\n") + ONE + END,
    "pax path with NUL": pax(("path", "a\0b")) + ONE + END,
    "pax size of letters": pax(("size", "many")) + ONE + END,
    "pax size negative": pax(("size", "-1")) + ONE + END,
    "pax size of thirty digits": pax(("size", "9" * 30)) + ONE + END,
    "pax header cut off": pax(("path", "a" * 600))[:700],
    "pax header of sixty megabytes": header(b"p", b"x", size=size(60 << 20)) + b"x" * 2048,
    "GNU name of two megabytes": header(b"p", b"L", size=size(2 << 20)) + b"x" * 2048,
    "extension at the end": pax(("path", "a")),
    "extension before the end mark": pax(("path", "a")) + END,
    "GNU sparse": header(flag=b"S", size=size(0)) + END,
    "pax sparse 0.1": pax(("GNU.sparse.map", "0,1"), ("GNU.sparse.size", "99999999999")) + ONE + END,
    "pax sparse 1.0": pax(("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "99999999999")) + ONE + END,
    "entries after one block of zeros": ONE + bytes(BLOCK) + ONE + END,
    "a name of five thousand characters": pax(("path", "n" * 5000)) + ONE + END,
    "a path of a thousand folders": pax(("path", "a/" * 1000 + "b")) + ONE + END,
    "text": b"hello world, this is no tar at all".ljust(1024, b"."),
    "a file as the root": header(b"./", size=size(0)) + header(b".", size=size(1)) + padded(b"y") + END,
}  # fmt: skip


def read(layer: bytes, tmp_path: Any, how: str) -> Image:
    data = old_layout(layer)
    if how == "stream":
        return read_archive(io.BytesIO(data), InventoryCollector())
    path = tmp_path / "image.tar"
    path.write_bytes(data)
    return read_file(str(path), InventoryCollector())


@pytest.mark.parametrize("how", ["stream", "map"])
@pytest.mark.parametrize("name", SOUND)
def test_sound_headers_are_read(name: str, how: str, tmp_path: Any) -> None:
    layer, expected = SOUND[name]
    image = read(layer, tmp_path, how)
    assert image.files.keys() == expected.keys()
    for path, (kind, what, *owner) in expected.items():
        entry = image.files[path]
        assert (entry.kind, entry.link if kind == "link" else entry.size) == (kind, what)
        if owner:
            assert [entry.uid, entry.gid] == owner


@pytest.mark.parametrize("how", ["stream", "map"])
@pytest.mark.parametrize("name", WRONG)
def test_unsound_headers_are_errors_of_ours(name: str, how: str, tmp_path: Any) -> None:
    with pytest.raises(ImageError):
        read(WRONG[name], tmp_path, how)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_formats_of_the_standard_library(form: int, tmp_path: Any) -> None:
    members = [("a/b", "file", b"x" * 700), ("a", "dir", b""), ("l", "link", "a/b"), ("h", "hardlink", "a/b")]
    for how in ("stream", "map"):
        image = read(tar_of(*members, form=form), tmp_path, how)
        assert {path: entry.kind for path, entry in image.files.items()} == {
            "a/b": "file",
            "a": "dir",
            "l": "link",
            "h": "file",
        }


def test_there_are_enough_cases() -> None:
    assert len(SOUND) + len(WRONG) >= 75
