"""Java packages: archives with Maven's properties or a manifest, archives inside archives included.

Without an index of digests an archive that carries no Maven properties is known by its manifest and its
file name only; `qualifiers` do not say so, the path does.

Source: JAR file specification; Maven Archiver documentation, "Maven Archiver Reference".
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import Content, clean, decoded
from jettison.inventory.zip_entries import zip_content, zip_entries
from jettison.knowledge.java_groups import java_group
from jettison.named_tuple import NamedTuple

SUFFIXES: Final = (".jar", ".war", ".ear", ".jpi", ".hpi", ".par", ".sar", ".nar", ".kar", ".lpkg")
WANTS: Final = {f"suffix:{suffix}": 512 << 20 for suffix in SUFFIXES}
MAX_DEPTH: Final = 4
_MAX_NESTED: Final = 64 << 20
_MAX_TOTAL: Final = 512 << 20
_MAX_RATIO: Final = 200
_MAX_TEXT: Final = 1 << 20
_MAX_PACKAGES: Final = 20_000
_MAX_SECTIONS: Final = 10_000
_POM: Final = re.compile(r"META-INF/maven/([^/]+)/([^/]+)/pom\.properties\Z")
# A hyphen before a digit ends the name; an underscore only where there is no hyphen (OSGi bundles), a letter or
# a dot only where nothing but numbers follows (py4j0.10.9.9, name.1.2.3).
_FILE_NAMES: Final = (
    re.compile(r"(.+?)-(\d[\w.+~-]*)\Z"),
    re.compile(r"(.+?)_(\d[\w.+~-]*)\Z"),
    re.compile(r"(.*[A-Za-z])\.?(\d+(?:\.\d+)+)\Z"),
)
_GROUP: Final = re.compile(r"[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+\Z")
# The section of a class that tells the version of all of it: "Implementation-Title: org.apache.xerces.impl.Version".
_OF_ALL: Final = ".Version"
_VERSION_KEYS: Final = (_OF_ALL, "Implementation-Version", "Bundle-Version", "Specification-Version", "Plugin-Version")


class _Budget:
    """How many bytes may still be unpacked for one outer archive."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left


class _Pom(NamedTuple):
    group: str
    artifact: str
    version: str


def wanted(path: str) -> bool:
    """Return whether a file with a fitting suffix is read."""
    return True


def read(path: str, data: Content) -> list[Package]:
    """Return the packages of an archive and of the archives inside it."""
    found: list[Package] = []
    _read(path, posixpath.basename(path), data, 0, _Budget(_MAX_TOTAL), found)
    return found


def _read(path: str, name: str, data: Content, depth: int, budget: _Budget, found: list[Package]) -> None:
    poms: list[_Pom] = []
    manifest: dict[str, str] = {}
    any_entry = False
    for entry in zip_entries(data):
        any_entry = True
        inner = depth < MAX_DEPTH and entry.name.lower().endswith(SUFFIXES)
        if not inner and entry.name != "META-INF/MANIFEST.MF" and not _POM.match(entry.name):
            continue
        # What a header promises is checked before, what comes out is bounded again while unpacking.
        if inner and entry.size > max(entry.packed, 1) * _MAX_RATIO:
            continue
        limit = min(_MAX_NESTED if inner else _MAX_TEXT, budget.left)
        content = zip_content(data, entry, limit) if entry.size <= limit else None
        if content is None:
            continue
        budget.left -= len(content)
        if inner:
            _read(path, posixpath.basename(entry.name), content, depth + 1, budget, found)
        elif entry.name == "META-INF/MANIFEST.MF":
            manifest = _manifest(content)
        else:
            pom = _pom(content)
            if pom is not None:
                poms.append(pom)
        if len(found) > _MAX_PACKAGES:
            return
    if any_entry:
        found.extend(_packages(path, name, manifest, poms))


def _packages(path: str, name: str, manifest: dict[str, str], poms: list[_Pom]) -> list[Package]:
    stem = name.rpartition(".")[0]
    stated = _stated_versions(manifest)
    file_name, file_version = _split_name(stem, stated)
    main = _main_pom(file_name, file_version, stem, poms, manifest)
    licence = clean(manifest.get("Bundle-License", "").partition(";")[0].strip('" '), 200)
    licences = (licence,) if licence else ()
    packages = [Package("maven", one.artifact, one.version, one.group, path=path) for one in poms if one is not main]
    if main is not None:
        own = Package("maven", main.artifact, main.version, main.group, licences=licences, path=path)
        return [own, *packages]
    version = file_version or next(iter(stated), "")
    title = clean(file_name, 200)
    if not title or not version:
        return packages
    group = _group(title, manifest)
    return [Package("maven", title, clean(version, 100), group, licences=licences, path=path), *packages]


