"""CycloneDX 1.6 as JSON.

The same image gives the same bytes: serial number from its digest, time from its configuration, parts in order.

Source: CycloneDX specification 1.6, JSON reference (cyclonedx.org/docs/1.6/json).
"""

from __future__ import annotations

from typing import Any, Final

from jettison import __version__
from jettison.inventory.inventory import Inventory
from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package
from jettison.knowledge.licences import spdx_expression, spdx_id
from jettison.sbom.json_lines import lines_of
from jettison.sbom.subject import Subject

PREFIX: Final = "jettison:"
_ROOT: Final = "image"


def write_cyclonedx(inventory: Inventory, subject: Subject) -> str:
    """Return the document, with a newline at its end."""
    return lines_of(cyclonedx(inventory, subject))


def cyclonedx(inventory: Inventory, subject: Subject) -> dict[str, Any]:
    """Return the document as JSON values."""
    purls = [package.purl for package in inventory.packages]
    references = numbered(purls)
    components = [_component(inventory, index, references[index], purls[index]) for index in range(len(references))]
    release = inventory.release
    system = [_operating_system(release)] if release else []
    contained = [part["bom-ref"] for part in system] + references
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{subject.serial}",
        "version": 1,
        "metadata": {
            "timestamp": subject.timestamp,
            "tools": {"components": [{"type": "application", "name": "jettison", "version": __version__}]},
            "component": _image(subject),
        },
        "components": system + components,
        "dependencies": [{"ref": _ROOT, "dependsOn": contained}],
    }


def bom_references(packages: tuple[Package, ...]) -> list[str]:
    """Return a reference for each package: its purl, with a number where several have the same."""
    return numbered([package.purl for package in packages])


def numbered(purls: list[str]) -> list[str]:
    """Return each purl, with a number from the second of the same on."""
    seen: dict[str, int] = {}
    references = []
    for purl in purls:
        number = seen[purl] = seen.get(purl, 0) + 1
        references.append(purl if number == 1 else f"{purl}#{number}")
    return references


def _image(subject: Subject) -> dict[str, Any]:
    properties = {"layers": ",".join(subject.layers), "platform": subject.platform, "bytes": str(subject.size or "")}
    return _without_empty(
        {
            "type": "container",
            "bom-ref": _ROOT,
            "name": subject.name,
            "version": subject.digest,
            "purl": subject.purl,
            "properties": _properties(properties),
        }
    )


def _operating_system(release: OsRelease) -> dict[str, Any]:
    properties = {
        "codename": release.codename,
        "like": " ".join(release.like),
        "end_of_life": release.end_of_life,
        "extended_support": release.extended_support,
    }
    return _without_empty(
        {
            "type": "operating-system",
            "bom-ref": f"os:{release.distro}",
            "name": release.id,
            "version": release.version,
            "description": release.name,
            "properties": _properties(properties),
        }
    )


def _component(inventory: Inventory, index: int, reference: str, purl: str) -> dict[str, Any]:
    package = inventory.packages[index]
    size = inventory.bytes_of[index] if index < len(inventory.bytes_of) else 0
    properties = {
        "arch": package.arch,
        "bytes": str(size or ""),
        "layer": "" if package.layer is None else str(package.layer),
        "source_name": package.source_name,
        "source_version": package.source_version,
    }
    place = [{"location": package.path.encode("utf-8", "replace").decode()}] if package.path else []
    return _without_empty(
        {
            "type": "application" if package.type == "generic" else "library",
            "bom-ref": reference,
            "group": package.namespace if package.type == "maven" else "",
            "name": package.name,
            "version": package.version,
            "licenses": _licences(package.licences),
            "purl": purl,
            "properties": _properties(properties),
            "evidence": {"occurrences": place} if place else {},
        }
    )


def _licences(names: tuple[str, ...]) -> list[dict[str, Any]]:
    # The schema allows either one expression or a list of single licences.
    if len(names) == 1 and not spdx_id(names[0]):
        expression = spdx_expression(names[0])
        if expression:
            return [{"expression": expression}]
    chosen = {spdx_id(name) or name: bool(spdx_id(name)) for name in names}
    return [{"license": {"id" if known else "name": name}} for name, known in chosen.items()]


def _properties(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": PREFIX + name, "value": value} for name, value in values.items() if value]


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", [], {})}
