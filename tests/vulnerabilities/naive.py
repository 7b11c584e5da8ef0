"""A straightforward matcher that shares nothing with ours: other readers, other libraries, no index, no merging."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from univers.gem import GemRequirement, GemVersion
from univers.versions import RpmVersion, SemverVersion

# purl type -> (export, ecosystem)
EXPORTS = {"pypi": ("pypi-osv", "PyPI"), "golang": ("go-osv", "Go"), "cargo": ("crates-io-osv", "crates.io"), "rpm": ("almalinux-osv", "AlmaLinux:9"), "gem": ("rubysec", "")}  # fmt: skip


def affected(folder: Path, packages: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], set[str]]:
    """Return (type, name, version) -> names of the advisories that concern it."""
    found: dict[tuple[str, str, str], set[str]] = {package: set() for package in packages}
    for type_, (export, ecosystem) in EXPORTS.items():
        mine = [package for package in packages if package[0] == type_]
        if not mine:
            continue
        wanted = {same(type_, name) for _, name, _ in mine}
        for advisory in documents(folder / f"{export}.tar.xz", type_, wanted):
            for package in mine:
                name = ruby(advisory, package) if type_ == "gem" else osv(advisory, ecosystem, package)
                if name:
                    found[package].add(name)
    return found


def same(type_: str, name: str) -> str:
    return canonicalize_name(name) if type_ == "pypi" else name


def documents(path: Path, type_: str, wanted: set[str]) -> Iterator[dict[str, Any]]:
    with tarfile.open(path) as tar:
        for member in tar:
            parts = member.name.split("/")
            if not member.isfile() or not member.name.endswith((".json", ".yaml", ".yml")):
                continue
            # The slow YAML is read only where the folder says that it may matter.
            if type_ in ("pypi", "gem") and (len(parts) < 3 or same(type_, parts[-2]) not in wanted):
                continue
            data = tar.extractfile(member).read()  # type: ignore[union-attr]
            yield json.loads(data) if member.name.endswith(".json") else yaml.safe_load(data)


def osv(advisory: dict[str, Any], ecosystem: str, package: tuple[str, str, str]) -> str:
    type_, name, version = package
    if advisory.get("withdrawn"):
        return ""
    for part in advisory.get("affected", ()):
        stated = part.get("package") or {}
        if stated.get("ecosystem") != ecosystem or same(type_, stated["name"]) != same(type_, name):
            continue
        if listed(type_, version, part.get("versions") or ()):
            return str(advisory["id"])
        for one in part.get("ranges", ()):
            fixed = "".join(event.get("fixed", "") for event in one["events"])
            # A package of a module stream and the plain one have nothing to do with each other.
            if type_ == "rpm" and fixed and (".module" in fixed) != (".module" in version):
                continue
            if one["type"] != "GIT" and within(type_, version, one["events"]):
                return str(advisory["id"])
    return ""


def listed(type_: str, version: str, versions: Any) -> bool:
    if version in versions:
        return True
    return type_ == "pypi" and any(parse(type_, one) == parse(type_, version) for one in versions if parse(type_, one))


def within(type_: str, version: str, events: list[dict[str, str]]) -> bool:
    """Return the answer of the evaluation that the OSV schema gives in pseudo-code."""
    mine = parse(type_, version)
    if mine is None:
        return False
    vulnerable = False
    steps = [(kind, text) for event in events for kind, text in event.items()]

    def order(step: tuple[str, str]) -> Any:
        return Least() if step[1] == "0" else parse(type_, step[1])

    for kind, text in sorted((one for one in steps if order(one) is not None), key=order):
        if kind == "introduced" and (text == "0" or mine >= parse(type_, text)):
            vulnerable = True
        elif (kind == "fixed" and mine >= parse(type_, text)) or (
            kind == "last_affected" and mine > parse(type_, text)
        ):
            vulnerable = False
    return vulnerable


class Least:
    """What sorts before every version."""

    def __lt__(self, other: object) -> bool:
        return not isinstance(other, Least)

    def __gt__(self, other: object) -> bool:
        return False


def parse(type_: str, text: str) -> Any:
    try:
        if type_ == "pypi":
            return Version(text)
        if type_ == "rpm":
            return RpmVersion(text)
        text = text.removeprefix("v").removeprefix("go")
        # Go's own pre-releases are written without a hyphen.
        text = re.sub(r"^(\d+(?:\.\d+)*)(rc|beta)(\d+)$", r"\1-\2.\3", text)
        core, dash, rest = text.partition("-")
        core += ".0" * (2 - core.partition("+")[0].count("."))
        return SemverVersion(core + dash + rest)
    except (InvalidVersion, ValueError):
        return None


def ruby(advisory: dict[str, Any], package: tuple[str, str, str]) -> str:
    if advisory.get("gem") != package[1]:
        return ""
    version = GemVersion(package[2])
    for key in ("patched_versions", "unaffected_versions"):
        for text in advisory.get(key) or ():
            if GemRequirement(*(part.strip() for part in text.split(","))).satisfied_by(version):
                return ""
    if advisory.get("cve"):
        return f"CVE-{advisory['cve']}"
    return f"GHSA-{advisory['ghsa']}" if advisory.get("ghsa") else f"OSVDB-{advisory['osvdb']}"
