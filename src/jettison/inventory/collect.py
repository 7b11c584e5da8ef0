"""From the files of an image to its inventory: which files are wanted, how they are read, who owns what.

A pass over an image asks `wants` for every file. What is small is kept for `collect`. Programs and archives
are large, so a pass reads them at once with `read_large` and keeps only the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Final

from jettison.inventory import (
    apk,
    bitnami,
    chisel,
    conan,
    conda,
    dotnet,
    dpkg,
    elf_note,
    erlang,
    go_binary,
    graalvm,
    java,
    kernel,
    kernel_module,
    known_binaries,
    lua,
    nix,
    node,
    opkg,
    os_release,
    pacman,
    pear,
    php,
    portage,
    python,
    r,
    rpm,
    ruby,
    rust_binary,
    wordpress,
    yarn_pnp,
)
from jettison.inventory.elf_sections import MAGIC, read_sections
from jettison.inventory.inventory import Inventory
from jettison.inventory.numbered import VisibleFile
from jettison.inventory.os_release import OsRelease, read_os_release
from jettison.inventory.ownership import owned
from jettison.inventory.package import DISTRIBUTION_TYPES, Package
from jettison.inventory.text import Content

HEAD: Final = 64
MAX_PROGRAM: Final = 512 << 20
_SMALLEST_PROGRAM: Final = 4096
# ELF, and Mach-O of 64 bits in the byte order of its processors.
_PROGRAMS: Final = (MAGIC, b"\xcf\xfa\xed\xfe")
_MAX_STATUS: Final = 16 << 20
# Paths that all packages together may claim; an image of a million files is the largest that was seen.
MAX_LISTED: Final = 1_000_000
_LISTS: Final = (".list", ".md5sums", "/RECORD", "/installed-files.txt", "/files", "/rock_manifest")
_NAMESPACES: Final = {"deb": "debian", "apk": "alpine", "alpm": "arch"}
_Read = Callable[[str, bytes], list[Package]]
# Whether the whole path fits, bytes wanted, what reads packages from it; None for what is joined to another file's.
_Rule = tuple[Callable[[str], bool], int, _Read | None]

_READERS: Final[tuple[ModuleType, ...]] = (
    apk, bitnami, chisel, conan, conda, dotnet, dpkg, erlang, java, kernel, kernel_module, known_binaries, lua, node, opkg, os_release, pacman, pear,
    php, portage, python, r, rpm, ruby, wordpress, yarn_pnp,
)  # fmt: skip
_BESIDE: Final = frozenset((
    "suffix:.list", "name:copyright", "name:RECORD", "name:installed-files.txt", "name:os-release", "name:files", "name:LICENSE",
    "name:SIZE", "name:rock_manifest", "suffix:.control",
))  # fmt: skip

# The file's name or suffix leads to its rules; most paths end here.
_NAMES: Final[dict[str, list[_Rule]]] = {}
_SUFFIXES: Final[dict[str, list[_Rule]]] = {}
for _reader in _READERS:
    for _key, _limit in _reader.WANTS.items():
        _how, _, _what = _key.partition(":")
        if _how in ("name", "suffix"):
            _table = _NAMES if _how == "name" else _SUFFIXES
            _table.setdefault(_what, []).append((_reader.wanted, _limit, None if _key in _BESIDE else _reader.read))

# Files that may be executable by accident and are never programs: no rule, or one more that wants nothing.
for _suffix in (
    ".py .pyc .js .mjs .cjs .ts .map .json .sh .pl .pm .rb .h .c .cc .cpp .hpp .go .rs .java .class .txt .md .html .css "
    ".xml .yml .yaml .toml .gz .bz2 .xz .zst .zip .png .jpg .jpeg .gif .svg .ttf .woff .woff2 .pdf .a .la .pc .mo .po "
    ".tcl .lua .php .conf .cfg .ini .lock .sql .csv".split()
):
    if _suffix in _SUFFIXES:
        _SUFFIXES[_suffix].append((lambda path: True, 0, None))
    else:
        _SUFFIXES[_suffix] = []
# No file of such a name is wanted: most of the files of an image.
_UNWANTED: Final = frozenset(
    suffix for suffix, rules in _SUFFIXES.items() if not rules and not any(name.endswith(suffix) for name in _NAMES)
)
# What lies here is told by its folder and by no name.
_FOLDERS: Final = (dpkg.STATUS_FOLDER, kernel.BOOT_FOLDER)


def wants(path: str, size: int, mode: int) -> int:
    """Return how many bytes of a file's content are wanted, 0 for none.

    HEAD (64) for what may be a program: `wants_program` says by these bytes whether all are wanted.
    """
    if path[path.rfind(".") :] in _UNWANTED:
        return 0
    base = path[path.rfind("/") + 1 :]
    rules = _NAMES.get(base)
    if rules is None:
        dot = base.rfind(".")
        if dot >= 0:
            rules = _SUFFIXES.get(base[dot:])
    if rules is not None:
        for fits, limit, _ in rules:
            if fits(path):
                return size if size < limit else limit
        if not rules:
            return 0
    if path.startswith(_FOLDERS):
        return min(size, dpkg.MAX_SINGLE if path.startswith(dpkg.STATUS_FOLDER) else kernel.MAX_HEAD)
    if size >= _SMALLEST_PROGRAM and (mode & 0o111 or ".so" in base or "." not in base):
        return HEAD
    return 0


def wants_program(size: int, head: bytes) -> int:
    """Return how many bytes of a possible program are wanted, by its first bytes."""
    if head[:4] in _PROGRAMS or head[:2] == b"MZ":
        return min(size, MAX_PROGRAM)
    return 0


def is_program(size: int, data: Content) -> bool:
    """Return whether a file that may be a program, and is not too large for one, begins like one."""
    return _SMALLEST_PROGRAM <= size <= MAX_PROGRAM and wants_program(size, bytes(data[:4])) > 0


def is_large(path: str) -> bool:
    """Return whether a wanted file should be read at once with `read_large` rather than kept."""
    dot = path.rfind(".")
    return dot >= 0 and path[dot:] in java.SUFFIXES


def read_large(path: str, data: Content) -> list[Package]:
    """Return the packages of a program or of a Java archive; the whole file as bytes or as a map of it."""
    if is_large(path):
        return java.read(path, data)
    sections = read_sections(data, (go_binary.SECTION, rust_binary.SECTION, elf_note.SECTION, graalvm.SECTION))
    found = go_binary.read(path, data, sections)
    if sections is not None:
        found += rust_binary.read(path, data, sections) + graalvm.read(path, data, sections)
    return (found or known_binaries.read(path, data)) + elf_note.read(path, data, sections)


def read_alone(path: str, data: Content) -> list[Package] | None:
    """Return the packages of a small file that says everything itself; None when others are needed beside it.

    Of Python's metadata the list of files is still to be joined, which `collect` does.
    """
    read = _reader_of(path)
    # Of these a file for each package is kept for it, or the text is as small as what comes of it.
    if read is None or read is apk.read or (read is dpkg.read and (path != dpkg.STATUS or len(data) > _MAX_STATUS)):
        return None
    return read(path, bytes(data))


def _reader_of(path: str) -> _Read | None:
    """Return what reads the packages of a wanted file, None for one that only adds to another's."""
    base = path[path.rfind("/") + 1 :]
    rules = _NAMES.get(base)
    if rules is None:
        dot = base.rfind(".")
        rules = _SUFFIXES.get(base[dot:]) if dot >= 0 else None
    for fits, _, read in rules or ():
        if fits(path):
            return read
    if path.startswith(kernel.BOOT_FOLDER):
        return kernel.read
    return dpkg.read if dpkg.is_status(path) else None