def _group(name: str, manifest: dict[str, str]) -> str:
    """Return the group of an archive without Maven's properties, "" where nothing says it for sure."""
    stated = clean(manifest.get("Group-Id"), 200)
    return stated if _GROUP.match(stated) else java_group(name)


def _split_name(stem: str, stated: tuple[str, ...]) -> tuple[str, str]:
    """Return (name, version) of "name-1.2"; the version is "" where there is none.

    stated: the versions that the manifest states; where the name ends with one, it begins there ("log4j-1.2-api-2.17.1").
    """
    for version in stated:
        if stem.endswith((f"-{version}", f"_{version}")) and len(stem) > len(version) + 1:
            return stem[: -len(version) - 1], version
    for pattern in _FILE_NAMES:
        parts = pattern.match(stem[:512])
        if parts:
            return parts[1], parts[2]
    return stem, ""


def _main_pom(file_name: str, file_version: str, stem: str, poms: list[_Pom], manifest: dict[str, str]) -> _Pom | None:
    """Return the properties of the archive itself: those that its file name or bundle names, or the only ones.

    The only ones may be those of a library that was packed into it: then the manifest tells another version.
    """
    bundle = manifest.get("Bundle-SymbolicName", "").partition(";")[0].strip()
    whole = _folded(stem)
    named = [
        pom
        for pom in poms
        if pom.artifact == file_name
        or whole == _folded(pom.artifact)
        or whole.startswith(_folded(f"{pom.artifact}-{pom.version}"))
        or bundle == f"{pom.group}.{pom.artifact}"
    ]
    if named:
        return named[0]
    if len(poms) != 1 or file_version:
        return None
    stated = _stated_versions(manifest)
    return None if stated and poms[0].version not in stated else poms[0]


def _folded(name: str) -> str:
    # Debian's files are named geronimo-annotation-1.3-spec for the artifact geronimo-annotation_1.3_spec.
    return name.replace("_", "-").replace(".", "-").lower()


def _pom(content: bytes) -> _Pom | None:
    fields: dict[str, str] = {}
    for line in decoded(content).splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith("#"):
            fields[key.strip()] = value.strip()
    group, artifact, version = (clean(fields.get(key), 200) for key in ("groupId", "artifactId", "version"))
    return _Pom(group, artifact, version) if artifact and version and "${" not in artifact + version else None


def _stated_versions(manifest: dict[str, str]) -> tuple[str, ...]:
    return tuple(manifest[key] for key in _VERSION_KEYS if manifest.get(key))


def _manifest(content: bytes) -> dict[str, str]:
    """Return the main section of a manifest, and as `_OF_ALL` what a class of that name states.

    Other sections are about single packages, which may be those of a library packed into it.
    """
    text = decoded(content).lstrip()
    main, *others = _sections(text) if _OF_ALL in text else [_section(text.splitlines())]
    for section in others:
        if section.get("Implementation-Title", "").endswith(_OF_ALL):
            main.setdefault(_OF_ALL, section.get("Implementation-Version", ""))
    return main


def _sections(text: str) -> list[dict[str, str]]:
    lines = text.splitlines()
    ends = [number for number, line in enumerate(lines) if not line.strip()][:_MAX_SECTIONS]
    starts = [0, *(end + 1 for end in ends)]
    return [_section(lines[start:end]) for start, end in zip(starts, [*ends, len(lines)], strict=True)]


def _section(lines: list[str]) -> dict[str, str]:
    """Return the fields up to an empty line; a line that starts with a space goes on with the one before."""
    whole: list[list[str]] = []
    for line in lines:
        if not line.strip():
            break
        if line[0] == " " and whole:
            whole[-1].append(line[1:])
        else:
            whole.append([line])
    fields: dict[str, str] = {}
    for pieces in whole:
        key, _, value = "".join(pieces).partition(":")
        fields.setdefault(key.strip(), value.strip())
    return fields
