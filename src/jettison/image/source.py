"""An image from wherever a user has it: an engine, an archive, an OCI layout, a folder with its files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from jettison.errors import ImageError, SourceError
from jettison.image.archive import read_archive, read_layout
from jettison.image.collect import LayerFacts
from jettison.image.image import FileEntry, Image, Layer, read_config
from jettison.image.layers import merge

if TYPE_CHECKING:
    from jettison.image.archive import Collector

MAX_FILES = 3_000_000


def open_image(name: str, collector: Collector, engine: str | None = None, platform: str = "") -> Image:
    """Return the image that a name means: a path when there is one of it, else an image of the engine.

    `PATH:NAME` picks one image of an archive with several.

    Raises:
        ImageError: it cannot be read. SourceError: a path cannot. EngineError: the engine has no such image.
    """
    path, wanted = _split(name)
    if os.path.isdir(path):
        if os.path.isfile(os.path.join(path, "index.json")):
            return read_layout(path, collector, wanted, platform)
        return _root_file_system(path, collector)
    if os.path.exists(path):
        try:
            with open(path, "rb") as stream:
                return read_archive(stream, collector, wanted, platform)
        except OSError as error:
            raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    from jettison.engine.find import find_engine

    found = find_engine(engine)
    with found.save(name) as stream:
        return read_archive(stream, collector)


def _split(name: str) -> tuple[str, str]:
    if os.path.exists(name):
        return name, ""
    path, colon, wanted = name.partition(":")
    return (path, wanted) if colon and os.path.exists(path) else (name, "")


class _File:
    """A file on disk in the place of an archive's member."""

    def __init__(self, path: str) -> None:
        self._stream = open(path, "rb")  # noqa: SIM115 -- closed by close(), the collector reads in between

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes."""
        return self._stream.read(size)

    def close(self) -> None:
        self._stream.close()


def _root_file_system(folder: str, collector: Collector) -> Image:
    """Return a folder's files as an image of one layer; links are never followed."""
    from jettison.image.tar import TarEntry

    facts = LayerFacts()
    kept = 0
    for parent, folders, names in os.walk(folder, followlinks=False):
        for name in (*folders, *names):
            full = os.path.join(parent, name)
            try:
                info = os.lstat(full)
            except OSError:
                continue
            path = os.path.relpath(full, folder)
            kind = _kind(info.st_mode)
            size = info.st_size if kind == "file" else 0
            link = os.readlink(full) if kind == "link" else ""
            mode = stat.S_IMODE(info.st_mode)
            facts.entries[path] = FileEntry(kind, size, mode, info.st_uid, info.st_gid, link, 0)
            facts.size += size
            if len(facts.entries) > MAX_FILES:
                raise ImageError(f"{folder} holds more than {MAX_FILES} files")
            if size and os.access(full, os.R_OK):
                stream = _File(full)
                try:
                    entry = TarEntry(path, "file", size, mode, info.st_uid, info.st_gid, "")
                    kept += collector.learn(facts, stream, entry, path, kept)  # type: ignore[arg-type]
                finally:
                    stream.close()
    layer = Layer("", facts.size, 0, "")
    return merge(read_config({}), [(facts, layer)], (), {}, "")


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "dir"
    return "link" if stat.S_ISLNK(mode) else "other"
