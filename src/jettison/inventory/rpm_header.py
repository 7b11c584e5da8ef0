"""One RPM header: the entry that the database keeps for an installed package.

Source: RPM reference manual, "RPM V4 Package Format" (header structure, data types) and "Tags".
"""

from __future__ import annotations

import struct
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.purl import qualifier_pairs
from jettison.inventory.text import clean

_MAX_ENTRIES: Final = 4096
_MAX_STRINGS: Final = 500_000
_ENTRY: Final = struct.Struct(">IIII")
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9
_NAME, _VERSION, _RELEASE, _EPOCH, _SIZE, _VENDOR, _LICENCE, _ARCH = 1000, 1001, 1002, 1003, 1009, 1011, 1014, 1022
_SOURCE, _FOLDER_INDEX, _BASENAMES, _FOLDERS, _MODULE = 1044, 1116, 1117, 1118, 5096
_WANTED: Final = frozenset(
    {_NAME, _VERSION, _RELEASE, _EPOCH, _SIZE, _VENDOR, _LICENCE, _ARCH, _SOURCE, _FOLDER_INDEX, _BASENAMES, _FOLDERS}
    | {_MODULE}
)


def read_header(path: str, blob: bytes) -> Package | None:
    """Return the package of a header, None when it is damaged or a key rather than a package."""
    try:
        return _package(path, _tags(blob))
    except (struct.error, ValueError, IndexError):
        return None


def _tags(blob: bytes) -> dict[int, list[str] | list[int]]:
    count, size = struct.unpack_from(">II", blob)
    start = 8 + count * _ENTRY.size
    if count > _MAX_ENTRIES or start + size > len(blob):
        raise ValueError("a header larger than its blob")
    store = memoryview(blob)[start : start + size]
    tags: dict[int, list[str] | list[int]] = {}
    for number in range(count):
        tag, kind, at, items = _ENTRY.unpack_from(blob, 8 + number * _ENTRY.size)
        if tag not in _WANTED or tag in tags or at >= size:
            continue
        if kind == _INT32:
            if items > _MAX_STRINGS:
                raise ValueError("too many numbers")
            tags[tag] = list(struct.unpack_from(f">{items}I", store, at))
        elif kind in (_STRING, _STRINGS, _TRANSLATED):
            tags[tag] = _strings(store, at, 1 if kind == _STRING else items)
    return tags


def _strings(store: memoryview, at: int, items: int) -> list[str]:
    if items > _MAX_STRINGS:
        raise ValueError("too many strings")
    # At most as many pieces as asked for: the rest of the store stays one piece.
    pieces = bytes(store[at:]).split(b"\0", items) if items > 1 else [bytes(store[at:]).partition(b"\0")[0], b""]
    return [piece.decode("utf-8", "surrogateescape") for piece in pieces[:-1]]


def _package(path: str, tags: dict[int, list[str] | list[int]]) -> Package | None:
    def text(tag: int) -> str:
        values = tags.get(tag) or [""]
        return clean(values[0])

    def number(tag: int) -> int:
        values = tags.get(tag) or [0]
        return values[0] if isinstance(values[0], int) else 0

    name, version, release = text(_NAME), text(_VERSION), text(_RELEASE)
    if not name or not version or name == "gpg-pubkey":
        return None
    epoch = f"{number(_EPOCH)}" if _EPOCH in tags else ""
    full = f"{version}-{release}" if release else version
    source = text(_SOURCE)
    source_name, source_version = _source(source)
    return Package(
        "rpm",
        name,
        f"{epoch}:{full}" if epoch and epoch != "0" else full,
        arch=text(_ARCH),
        source_name=source_name if source_name != name else "",
        source_version=source_version if source_version != full else "",
        licences=(text(_LICENCE),) if text(_LICENCE) else (),
        files=_files(tags),
        path=path,
        qualifiers=qualifier_pairs({"epoch": epoch if epoch != "0" else "", "upstream": source}),
        installed_bytes=number(_SIZE),
    )


def _source(file_name: str) -> tuple[str, str]:
    """Return (name, version-release) of "name-version-release.src.rpm"."""
    stem = file_name.removesuffix(".src.rpm").removesuffix(".nosrc.rpm")
    rest, _, release = stem.rpartition("-")
    name, _, version = rest.rpartition("-")
    return (name, f"{version}-{release}") if name else ("", "")


def _files(tags: dict[int, list[str] | list[int]]) -> tuple[str, ...]:
    names, folders, index = (tags.get(tag, []) for tag in (_BASENAMES, _FOLDERS, _FOLDER_INDEX))
    known = [str(folder).lstrip("/") for folder in folders]
    pairs = zip(names, index, strict=False)
    return tuple(f"{known[at]}{name}" for name, at in pairs if isinstance(at, int) and at < len(known))
