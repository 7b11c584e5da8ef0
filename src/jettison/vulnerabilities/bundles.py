"""The files in what a user names: a folder, a file, a tar or zip with any usual compression. Nothing is unpacked to disk."""

from __future__ import annotations

import bz2
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from jettison.errors import ImageError, SourceError
from jettison.image.decompress import GZIP, ZSTD, decompressed
from jettison.image.tar import Reader, TarStream
from jettison.image.tar_header import BLOCK, TarError
from jettison.vulnerabilities import lz4_frame

MAX_FILES: Final = 3_000_000
MAX_MEMBER: Final = 512 << 20
MAX_TOTAL: Final = 16 << 30
_XZ: Final = b"\xfd7zXZ\0"
_BZ2: Final = b"BZh"
_MEMORY: Final = 512 << 20
_PIECE: Final = 1 << 18
_Wanted = Callable[[str], bool]
_DAMAGED: Final = (lzma.LZMAError, zlib.error, zipfile.BadZipFile, TarError, lz4_frame.Lz4Error)


class BundleError(SourceError):
    """A file or archive cannot be read, is damaged, or is larger than the limits."""


class NothingKnownError(BundleError):
    """Nothing of a known format is in it."""


def archives_in(path: str) -> list[str]:
    """Return the archives that lie in a folder itself, sorted; none where it is no folder, or cannot be read."""
    try:
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
    except OSError:
        return []
    found = [os.path.join(path, name) for name in names if _is_archive(_plain_name(name))]
    return [one for one in found if os.path.isfile(one) and not os.path.islink(one)]


def files_of(path: str, wanted: _Wanted, without: frozenset[str] = frozenset()) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each file that is wanted by its name; without: paths in a folder that are left out.

    Raises:
        BundleError: it cannot be read.
    """
    try:
        if os.path.isdir(path):
            yield from _folder(path, wanted, without)
        else:
            yield from _file(path, wanted)
    except (OSError, EOFError, NotImplementedError, ImageError, *_DAMAGED) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BundleError(f"{path}: cannot be read: {reason}") from error


def _folder(path: str, wanted: _Wanted, without: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    count = 0
    for parent, folders, names in os.walk(path, followlinks=False):
        folders[:] = sorted(one for one in folders if one != ".git")
        for name in sorted(names):
            full = os.path.join(parent, name)
            plain = _plain_name(name)
            if not (wanted(plain) or _is_archive(plain)) or os.path.islink(full) or not os.path.isfile(full):
                continue
            if full in without:
                continue
            count += 1
            if count > MAX_FILES:
                raise BundleError(f"{path}: more than {MAX_FILES} files")
            yield from _file(full, wanted)


def _is_archive(name: str) -> bool:
    return name.endswith((".zip", ".tar", ".tgz"))


def _plain_name(name: str) -> str:
    for suffix in (".gz", ".xz", ".bz2", ".zst", ".lz4"):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _file(path: str, wanted: _Wanted) -> Iterator[tuple[str, bytes]]:
    with open(path, "rb") as stream:
        head = stream.read(BLOCK)
        if head[:4] == b"PK\x03\x04":
            yield from _zip(path, wanted)
            return
        if head[:4] == lz4_frame.MAGIC:
            yield _plain_name(path), lz4_frame.decompress(_bounded(path, _Joined(head, stream)), MAX_MEMBER)
            return
        reader = _plain(stream, head)
        first = _read(reader, BLOCK)
        if len(first) == BLOCK and first[257:262] == b"ustar":
            yield from _tar(path, _Joined(first, reader), wanted)
            return
        yield _plain_name(path), _bounded(path, _Joined(first, reader))


def _bounded(path: str, reader: Reader) -> bytes:
    pieces, size = [], 0
    while piece := reader.read(_PIECE):
        size += len(piece)
        if size > MAX_MEMBER:
            raise BundleError(f"{path}: larger than {MAX_MEMBER >> 20} MB unpacked")
        pieces.append(piece)
    return b"".join(pieces)


def _tar(path: str, reader: Reader, wanted: _Wanted) -> Iterator[tuple[str, bytes]]:
    tar = TarStream(reader)
    total = 0
    for entry in tar:
        if entry.kind != "file" or not wanted(entry.name):
            continue
        total += entry.size
        if entry.size > MAX_MEMBER or total > MAX_TOTAL:
            raise BundleError(f"{path}: {entry.name!r} passes the limit of size")
        # The name of the archive may tell what the member's does not (a release in a path).
        name = entry.name if "/" in entry.name else f"{path}/{entry.name}"
        yield name, tar.read(entry.size)


def _zip(path: str, wanted: _Wanted) -> Iterator[tuple[str, bytes]]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_FILES:
            raise BundleError(f"{path}: more than {MAX_FILES} files")
        for info in infos:
            if info.is_dir() or not wanted(info.filename):
                continue
            try:
                with archive.open(info) as member:
                    # What the directory says of the size may be a lie.
                    data = _bounded(path, member)
            except RuntimeError as error:
                raise BundleError(f"{path}: {info.filename!r} is encrypted") from error
            total += len(data)
            if total > MAX_TOTAL:
                raise BundleError(f"{path}: more than {MAX_TOTAL >> 30} GB unpacked")
            yield info.filename, data


def _plain(stream: IO[bytes], head: bytes) -> Reader:
    if head[:2] == GZIP or head[:4] == ZSTD:
        reader = decompressed(stream, head)
        assert reader is not None
        return _Guarded(reader)
    if head[:6] == _XZ:
        return _Unpacked(stream, head, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY))
    if head[:3] == _BZ2:
        return _Unpacked(stream, head, bz2.BZ2Decompressor)
    return _Joined(head, stream)


class _Joined:
    """Bytes that were read already, then the rest."""

    def __init__(self, head: bytes, rest: Reader) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._rest.read(size)


class _Guarded:
    """A reader whose library has errors of its own kind."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; EOFError for whatever the library says of damage."""
        try:
            return self._reader.read(size)
        except Exception as error:
            raise EOFError(f"damaged ({error})") from error


class _Unpacked:
    """xz or bzip2 as plain bytes, at most a piece in memory."""

    def __init__(self, stream: IO[bytes], head: bytes, new: Callable[[], Any]) -> None:
        self._source = _Joined(head, stream)
        self._new = new
        self._engine = new()

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, b"" at the end; EOFError when it is cut off."""
        while True:
            if self._engine.eof:
                left = self._engine.unused_data.strip(b"\0") or self._source.read(_PIECE)
                if not left:
                    return b""
                self._engine = self._new()
                data: bytes = self._engine.decompress(left, size)
            else:
                raw = self._source.read(_PIECE) if self._engine.needs_input else b""
                if self._engine.needs_input and not raw:
                    raise EOFError("it ends in the middle")
                data = self._engine.decompress(raw, size)
            if data:
                return data


def _read(reader: Reader, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := reader.read(size - len(data))):
        data += piece
    return data