def essence(path: str, data: Content) -> bytes:
    """Return what `collect` needs of a wanted file: all of it, or of a long licence text the lines that name one."""
    if path.endswith("/copyright") and path.startswith(dpkg.DOC_FOLDER):
        return dpkg.licence_lines(bytes(data))
    if path.endswith("/files"):
        return pacman.paths_only(bytes(data))
    return bytes(data)


def collect(
    contents: Mapping[str, bytes],
    files: Mapping[str, VisibleFile],
    release: OsRelease | None = None,
    found: Mapping[str, Sequence[Package]] | None = None,
) -> Inventory:
    """Return the inventory of an image.

    contents: visible path -> the bytes that `wants` asked for; found: visible path -> what `read_large` gave.
    files: every visible path. release: the distribution where the caller knows it already.
    """
    contents = _bounded(contents)
    release = release or find_release(contents)
    packages = _read_all(contents, files, release)
    for path, large in (found or {}).items():
        if path in files:
            # Of a program nothing else says more.
            alone = _reader_of(path) is None
            packages.extend(large if alone else [_joined(one, release, contents) for one in large])
    packages += nix.read_store(files) if nix.STORE in files else []
    for tidied in (bitnami.without_programs, kernel.without_repeats, chisel.without_repeats):
        packages = tidied(packages)
    packages = [_placed(package, files) for package in dict.fromkeys(packages)]
    packages.sort(key=lambda package: (package.type, package.name, package.version, package.path))
    return owned(packages, files, release)


