"""A folder with the files of an image, as a builder exports them: one layer, read where it lies."""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import stat
import zlib
from typing import Final

from jettison.errors import ImageError
from jettison.image.collect import WHOLE, Collector, LayerFacts
from jettison.image.image import Image, Layer, read_config
from jettison.image.layers import merge
from jettison.image.linked import MAX_LINKED
from jettison.image.mapped import CHECKED, pieces
from jettison.image.tar_header import Entry, attributes_mark, device_mark

MAX_FILES: Final = 3_000_000


def read_root_file_system(folder: str, collector: Collector) -> Image:
    """Return a folder's files as an image of one layer; links are never followed.

    Raises:
        ImageError: it holds too many files.
    """
    facts = LayerFacts()
    names_of: dict[tuple[int, int], str] = {}
    for parent, folders, names in os.walk(folder, followlinks=False):
        for name in (*folders, *names):
            _add_file(
                facts,
                os.path.join(parent, name),
                os.path.relpath(os.path.join(parent, name), folder),
                collector,
                names_of,
            )
            if len(facts.columns.names) > MAX_FILES:
                raise ImageError(f"{folder} holds more than {MAX_FILES} files")
    layer = Layer("", facts.size, 0, "")
    return merge(read_config({}), [(facts, layer)], (), {}, "")


def _add_file(
    facts: LayerFacts, full: str, path: str, collector: Collector, names_of: dict[tuple[int, int], str]
) -> None:
    try:
        info = os.lstat(full)
        link = os.readlink(full) if stat.S_ISLNK(info.st_mode) else ""
    except OSError:
        return
    kind = _kind(info.st_mode)
    if kind == "file" and info.st_nlink > 1:
        first = names_of.setdefault((info.st_dev, info.st_ino), path)
        if first != path:
            # A further name of bytes that were read.
            mode = stat.S_IMODE(info.st_mode)
            entry = Entry(path, "hardlink", 0, mode, info.st_uid, info.st_gid, first, int(info.st_mtime))
            facts.columns.add(path, entry, 0, 0, -1)
            if collector.wants_name(path, mode) and 0 < info.st_size <= MAX_LINKED:
                _look_again(facts, full, path, mode, info.st_size, collector)
            return
    size = info.st_size if kind == "file" else 0
    mode = stat.S_IMODE(info.st_mode)
    mark = _mark(full, info)
    entry = Entry(path, kind, size, mode, info.st_uid, info.st_gid, link, int(info.st_mtime), mark=mark)
    check, digest = 0, b""
    if size:
        try:
            check, digest = _look(facts, full, path, mode, size, collector)
        except (OSError, ValueError) as error:
            facts.notes.append(f"{path}: {error}")
    facts.size += size
    index = facts.columns.add(path, entry, size, check, -1)
    if digest:
        facts.columns.digests[index] = digest


def _look(facts: LayerFacts, full: str, path: str, mode: int, size: int, collector: Collector) -> tuple[int, bytes]:
    """Show a file to the collector; return its checksum and digest."""
    handle = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        with mmap.mmap(handle, size, access=mmap.ACCESS_READ) as data, memoryview(data) as view:
            if size <= WHOLE:
                collector.learn(facts, path, mode, size, view, 0)
            else:
                for begin, end in pieces(view):
                    collector.learn(facts, path, mode, size, view[begin:end], begin)
                collector.learn_large(facts, path, mode, size, view)
            return zlib.crc32(view[:CHECKED]), hashlib.sha256(view).digest()
    finally:
        os.close(handle)


def _look_again(facts: LayerFacts, full: str, path: str, mode: int, size: int, collector: Collector) -> None:
    """Show a file to the collector under a further name."""
    try:
        handle = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as stream:
            data = stream.read(size)
    except OSError as error:
        facts.notes.append(f"{path}: {error}")
        return
    collector.learn_name(facts, path, mode, len(data), data)


def _mark(full: str, info: os.stat_result) -> str:
    """Return what `Entry.mark` says of a file; what the system does not tell is nothing."""
    mark = ""
    if stat.S_ISFIFO(info.st_mode):
        mark = "pipe"
    elif stat.S_ISCHR(info.st_mode) or stat.S_ISBLK(info.st_mode):
        kind = "character" if stat.S_ISCHR(info.st_mode) else "block"
        mark = device_mark(kind, os.major(info.st_rdev), os.minor(info.st_rdev))
    attributes = {}
    with contextlib.suppress(OSError, AttributeError):
        # No such call on macOS.
        for name in os.listxattr(full, follow_symlinks=False):
            attributes[name] = os.getxattr(full, name, follow_symlinks=False)
    return " ".join(filter(None, (mark, attributes_mark(attributes))))


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "dir"
    return "link" if stat.S_ISLNK(mode) else "other"
