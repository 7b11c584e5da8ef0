"""Debian packages: the status file, the folder of single status files (distroless), file lists, licences.

Source: dpkg(1); deb-822(5); deb-src-control(5) on Source; Debian policy 4.5 and the machine-readable
copyright format 1.0.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded, paragraphs

STATUS: Final = "var/lib/dpkg/status"
STATUS_FOLDER: Final = "var/lib/dpkg/status.d/"
INFO_FOLDER: Final = "var/lib/dpkg/info/"
DOC_FOLDER: Final = "usr/share/doc/"
# Of one package's own status file.
MAX_SINGLE: Final = 1 << 20
WANTS: Final = {
    "name:status": 64 << 20,
    "suffix:.list": 16 << 20,
    "name:copyright": 256 << 10,
}
_SOURCE: Final = re.compile(r"(\S+)(?:\s*\(([^()\s]*)\))?")
# The end of the line before is what the search can skip to.
_LICENCE: Final = re.compile(r"\n([Ll]icen[sc]e:[ \t]*([^\n]{1,200}))$", re.MULTILINE)
_COMMON: Final = re.compile(r"/usr/share/common-licenses/([0-9A-Za-z.+-]{1,40})")
_PARTS: Final = re.compile(r"\s+(?:or|and)\s+|[,|]\s*|\s+with\s+[^,]*", re.IGNORECASE)


def wanted(path: str) -> bool:
    """Return whether a path with a fitting name is one of dpkg's."""
    if path.endswith("/copyright"):
        return path.startswith(DOC_FOLDER) and path.count("/") == 4
    if path.endswith(".list"):
        return path.startswith(INFO_FOLDER)
    return path == STATUS


def is_status(path: str) -> bool:
    """Return whether the file is a status file: the one, or one of distroless images' many."""
    return path == STATUS or (path.startswith(STATUS_FOLDER) and not path.endswith(".md5sums"))


def read(path: str, data: bytes) -> list[Package]:
    """Return the installed packages of a status file; removed ones with leftover settings are none."""
    found = (_package(path, fields) for fields in paragraphs(decoded(data)))
    return [package for package in found if package is not None]


def file_list(data: bytes) -> tuple[str, ...]:
    """Return the paths of a package's .list file, without leading slash."""
    return tuple(line.lstrip("/") for line in decoded(data).split("\n") if len(line) > 2)


def md5sums_files(data: bytes) -> tuple[str, ...]:
    """Return the paths of a .md5sums file: a digest, two spaces, a path."""
    return tuple(line[34:].lstrip("/") for line in decoded(data).split("\n") if len(line) > 34)


def licences(data: bytes) -> tuple[str, ...]:
    """Return the licences that a copyright file names, in its own short names."""
    text = decoded(data[: 256 << 10])
    # The same one stands at many files of a package.
    lines = {match[2] for match in _LICENCE.finditer(f"\n{text}")}
    stated = [clean(part, 80) for line in lines for part in _PARTS.split(line)]
    if not stated:
        stated = [name.rstrip(".") for name in _COMMON.findall(text)]
    return tuple(sorted({name for name in stated if name}))[:64]


def licence_lines(data: bytes) -> bytes:
    """Return as much of a copyright file as `licences` looks at."""
    text = decoded(data[: 256 << 10])
    lines = [match[1] for match in _LICENCE.finditer(f"\n{text}")] or [match[0] for match in _COMMON.finditer(text)]
    return "\n".join(dict.fromkeys(lines)).encode("utf-8", "surrogateescape")


def _package(path: str, fields: dict[str, str]) -> Package | None:
    name, version = clean(fields.get("package")), clean(fields.get("version"))
    status = fields.get("status", "").split()
    # "want flag status": only the last word says what is on the disk; distroless states none.
    if not name or not version or (status and status[-1] in ("config-files", "not-installed")):
        return None
    source = _SOURCE.match(fields.get("source", ""))
    size = fields.get("installed-size", "")
    return Package(
        "deb",
        name,
        version,
        arch=clean(fields.get("architecture")),
        source_name=clean(source[1]) if source and source[1] != name else "",
        source_version=clean(source[2]) if source and source[2] else "",
        path=path,
        installed_bytes=int(size) * 1024 if size.isascii() and size.isdigit() and len(size) < 12 else 0,
    )