def _bounded(contents: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the contents without the lists of files that would make more than MAX_LISTED paths in all."""
    left = MAX_LISTED
    dropped = set()
    for path, data in contents.items():
        if path.endswith(_LISTS):
            left -= data.count(b"\n")
            if left < 0:
                dropped.add(path)
    return {path: data for path, data in contents.items() if path not in dropped} if dropped else contents


def find_release(contents: Mapping[str, bytes]) -> OsRelease | None:
    """Return the distribution; the file in etc goes first, as os-release(5) says."""
    for path in os_release.PATHS:
        data = contents.get(path)
        release = read_os_release(data) if data else None
        if release is not None:
            return release
    return None


def _read_all(
    contents: Mapping[str, bytes], files: Mapping[str, VisibleFile], release: OsRelease | None
) -> list[Package]:
    return [
        _joined(package, release, contents)
        for path, data in contents.items()
        if path in files and (read := _reader_of(path)) is not None
        for package in read(path, data)
    ]


def _joined(package: Package, release: OsRelease | None, contents: Mapping[str, bytes]) -> Package:
    """Return a package with what other files say of it."""
    if package.type in DISTRIBUTION_TYPES:
        return _of_distribution(package, release, contents)
    if package.type == "pypi":
        return _with_listing(package, contents)
    return lua.with_files(package, contents) if package.type == "luarocks" else package


def _of_distribution(package: Package, release: OsRelease | None, contents: Mapping[str, bytes]) -> Package:
    qualifiers = dict(package.qualifiers)
    if release is not None:
        qualifiers["distro"] = release.distro
    if package.source_name and package.type != "rpm":
        version = f"@{package.source_version}" if package.source_version else ""
        qualifiers["upstream"] = f"{package.source_name}{version}"
    changes: dict[str, object] = {
        "namespace": release.namespace if release else _NAMESPACES.get(package.type, ""),
        "qualifiers": tuple(sorted(qualifiers.items())),
    }
    if package.type == portage.TYPE:
        # The category is what the name is in.
        return portage.completed(package, contents)._replace(qualifiers=tuple(sorted(qualifiers.items())))
    if package.type == pacman.TYPE:
        listed = contents.get(pacman.listing_path(package.path))
        changes["files"] = pacman.file_list(listed) if listed is not None else ()
    if package.type == opkg.TYPE:
        return opkg.completed(package, contents)._replace(**changes)  # type: ignore[arg-type]
    if package.type == "deb":
        changes["files"] = package.files or _dpkg_files(package, contents)
        copyright_ = contents.get(f"{dpkg.DOC_FOLDER}{package.name}/copyright")
        changes["licences"] = dpkg.licences(copyright_) if copyright_ else ()
    return package._replace(**changes)  # type: ignore[arg-type]


def _dpkg_files(package: Package, contents: Mapping[str, bytes]) -> tuple[str, ...]:
    for name in (package.name, f"{package.name}:{package.arch}"):
        listed = contents.get(f"{dpkg.INFO_FOLDER}{name}.list")
        if listed is not None:
            return dpkg.file_list(listed)
    sums = contents.get(f"{package.path}.md5sums")
    return dpkg.md5sums_files(sums) if sums is not None else ()


def _with_listing(package: Package, contents: Mapping[str, bytes]) -> Package:
    for listing in python.listing_paths(package.path):
        data = contents.get(listing)
        if data is not None:
            return package._replace(files=python.file_list(listing, data))
    return package


def _placed(package: Package, files: Mapping[str, VisibleFile]) -> Package:
    entry = files.get(package.path)
    return package if entry is None else package._replace(layer=entry.layer)
