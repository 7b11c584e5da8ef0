"""An image from wherever a user has it: an engine, an archive, an OCI layout, a folder with its files."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import zlib
from collections.abc import Callable
from typing import IO, Final, cast

from jettison.errors import EngineError, ImageError, SourceError, UsageError
from jettison.image.archive import find_in_file, find_in_layout, is_oci_layout, read_archive
from jettison.image.assemble import Made, Source, as_it_is, assemble
from jettison.image.collect import WHOLE, Collector, LayerFacts
from jettison.image.copied_folder import is_copied_folder
from jettison.image.decompress import compression, decompressed
from jettison.image.image import Image, Layer, read_config
from jettison.image.layers import merge
from jettison.image.linked import MAX_LINKED
from jettison.image.manifest import Chosen
from jettison.image.mapped import CHECKED, pieces
from jettison.image.reading import Told
from jettison.image.reference import SCHEMES, has_host
from jettison.image.tar_header import Entry
from jettison.image.unpacked_archive import is_unpacked_archive
from jettison.terminal import safe_line

MAX_FILES: Final = 3_000_000
_ARCHIVE_ENDINGS: Final = (".tar", ".tar.gz", ".tgz", ".oci", ".json")


def open_image(
    name: str, collector: Collector, engine: str | None = None, platform: str = "", strict: bool = True
) -> Image:
    """Return the image that a name means; as `made_of_image`."""
    return made_of_image(name, collector, as_it_is, engine, platform, strict)


def made_of_image(
    name: str,
    collector: Collector,
    make: Callable[[Image], Made],
    engine: str | None = None,
    platform: str = "",
    strict: bool = True,
) -> Made:
    """Return what `make` makes of the image that a name means: a path when there is one of it, else one of the engine.

    A folder without an index that a plain word names (`app`) is read where the engine has no image of that name.
    `registry://HOST/NAME:TAG` is read from a registry, and so is a name with its host that no engine has.

    `PATH:NAME` picks one image of an archive with several. strict: a layer that cannot be read is an error;
    else it is left out, and the image's `damage` says so. `make` may be called twice, as `assemble` says.

    Raises:
        ImageError: it cannot be read. SourceError: a path cannot. EngineError: the engine has no such image.
    """
    path, wanted = _split(name)
    folder = os.path.isdir(path) and not is_layout(path)
    if folder and not may_be_a_name(path):
        return make(_root_file_system(path, collector))
    if os.path.exists(path) and not folder:
        try:
            if os.path.isfile(path) and compression(_head(path)):
                return make(_packed_archive(path, collector, wanted, platform))
            find = find_in_layout if os.path.isdir(path) else find_in_file
            return assemble(*find(path, wanted, platform), collector, strict, make)
        except ImageError as error:
            raise ImageError(f"{safe_line(name)}: {error}") from error
    if name.startswith(SCHEMES):
        return assemble(*_of_registry(name, platform), collector, strict, make)
    if name.startswith(("/", "./", "../")) or name.endswith("/"):
        # No name of an image begins or ends like this.
        raise SourceError(f"{name}: there is no such file or folder")
    from jettison.engine.find import find_engine

    try:
        with find_engine(engine).save(name) as stream:
            image = read_archive(cast(IO[bytes], Told(stream)), collector, "", platform)
    except EngineError as error:
        if folder:
            return make(_root_file_system(path, collector))
        if name.endswith(_ARCHIVE_ENDINGS) or (os.sep in name and os.path.isdir(os.path.dirname(name))):
            raise SourceError(f"{name}: there is no such file or folder here, and {error}") from error
        # A name that says its registry can be read there, where no engine has the image.
        if engine or not has_host(name):
            raise
        try:
            return assemble(*_of_registry(name, platform), collector, strict, make)
        except (ImageError, UsageError) as other:
            raise ImageError(f"{error}; and from the registry: {other}") from other
    return make(image)


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read(8)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _packed_archive(path: str, collector: Collector, wanted: str, platform: str) -> Image:
    """Return an image of an archive that is compressed as a whole (`docker save app | gzip`), read as it is unpacked."""
    with open(path, "rb") as stream:
        plain = decompressed(stream, stream.read(8))
        assert plain is not None
        try:
            return read_archive(cast(IO[bytes], Told(cast(IO[bytes], plain))), collector, wanted, platform)
        except (ValueError, OverflowError, EOFError, zlib.error) as error:
            raise ImageError(f"the image archive cannot be read: {safe_line(str(error))[:300]}") from error


def _of_registry(name: str, platform: str) -> tuple[Source, Chosen]:
    from jettison.image.registry import find_in_registry

    return find_in_registry(name, platform)


def _split(name: str) -> tuple[str, str]:
    """Return (path, name of an image in it); a folder with the files of one image has no names in it."""
    if os.path.exists(name):
        return name, ""
    path, colon, wanted = name.partition(":")
    return (path, wanted) if colon and (os.path.isfile(path) or is_layout(path)) else (name, "")


def is_layout(path: str) -> bool:
    """Return whether a folder holds an image as a layout or an unpacked archive, not the files of one."""
    return is_oci_layout(path) or is_copied_folder(path) or is_unpacked_archive(path)


def may_be_a_name(path: str) -> bool:
    """Return whether a folder may as well be the name of an image: `app`, not `./app`, `app/` or `.`."""
    return os.sep not in path and path not in (".", "..")


def _root_file_system(folder: str, collector: Collector) -> Image:
    """Return a folder's files as an image of one layer; links are never followed."""
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
    entry = Entry(path, kind, size, mode, info.st_uid, info.st_gid, link, int(info.st_mtime))
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


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "dir"
    return "link" if stat.S_ISLNK(mode) else "other"
