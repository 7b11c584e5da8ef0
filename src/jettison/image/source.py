"""An image from wherever a user has it: an engine, an archive, an OCI layout, a folder with its files."""

from __future__ import annotations

import os
import posixpath
import re
import sys
import zlib
from collections.abc import Callable
from typing import IO, Final, cast

from jettison.errors import EngineError, ImageError, SourceError, UsageError
from jettison.image.archive import find_in_file, find_in_layout, is_oci_layout, read_archive
from jettison.image.assemble import Made, Source, as_it_is, assemble
from jettison.image.collect import Collector
from jettison.image.copied_folder import is_copied_folder
from jettison.image.decompress import Joined, compression, decompressed
from jettison.image.image import Image
from jettison.image.manifest import Chosen
from jettison.image.reading import Told
from jettison.image.reference import SCHEMES, has_host
from jettison.image.tar import Reader, TarStream
from jettison.image.tar_header import BLOCK
from jettison.image.unpacked_archive import is_unpacked_archive
from jettison.terminal import safe_line

STDIN: Final = "-"
_ARCHIVE_ENDINGS: Final = (".tar", ".tar.gz", ".tgz", ".oci", ".json")
# What only archives of images hold: blobs by digest, layers and configurations by id, the marks of both layouts.
_OF_AN_IMAGE: Final = (
    r"(?:blobs/sha256/.*|(?:sha256:)?[0-9a-f]{64}(?:[./].*)?|[^/]+/layer\.tar|oci-layout|repositories)\Z"
)


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

    `-` and pipes (`<(...)`) are archives that can be read once. `PATH:NAME` picks one image of an archive with several. strict: a layer that cannot be read is an error;
    else it is left out, and the image's `damage` says so. `make` may be called twice, as `assemble` says.

    Raises:
        ImageError: it cannot be read. SourceError: a path cannot. EngineError: the engine has no such image.
    """
    if name == STDIN:
        return make(_of_stdin(collector, platform))
    path, wanted = _split(name)
    folder = os.path.isdir(path) and not is_layout(path)
    if folder and not may_be_a_name(path):
        return make(_of_folder(path, collector))
    if os.path.exists(path) and not folder:
        try:
            if not os.path.isfile(path) and not os.path.isdir(path):
                with open(path, "rb") as stream:
                    return make(_streamed(stream, collector, wanted, platform))
            if os.path.isfile(path) and compression(_head(path)):
                return make(_packed_archive(path, collector, wanted, platform))
            find = find_in_layout if os.path.isdir(path) else find_in_file
            return assemble(*find(path, wanted, platform), collector, strict, make)
        except ImageError as error:
            raise ImageError(f"{safe_line(name)}: {error}") from error
    if name.startswith(SCHEMES):
        return assemble(*_of_registry(name, platform), collector, strict, make)
    if name.startswith(("/", "./", "../", "-")) or name.endswith("/"):
        # No name of an image begins or ends like this.
        raise SourceError(f"{name}: there is no such file or folder")
    from jettison.engine.find import find_engine

    try:
        with find_engine(engine).save(name) as stream:
            image = read_archive(cast(IO[bytes], Told(stream)), collector, "", platform)
    except EngineError as error:
        if folder:
            return make(_of_folder(path, collector))
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
        return _streamed(stream, collector, wanted, platform)


def _of_stdin(collector: Collector, platform: str) -> Image:
    if sys.stdin.isatty():
        raise SourceError("- is an image archive on standard input, and nothing is piped in: docker save NAME | ...")
    try:
        return _streamed(sys.stdin.buffer, collector, "", platform)
    except ImageError as error:
        raise ImageError(f"standard input: {error}") from error


def _streamed(stream: IO[bytes], collector: Collector, wanted: str, platform: str) -> Image:
    """Return an image of an archive that can be read only once, compressed as a whole or not."""
    try:
        head = stream.read(8)
        if not head:
            raise ValueError("it is empty")
        plain = decompressed(stream, head) or Joined(stream, head)
        return read_archive(cast(IO[bytes], Told(cast(IO[bytes], plain))), collector, wanted, platform)
    except (ValueError, OverflowError, EOFError, OSError, zlib.error) as error:
        raise ImageError(f"the image archive cannot be read: {safe_line(str(error))[:300]}") from error


def _of_folder(folder: str, collector: Collector) -> Image:
    from jettison.image.root_file_system import read_root_file_system

    return read_root_file_system(folder, collector)


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


def holds_image(path: str) -> bool:
    """Return whether a path is an image in an archive or a layout, not a folder or a file of sources.

    What cannot be read to its end counts as one, so that the reading of it tells what is wrong.

    Raises:
        SourceError: it cannot be opened.
    """
    if os.path.isdir(path):
        named = os.path.isfile(os.path.join(path, "index.json"))
        beside = any(os.path.exists(os.path.join(path, name)) for name in ("oci-layout", "blobs"))
        return (named and beside) or is_copied_folder(path) or is_unpacked_archive(path)
    try:
        with open(path, "rb") as stream:
            head = stream.read(8)
            plain = decompressed(stream, head) or Joined(stream, head)
            return _is_archive(plain)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _is_archive(plain: Reader) -> bool:
    begin = b""
    try:
        while len(begin) < BLOCK and (more := plain.read(BLOCK - len(begin))):
            begin += more
        if begin[257:262] != b"ustar":
            return False
        names = (posixpath.normpath(entry.name) for entry in TarStream(Joined(plain, begin)))
        return any(re.match(_OF_AN_IMAGE, name) for name in names)
    except (ValueError, OverflowError, EOFError, zlib.error):
        return begin[257:262] == b"ustar"


def may_be_a_name(path: str) -> bool:
    """Return whether a folder may as well be the name of an image: `app`, not `./app`, `app/` or `.`."""
    return os.sep not in path and path not in (".", "..")
