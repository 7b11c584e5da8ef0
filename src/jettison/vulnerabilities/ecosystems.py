"""Which ecosystem's advisories concern a package, under which name and version."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from jettison.inventory.os_release import OsRelease, release_of
from jettison.inventory.package import DISTRIBUTION_TYPES, Package

_BUILD: Final = re.compile(r"-\d{1,4}\Z")
_SEPARATORS: Final = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where advisories of a package stand. ecosystems: in the order to try, "X*" for any ending; name: as they write it.

    why_not: why nothing can be looked up, "" when something can.
    """

    ecosystems: tuple[str, ...]
    scheme: str = ""
    name: str = ""
    version: str = ""
    why_not: str = ""


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the table of ecosystems."""
    return tomllib.loads(resources.files("jettison.vulnerabilities").joinpath("ecosystems.toml").read_text())


@lru_cache(maxsize=4096)
def scheme_of(ecosystem: str) -> str:
    """Return the order of versions of an ecosystem as OSV names it, "" for one that no image's package belongs to."""
    family = ecosystem.partition(":")[0]
    for name, scheme in table()["languages"].values():
        if name == family:
            return str(scheme)
    if family in table()["programs"]:
        return str(table()["programs"][family])
    for entry in table()["distributions"].values():
        if any(one.partition(":")[0].rstrip("*") == family for one in entry["ecosystems"]):
            return str(entry["scheme"])
    return ""


def normal_name(ecosystem: str, name: str) -> str:
    """Return a package's name as an ecosystem compares names."""
    if ecosystem == "PyPI":
        return _SEPARATORS.sub("-", name).lower()
    return name.lower() if ecosystem in ("NuGet", "Packagist") else name


def place_of(package: Package, release: OsRelease | None) -> Place:
    """Return where to look a package up."""
    if package.type in DISTRIBUTION_TYPES:
        return _in_distribution(package, _release_of(package, release))
    known = table()["languages"].get(package.type)
    if known is not None:
        ecosystem, scheme = known
        name = package.name
        if package.type == "maven" and package.namespace:
            name = f"{package.namespace}:{package.name}"
        elif package.namespace and package.type in ("npm", "golang", "composer") and "/" not in name:
            name = f"{package.namespace}/{name}"
        # Behind the hyphen Bitnami counts its own builds, which its advisories do not.
        version = _BUILD.sub("", package.version) if package.type == "bitnami" else package.version
        return Place((ecosystem,), scheme, normal_name(ecosystem, name), version)
    if package.type == "generic":
        ruby = package.name in ("ruby", "jruby", "mruby", "rbx")
        return Place(("Ruby",) if ruby else ("Bitnami",), "gem" if ruby else "semver", package.name, package.version)
    return Place((), why_not=f"no advisories are known for packages of the type {package.type}")


def _release_of(package: Package, release: OsRelease | None) -> OsRelease | None:
    """Return the distribution of a package: that of the image, but for one that says it is of another."""
    distro = dict(package.qualifiers).get("distro", "")
    id_, _, version = distro.rpartition("-") if "-" in distro else (distro, "", "")
    return release_of(id_, version) if id_ and (release is None or id_ != release.id) else release


def _in_distribution(package: Package, release: OsRelease | None) -> Place:
    if release is None:
        return Place((), why_not="the image does not say which distribution it is")
    entry = table()["distributions"].get(release.id)
    if entry is None:
        near = next((table()["distributions"][one] for one in release.like if one in table()["distributions"]), None)
        # A derivative numbers its releases in its own way, so the parent's advisories cannot be chosen.
        reason = f"no advisories are known for {release.id}" + (f" (like {' '.join(release.like)})" if near else "")
        return Place((), why_not=reason)
    major, _, rest = release.version.partition(".")
    parts = {"version": release.version, "major": major, "minor": rest.partition(".")[0] or "0"}
    names = [*(entry.get("rolling", []) if release.rolling else []), *entry["ecosystems"]]
    ecosystems = tuple(one.format(**parts) for one in names)
    if not release.version and any("{" in one for one in entry["ecosystems"]):
        return Place((), why_not=f"the image does not say which release of {release.id} it is")
    if entry["by"] == "source":
        name, version = package.source_name or package.name, package.source_version or package.version
    else:
        name, version = package.name, package.version
    return Place(ecosystems, str(entry["scheme"]), name, version)
