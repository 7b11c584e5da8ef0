"""What is fuzzed: every reader of bytes that strangers write. A target takes any bytes, and raises what is a bug.

An error of our own is an answer; whatever else comes out of a reader is a bug, and so is a broken promise of it.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import pairwise

from image.archives import old_layout
from inventory.test_hostile import CASES
from jettison.compose.bake import read_bake
from jettison.compose.compose_file import read_compose
from jettison.compose.problem import BuildFileError
from jettison.errors import JettisonError
from jettison.image.archive import read_archive, read_file
from jettison.image.collect import InventoryCollector
from jettison.image.decompress import decompressed
from jettison.image.inspection import inspection_of
from jettison.image.reference import parse_reference
from jettison.image.waste import find_waste
from jettison.inventory import dpkg, lua, opkg, pacman, portage, python
from jettison.inventory.os_release import read_os_release
from jettison.inventory.package import Package
from jettison.inventory.purl import parse_purl
from jettison.lint.engine import check_bytes
from jettison.model.context import IgnoreFile
from jettison.report.inspect_json import render_inspection_json
from jettison.report.inspect_text import render_inspection
from jettison.rules.index import ENTRIES
from jettison.sbom.read import read_sbom
from jettison.secretscan.scanner import Scanner
from jettison.settings.toml_file import read_text
from jettison.settings.yaml_text import YamlError, read_yaml
from jettison.syntax.tree import parse, render
from jettison.terminal import Palette
from jettison.vulnerabilities.exemptions import read_exemptions
from jettison.vulnerabilities.formats.debian_tracker import TrackerError
from jettison.vulnerabilities.formats.recognise import read_file as read_advisories
from jettison.vulnerabilities.openvex import read_openvex
from jettison.vulnerabilities.versions import SCHEMES, sort_key

Target = Callable[[bytes], None]
BLOCK = 512
MAX_PLAIN = 8 << 20
ALL_RULES = frozenset(entry.code for entry in ENTRIES)
PATHS = (
    "srv/app/.env",
    "srv/app.py",
    "root/.npmrc",
    "srv/a.json",
    "srv/data.bin",
    "srv/.git/objects/ab/cd",
    "srv/a.jar",
)
ADVISORY_PATHS = ("a.json", "a.yaml", "a.md", "a.csv", "APKINDEX", "Packages", "a.toml")
NAMES = ("IMAGE_NAME", "A", "PATH")
EBUILD = Package("ebuild", "a/b", "1", path="var/db/pkg/a/b-1/CONTENTS")
OPKG = Package("opkg", "a", "1", path="usr/lib/opkg/status")
LISTS: tuple[Callable[[bytes], Iterable[str]], ...] = (
    dpkg.file_list,
    dpkg.md5sums_files,
    dpkg.licences,
    lambda data: python.file_list("a.dist-info/RECORD", data),
    lambda data: python.file_list("a.egg-info/installed-files.txt", data),
    lambda data: pacman.file_list(pacman.paths_only(data)),
    lua.file_names,
    lambda data: portage.completed(EBUILD, {"var/db/pkg/a/b-1/LICENSE": data, "var/db/pkg/a/b-1/SIZE": data}).licences,
    lambda data: opkg.completed(OPKG, {"usr/lib/opkg/info/a.list": data, "usr/lib/opkg/info/a.control": data}).files,
)


def image_archive(data: bytes) -> None:
    """An archive of `docker save` or an OCI layout in a tar, strictly and leniently, on disk and as a stream."""
    with _file(data, ".tar") as path:
        for strict in (True, False):
            with suppress(JettisonError):
                read_file(path, InventoryCollector(), strict=strict)
    with suppress(JettisonError):
        read_archive(io.BytesIO(data), InventoryCollector())


def layer(data: bytes) -> None:
    """The tar of a layer, with right checksums, under a second layer of the same bytes: all bytes are accounted for."""
    whole = with_checksums(data)
    scanner = _scanner()
    try:
        image = read_archive(io.BytesIO(old_layout(whole, whole)), InventoryCollector(scanner))
    except JettisonError:
        return
    for path in image.files:
        assert not path.startswith("/") and ".." not in path.split("/"), path
    waste = find_waste(image)
    assert waste.hidden_bytes + waste.visible_bytes == image.size_unpacked
    seen = inspection_of("fuzzed", image, scanner)
    assert sum(seen.inventory.bytes_of) + seen.inventory.unowned >= waste.visible_bytes
    for text in (render_inspection(seen, Palette(False)), render_inspection_json(seen)):
        assert not any(ord(char) < 32 and char != "\n" for char in text)


def compressed(data: bytes) -> None:
    """A compressed layer: as much of it as fits the limits."""
    stream = io.BytesIO(data)
    with suppress(ValueError, JettisonError):
        plain = decompressed(stream, stream.read(6))
        size = 0
        while plain is not None and size < MAX_PLAIN and (piece := plain.read(1 << 16)):
            size += len(piece)


def packages(data: bytes) -> None:
    """The file of a package manager; the first byte says which."""
    if not data:
        return
    _, read, path, _ = CASES[data[0] % len(CASES)]
    for package in read(path, data[1:]):
        for text in (package.name, package.version, *package.licences):
            assert not any(ord(char) < 32 for char in text), text
        with suppress(ValueError):
            parse_purl(package.purl)
    read_os_release(data)


def package_lists(data: bytes) -> None:
    """A file that says more of a package than its own does; the first byte says which."""
    if not data:
        return
    reader = LISTS[data[0] % len(LISTS)]
    for text in reader(data[1:]):
        assert isinstance(text, str)


def secrets(data: bytes) -> None:
    """A file that may hold secrets; the first byte says of which name."""
    path = PATHS[data[0] % len(PATHS)] if data else PATHS[0]
    for hit in _scanner().scan(path, 0, len(data), data, 0):
        assert 0 <= hit.offset < max(1, len(data))
        assert len(hit.masked) < 40


def dockerfile(data: bytes) -> None:
    """A Dockerfile: the tree gives the same bytes back, and no rule fails."""
    assert render(parse(data)) == data
    with suppress(JettisonError):
        check_bytes(data, "Dockerfile", select=ALL_RULES)


def ignore_file(data: bytes) -> None:
    """A .dockerignore."""
    ignore = IgnoreFile.parse(data)
    for path in ("a", "a/b/c.txt", ".git/config", "x" * 200):
        ignore.excludes(path)


def reference(data: bytes) -> None:
    """The name of an image."""
    with suppress(JettisonError):
        found = parse_reference(data.decode("utf-8", "surrogateescape"))
        assert "\n" not in found.target and " " not in found.target


def bill(data: bytes) -> None:
    """A bill of materials, CycloneDX or SPDX."""
    with suppress(JettisonError):
        read_sbom(data)


def decisions(data: bytes) -> None:
    """What people decided: OpenVEX, exceptions of our own and Trivy's, settings."""
    for suffix, read in ((".json", read_openvex), (".toml", _exemptions), (".trivyignore", _exemptions)):
        with _file(data, suffix) as path, suppress(JettisonError):
            read(path)
    with suppress(JettisonError):
        read_text("jettison.toml", data.decode("utf-8", "replace"))
    with suppress(YamlError):
        read_yaml(data)


