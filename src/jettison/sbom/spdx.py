"""SPDX 2.3 as JSON; the same image gives the same bytes.

Source: SPDX specification 2.3 (spdx.github.io/spdx-spec/v2.3) and its JSON schema.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from jettison import __version__
from jettison.inventory.inventory import Inventory
from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package
from jettison.knowledge.licences import spdx_expression
from jettison.sbom.json_lines import lines_of
from jettison.sbom.subject import Subject

PATH: Final = "acquired package info from: "
_NONE: Final = "NOASSERTION"
_DOCUMENT: Final = "SPDXRef-DOCUMENT"
_IMAGE: Final = "SPDXRef-Image"
_SYSTEM: Final = "SPDXRef-OperatingSystem"


def write_spdx(inventory: Inventory, subject: Subject) -> str:
    """Return the document, with a newline at its end."""
    return lines_of(spdx(inventory, subject))


def spdx(inventory: Inventory, subject: Subject) -> dict[str, Any]:
    """Return the document as JSON values."""
    extracted: dict[str, str] = {}
    packages = [_image(subject)]
    if inventory.release is not None:
        packages.append(_operating_system(inventory.release))
    for index, package in enumerate(inventory.packages):
        packages.append(_package(index, package, extracted))
    relationships = [_relation(_DOCUMENT, "DESCRIBES", _IMAGE)]
    relationships += [_relation(_IMAGE, "CONTAINS", package["SPDXID"]) for package in packages[1:]]
    document: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": subject.name or subject.digest,
        "documentNamespace": f"urn:uuid:{subject.serial}",
        "creationInfo": {"created": subject.timestamp, "creators": [f"Tool: jettison-{__version__}"]},
        "packages": packages,
        "relationships": relationships,
    }
    if extracted:
        document["hasExtractedLicensingInfos"] = [
            {"licenseId": id_, "name": name, "extractedText": name} for id_, name in sorted(extracted.items())
        ]
    return document


def _image(subject: Subject) -> dict[str, Any]:
    package = _entry(_IMAGE, subject.name or "image", subject.digest, "CONTAINER", subject.purl)
    algorithm, _, value = subject.digest.partition(":")
    if algorithm == "sha256" and len(value) == 64:
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": value}]
    return package


def _operating_system(release: OsRelease) -> dict[str, Any]:
    package = _entry(_SYSTEM, release.id, release.version, "OPERATING-SYSTEM", "")
    if release.name:
        package["summary"] = release.name
    if release.end_of_life:
        package["validUntilDate"] = f"{release.end_of_life}T00:00:00Z"
    return package


def _package(index: int, package: Package, extracted: dict[str, str]) -> dict[str, Any]:
    purpose = "APPLICATION" if package.type == "generic" else "LIBRARY"
    entry = _entry(f"SPDXRef-Package-{index + 1}", package.name, package.version, purpose, package.purl)
    entry["licenseDeclared"] = _declared(package.licences, extracted)
    if package.path:
        path = package.path.encode("utf-8", "replace").decode()
        layer = f" (layer {package.layer})" if package.layer is not None else ""
        entry["sourceInfo"] = f"{PATH}{path}{layer}"
    if package.source_name or package.source_version:
        entry["comment"] = f"source: {package.source_name or package.name} {package.source_version}".strip()
    return entry


def _entry(id_: str, name: str, version: str, purpose: str, purl: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "SPDXID": id_,
        "name": name,
        "downloadLocation": _NONE,
        "filesAnalyzed": False,
        "licenseConcluded": _NONE,
        "licenseDeclared": _NONE,
        "copyrightText": _NONE,
        "primaryPackagePurpose": purpose,
    }
    if version:
        entry["versionInfo"] = version
    if purl:
        reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        entry["externalRefs"] = [reference]
    return entry


def _declared(names: tuple[str, ...], extracted: dict[str, str]) -> str:
    parts = []
    for name in names:
        part = spdx_expression(name)
        if not part:
            # A name off the list is quoted at the end of the document under an identifier of its own.
            part = f"LicenseRef-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
            extracted[part] = name
        parts.append(f"({part})" if " " in part and len(names) > 1 else part)
    return " AND ".join(dict.fromkeys(parts)) or _NONE


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
