"""One tar header: a block of 512 bytes and what a pax or GNU header in front of it says.

Reads ustar, GNU long names and links, GNU base-256 numbers and pax records. Sparse files are refused: no
engine writes them. Everything that programs read in different ways is an error: what one tool shows and
another hides is no way to look into an image.

Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual,
"Basic Tar Format".
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from jettison.named_tuple import NamedTuple

BLOCK: Final = 512
HEADER_LIMIT: Final = 1 << 20
ENTRY_LIMIT: Final = 3_000_000
# No engine can make a longer one (PATH_MAX), nor a tree that deep with it in practice.
NAME_LIMIT: Final = 4096
DEPTH_LIMIT: Final = 512
EXTENSIONS: Final = b"LKxg"
ZEROS: Final = bytes(BLOCK)
_KINDS: Final = {b"0": "file", b"\0": "file", b"7": "file", b"1": "hardlink", b"2": "link", b"5": "dir"}
# Devices and FIFOs, links and folders state sizes that mean nothing; content follows files and unknown types.
_WITHOUT_CONTENT: Final = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))
# Of each type: its kind, and whether content follows.
_FLAGS: Final = {
    bytes((flag,)): (_KINDS.get(bytes((flag,)), "other"), bytes((flag,)) not in _WITHOUT_CONTENT) for flag in range(256)
}
_OTHER: Final = ("other", True)
_DEVICES: Final = {b"3": "character", b"4": "block"}
# As Go's, Docker's and GNU's tools write them, and libarchive.
_ATTRIBUTES: Final = ("SCHILY.xattr.", "LIBARCHIVE.xattr.")
_OF_THE_MACHINE: Final = ("security.selinux", "trusted.overlay.", "user.overlay.")
_MARK_NAMES: Final = 3
_MARK_NAME: Final = 60
_FIELDS: Final = struct.Struct("100s24s12s12s8sc100s6s82x155s12x")
_MEMO_LIMIT: Final = 65_536
_Meaning = TypeVar("_Meaning")


class TarError(ValueError):
    """The stream is not a tar, is damaged or is cut off."""


class Entry(NamedTuple):
    """One entry. kind: "file", "dir", "link", "hardlink" or "other"; size: bytes of content that follow.

    name, link: as stored, undecodable bytes as surrogates; nothing is normalised. mtime: seconds since 1970.
    at: where the content starts, in bytes from the start of the tar. mark: what else belongs to it, "" for nothing: the
    number of a device, and its extended attributes as names and a digest.
    """

    name: str
    kind: str
    size: int
    mode: int
    uid: int
    gid: int
    link: str
    mtime: int
    at: int = 0
    mark: str = ""


_new: Final = tuple.__new__


class _Memo(dict[bytes, _Meaning]):
    """What fields mean that most entries of an image share; one that is new is read. TarError for a damaged one."""

    def __init__(self, read: Callable[[bytes], _Meaning]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, field: bytes) -> _Meaning:
        meaning = self._read(field)
        if len(self) < _MEMO_LIMIT:
            self[field] = meaning
        return meaning


def check_block(block: bytes) -> None:
    """Raise TarError when a header's checksum does not fit."""
    field = block[148:156]
    if (zlib.adler32(block) & 0xFFFF) == _sums[field]:
        return
    stated = number(field)
    signed = sum(byte - 256 if byte > 127 else byte for byte in block[:148] + block[156:]) + 8 * 0x20
    if stated != signed:
        raise TarError("a header's checksum does not fit")


def _read_sum(field: bytes) -> int:
    """Return the lower half of a header's Adler-32.

    It is one more than the sum of the bytes, modulo 65521: several times faster than sum(). The checksum itself counts
    as eight spaces.
    """
    return (1 + number(field) + sum(field) - 8 * 0x20) % 65521


def read_entry(block: bytes, extra: dict[str, str], at: int = 0) -> Entry:
    """Return the entry of a header that is no extension itself; `extra`: what the extensions before it say."""
    raw_name, owner, size, mtime, _, flag, link, magic, prefix = _FIELDS.unpack(block)
    if extra or flag == b"S":
        return _extended(block, extra, at)
    # As `text` does, without a call in between.
    name = raw_name.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    if prefix[0] and magic == b"ustar\0":
        name = f"{text(prefix)}/{name}"
    # A short name has not so many folders either.
    if len(name) > DEPTH_LIMIT:
        _check_name(name)
    kind, full = _FLAGS.get(flag, _OTHER)
    if name[-1:] == "/" and kind == "file":
        kind = "dir"
    bytes_ = 0
    mark = ""
    if full:
        bytes_ = _numbers[size]
    elif kind == "other":
        mark = _device(flag, block)
    mode, uid, gid = _owners[owner]
    # As Entry(...), without a call in between.
    return _new(Entry, (name, kind, bytes_, mode, uid, gid, text(link) if link[0] else "", _times[mtime], at, mark))


