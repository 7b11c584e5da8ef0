"""Bills of materials as input: CycloneDX and SPDX JSON, from Jettison or from any other program.

What a document does not say (owned files, bytes) stays empty; packages without a package URL are left out,
since nothing says what they are.
"""

from __future__ import annotations

import re
from typing import Any, Final

from jettison.errors import SourceError
from jettison.inventory.inventory import Inventory
from jettison.inventory.os_release import OsRelease, release_of
from jettison.inventory.package import Package
from jettison.inventory.purl import joined_name, parse_purl
from jettison.inventory.text import clean, mapping, read_json, sequence
from jettison.sbom.cyclonedx import PREFIX
from jettison.sbom.spdx import PATH

MAX_SBOM: Final = 256 << 20
MAX_PACKAGES: Final = 1_000_000
_LAYER: Final = re.compile(r" \(layer (\d{1,4})\)\Z")
_SOURCE: Final = re.compile(r"source: (\S+)(?: (\S+))?\Z")
_KNOWN_QUALIFIERS: Final = ("arch",)


class SbomError(SourceError):
    """The document is damaged, too large, or neither CycloneDX nor SPDX in JSON."""


def read_sbom(data: bytes) -> Inventory:
    """Return what a document lists, in Jettison's order.

    Raises:
        SbomError: it cannot be read.
    """
    document = mapping(read_json(data, MAX_SBOM))
    if document.get("bomFormat") == "CycloneDX":
        return _cyclonedx(document)
    if clean(document.get("spdxVersion")).startswith("SPDX-2"):
        return _spdx(document)
    raise SbomError("this is neither CycloneDX nor SPDX 2 in JSON (or it is damaged, or nested too deep)")


def _cyclonedx(document: dict[str, Any]) -> Inventory:
    release: OsRelease | None = None
    packages: list[tuple[Package, int]] = []
    pending = sequence(document.get("components"))[::-1]
    count = 0
    while pending and count < MAX_PACKAGES:
        count += 1
        component = mapping(pending.pop())
        # Components may hold components: a stack, not recursion.
        pending += sequence(component.get("components"))[::-1]
        if component.get("type") == "operating-system":
            release = release or _release(component.get("name"), component.get("version"), component.get("description"))
            continue
        properties = {
            clean(one.get("name")): clean(one.get("value"))
            for one in map(mapping, sequence(component.get("properties")))
        }
        layer = properties.get(f"{PREFIX}layer", "")
        places = sequence(mapping(component.get("evidence")).get("occurrences"))
        package = _from_purl(
            component.get("purl"),
            licences=_cyclonedx_licences(component),
            path=clean(mapping(places[0]).get("location"), 4096) if places else "",
            layer=int(layer) if layer.isascii() and layer.isdigit() and len(layer) < 5 else None,
            source_name=properties.get(f"{PREFIX}source_name", ""),
            source_version=properties.get(f"{PREFIX}source_version", ""),
        )
        if package is not None:
            size = properties.get(f"{PREFIX}bytes", "")
            packages.append((package, int(size) if size.isascii() and size.isdigit() and len(size) < 18 else 0))
    return _inventory(packages, release)


def _cyclonedx_licences(component: dict[str, Any]) -> tuple[str, ...]:
    names = []
    for choice in map(mapping, sequence(component.get("licenses"))[:256]):
        licence = mapping(choice.get("license"))
        names.append(clean(choice.get("expression") or licence.get("id") or licence.get("name")))
    return tuple(name for name in names if name)


def _spdx(document: dict[str, Any]) -> Inventory:
    release: OsRelease | None = None
    packages: list[tuple[Package, int]] = []
    names = {
        clean(one.get("licenseId")): clean(one.get("name") or one.get("extractedText"))
        for one in map(mapping, sequence(document.get("hasExtractedLicensingInfos")))
    }
    for entry in map(mapping, sequence(document.get("packages"))[:MAX_PACKAGES]):
        if entry.get("primaryPackagePurpose") == "OPERATING-SYSTEM":
            release = release or _release(entry.get("name"), entry.get("versionInfo"), entry.get("summary"))
            continue
        if entry.get("primaryPackagePurpose") == "CONTAINER":
            continue
        references = map(mapping, sequence(entry.get("externalRefs")))
        purl = next((one.get("referenceLocator") for one in references if one.get("referenceType") == "purl"), None)
        info = clean(entry.get("sourceInfo"), 8192)
        path = info.removeprefix(PATH) if info.startswith(PATH) else ""
        layer = _LAYER.search(path)
        source = _SOURCE.match(clean(entry.get("comment")))
        declared = clean(entry.get("licenseDeclared"), 8192)
        package = _from_purl(
            purl,
            licences=_spdx_licences(declared, names),
            path=_LAYER.sub("", path),
            layer=int(layer[1]) if layer else None,
            source_name=source[1] if source else "",
            source_version=(source[2] or "") if source else "",
        )
        if package is not None:
            packages.append((package, 0))
    return _inventory(packages, release)


def _spdx_licences(declared: str, names: dict[str, str]) -> tuple[str, ...]:
    if declared in ("", "NOASSERTION", "NONE"):
        return ()
    if "(" in declared or " OR " in declared:
        return (declared,)
    return tuple(names.get(part, part) for part in declared.split(" AND "))


def _from_purl(
    text: object,
    licences: tuple[str, ...],
    path: str,
    layer: int | None,
    source_name: str,
    source_version: str,
) -> Package | None:
    purl = parse_purl(text) if isinstance(text, str) else None
    if purl is None or purl.type == "oci":
        return None
    qualifiers = dict(purl.qualifiers)
    version = purl.version
    if purl.type == "rpm" and qualifiers.get("epoch"):
        version = f"{qualifiers['epoch']}:{version}"
    if not source_name and purl.type in ("deb", "apk"):
        source_name, _, source_version = qualifiers.get("upstream", "").partition("@")
    name = clean(joined_name(purl))
    return Package(
        purl.type,
        name,
        clean(version),
        "" if name != purl.name else clean(purl.namespace),
        arch=clean(qualifiers.get("arch")),
        source_name="" if source_name == name else clean(source_name),
        source_version=clean(source_version),
        licences=licences,
        path=path,
        layer=layer,
        qualifiers=tuple((key, clean(value)) for key, value in purl.qualifiers if key not in _KNOWN_QUALIFIERS),
    )


def _release(name: object, version: object, title: object) -> OsRelease | None:
    return release_of(clean(name).lower(), clean(version), clean(title)) if clean(name) else None


def _inventory(packages: list[tuple[Package, int]], release: OsRelease | None) -> Inventory:
    packages.sort(key=lambda pair: (pair[0].type, pair[0].name, pair[0].version, pair[0].path))
    if release is None:
        distro = next((value for one, _ in packages for key, value in one.qualifiers if key == "distro"), "")
        name, _, version = distro.rpartition("-")
        release = _release(name, version, "")
    return Inventory(tuple(one for one, _ in packages), release, bytes_of=tuple(size for _, size in packages))