def advisories(data: bytes) -> None:
    """Advisories in any format; the first byte says by which name."""
    path = ADVISORY_PATHS[data[0] % len(ADVISORY_PATHS)] if data else ADVISORY_PATHS[0]
    with suppress(JettisonError, TrackerError):
        read_advisories(path, data[1:], _Nothing())


def versions(data: bytes) -> None:
    """Lines of versions: in every scheme they have one order."""
    lines = [line.decode("utf-8", "replace") for line in data.split(b"\n")[:12]]
    for scheme in SCHEMES:
        keys = sorted(key for line in lines if (key := sort_key(scheme, line)) is not None)
        assert all(not after < before for before, after in pairwise(keys)), scheme


def compose(data: bytes) -> None:
    """Files of Compose and Bake."""
    with tempfile.TemporaryDirectory() as folder, suppress(BuildFileError):
        read_compose(os.path.join(folder, "compose.yaml"), data)
    for name in ("docker-bake.hcl", "docker-bake.json"):
        with suppress(BuildFileError):
            read_bake(name, data)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        image_archive, layer, compressed, packages, package_lists, secrets, dockerfile, ignore_file, reference, bill, decisions, advisories,
        versions, compose,
    )
}  # fmt: skip


def with_checksums(data: bytes) -> bytes:
    """Return the bytes with the checksum of each tar header made right, so that what is behind it is reached."""
    out = bytearray(data)
    for at in range(0, len(out) - BLOCK + 1, BLOCK):
        if out[at + 257 : at + 262] == b"ustar":
            out[at + 148 : at + 156] = b" " * 8
            out[at + 148 : at + 156] = b"%06o\0 " % sum(out[at : at + BLOCK])
    return bytes(out)


def _exemptions(path: str) -> object:
    return read_exemptions([path])


@cache
def _scanner() -> Scanner:
    return Scanner()


@contextmanager
def _file(data: bytes, suffix: str) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(data)
        file.flush()
        yield file.name


class _Nothing:
    """Takes advisories and keeps none."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given: None