def _extended(block: bytes, extra: dict[str, str], at: int) -> Entry:
    raw_name, owner, size, mtime, _, flag, link, magic, prefix = _FIELDS.unpack(block)
    if flag == b"S" or any(key.startswith("GNU.sparse.") for key in extra):
        raise TarError("a sparse file, which is not supported")
    name = extra.get("path")
    if name is None:
        name = text(raw_name)
        if prefix[0] and magic == b"ustar\0":
            name = f"{text(prefix)}/{name}"
    _check_name(name)
    kind, full = _FLAGS.get(flag, _OTHER)
    if kind == "file" and name[-1:] == "/":
        kind = "dir"
    bytes_ = decimal(extra["size"]) if "size" in extra else number(size)
    return Entry(
        name,
        kind,
        bytes_ if full else 0,
        number(owner[:8]) & 0o7777,
        decimal(extra["uid"]) if "uid" in extra else number(owner[8:16]),
        decimal(extra["gid"]) if "gid" in extra else number(owner[16:]),
        extra.get("linkpath") or text(link),
        whole_seconds(extra["mtime"]) if "mtime" in extra else _times[mtime],
        at,
        " ".join(filter(None, (_device(flag, block), _attributes(extra)))),
    )


def _device(flag: bytes, block: bytes) -> str:
    """Return "pipe", or the kind of a device with its number, "" for what is neither."""
    if flag == b"6":
        return "pipe"
    if flag not in _DEVICES:
        return ""
    return device_mark(_DEVICES[flag], number(block[329:337]), number(block[337:345]))


def device_mark(kind: str, major: int, minor: int) -> str:
    """Return what tells a device from others: "character 1:3"."""
    return f"{kind} {major}:{minor}"


def _attributes(extra: dict[str, str]) -> str:
    found = {key.removeprefix(start): extra[key] for key in extra for start in _ATTRIBUTES if key.startswith(start)}
    return attributes_mark({name: value.encode("utf-8", "surrogateescape") for name, value in found.items()})


def attributes_mark(found: dict[str, bytes]) -> str:
    """Return the first names of extended attributes, and a digest of all; "" where none counts.

    Labels of SELinux and marks of overlay file systems are the machine's, not the image's.
    """
    own = sorted(item for item in found.items() if not item[0].startswith(_OF_THE_MACHINE))
    if not own:
        return ""
    digest = hashlib.sha256(repr(own).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    names = [name[:_MARK_NAME] for name, _ in own[:_MARK_NAMES]]
    return f"{', '.join(names)}{', ...' if len(own) > _MARK_NAMES else ''} ({digest})"


def _check_name(name: str) -> None:
    if len(name) > NAME_LIMIT or name.count("/") > DEPTH_LIMIT:
        raise TarError(f"a name of {len(name)} characters and {name.count('/')} folders")


def _read_owner(field: bytes) -> tuple[int, int, int]:
    """Return mode, uid and gid, which follow one another in a header."""
    return number(field[:8]) & 0o7777, number(field[8:16]), number(field[16:])


def content_size(block: bytes, extra: dict[str, str]) -> int:
    """Return how many bytes of content follow a header, as `read_entry` does, and nothing else."""
    if block[156:157] in _WITHOUT_CONTENT:
        return 0
    return decimal(extra["size"]) if "size" in extra else number(block[124:136])


def extend(flag: bytes, data: bytes, extra: dict[str, str]) -> None:
    """Add what an extension header says of the entry that follows; a global one says nothing of it."""
    if flag == b"L":
        extra["path"] = text(data)
    elif flag == b"K":
        extra["linkpath"] = text(data)
    elif flag == b"x":
        extra.update(_pax(data))


def extension_size(block: bytes) -> int:
    """Return the bytes of an extension header; TarError for more than any writer needs."""
    size = number(block[124:136])
    if size > HEADER_LIMIT:
        raise TarError(f"an extended header of {size} bytes")
    return size


def _pax(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the records of a pax header: "LENGTH KEY=VALUE" and a newline, LENGTH counting all of it."""
    at = 0
    while at < len(data) and data[at] != 0:
        space = data.find(b" ", at, at + 12)
        if space < 0 or not data[at:space].isdigit():
            raise TarError("a damaged pax header")
        end = at + int(data[at:space])
        if end <= space + 1 or end > len(data) or data[end - 1 : end] != b"\n":
            raise TarError("a damaged pax header")
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals or (b"\0" in value and key in (b"path", b"linkpath")):
            raise TarError("a damaged pax header")
        yield key.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")
        at = end


def text(data: bytes) -> str:
    """Return a field up to its first NUL."""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def decimal(value: str) -> int:
    """Return a number of a pax record."""
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise TarError("a damaged number in a pax header")
    return int(value)


def whole_seconds(value: str) -> int:
    """Return the seconds of a pax time such as "1700000000.25" or "-1"."""
    sign, digits = (-1, value[1:]) if value[:1] == "-" else (1, value)
    return sign * decimal(digits.partition(".")[0])


def number(field: bytes) -> int:
    """Return a numeric header field: octal text, or base-256 when the first bit is set (GNU)."""
    return _numbers[field]


def _read_number(field: bytes, negative: bool = False) -> int:
    if field[0] & 0x80:
        return _base_256(field, negative)
    digits = field.strip(b"\0 ")
    if digits and not digits.isdigit():
        raise TarError("a damaged number in a header")
    try:
        return int(digits or b"0", 8)
    except ValueError:
        raise TarError("a damaged number in a header") from None


def _read_time(field: bytes) -> int:
    return _read_number(field, negative=True)


def _base_256(field: bytes, negative: bool) -> int:
    value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
    if field[0] == 0xFF and negative:
        return max(value - (1 << (8 * len(field) - 1)), -(1 << 62))
    if field[0] == 0xFF or value >= 1 << 62:
        raise TarError("a number in a header is negative or too large")
    return value


_numbers: Final = _Memo(_read_number)
_times: Final = _Memo(_read_time)
_sums: Final = _Memo(_read_sum)
_owners: Final = _Memo(_read_owner)
