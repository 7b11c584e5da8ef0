"""Bitnami's programs: the SPDX document that lies beside each in /opt/bitnami.

Source: Bitnami documentation, "Software bill of materials"; purl specification, type bitnami.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.purl import parse_purl
from jettison.inventory.text import clean, mapping, read_json, sequence

WANTS: Final = {"suffix:.spdx": 4 << 20}
_PATH: Final = re.compile(r"(?:^|/)opt/bitnami/(?:[\w.-]{1,60}/){0,3}\.spdx-[\w.-]{1,80}\.spdx\Z")
_MAX_PACKAGES: Final = 5_000
_NONE: Final = ("NOASSERTION", "NONE", "")


def wanted(path: str) -> bool:
    """Return whether the file is such a document."""
    return _PATH.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the packages that the document names by a package URL of Bitnami's."""
    found: list[Package] = []
    for stated in map(mapping, sequence(mapping(read_json(data)).get("packages"))[:_MAX_PACKAGES]):
        references = map(mapping, sequence(stated.get("externalRefs"))[:100])
        purls = (parse_purl(clean(one.get("referenceLocator"), 2000)) for one in references)
        purl = next((one for one in purls if one is not None and one.type == "bitnami"), None)
        if purl is None or not purl.name or not purl.version:
            continue
        licence = clean(stated.get("licenseDeclared"), 200)
        licences = () if licence in _NONE else (licence,)
        folder = path.rpartition("/")[0]
        own = folder if not found and folder.count("/") > 1 else ""
        qualifiers = purl.qualifiers
        found.append(
            Package("bitnami", purl.name, purl.version, licences=licences, path=path, qualifiers=qualifiers, folder=own)
        )
    return found


def without_programs(packages: list[Package]) -> list[Package]:
    """Return packages without the programs that one of Bitnami's is: their text says the same version once more."""
    folders = {(one.name, one.folder) for one in packages if one.type == "bitnami" and one.folder}
    if not folders:
        return packages
    return [
        one
        for one in packages
        if one.type != "generic"
        or not any(one.name == name and one.path.startswith(f"{folder}/") for name, folder in folders)
    ]
