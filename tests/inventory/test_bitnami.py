"""Programs of Bitnami's images, by the documents that lie beside them; advisories speak of them without the build."""

from __future__ import annotations

import json

from jettison.inventory.bitnami import without_programs
from jettison.inventory.package import Package
from jettison.vulnerabilities.ecosystems import place_of

from .trees import inventory


def document(*purls: str) -> bytes:
    packages = [
        {"name": "x", "licenseDeclared": "BSD-2-Clause", "externalRefs": [{"referenceLocator": purl}]} for purl in purls
    ]
    return json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages}).encode()


def test_the_documents_in_opt_bitnami_name_the_programs() -> None:
    text = document("pkg:bitnami/nginx@1.25.3-2?arch=amd64&distro=debian-11", "pkg:golang/example.org/x@v1.0.0")
    files = {
        "opt/bitnami/nginx/.spdx-nginx.spdx": text,
        "opt/bitnami/nginx/sbin/nginx": b"x" * 10,
        "opt/bitnami/common/bin/gosu": b"y",
        "opt/bitnami/broken/.spdx-broken.spdx": b"[",
        "srv/.spdx-nginx.spdx": document("pkg:bitnami/other@1.0"),
    }
    found = inventory(files)
    (package,) = found.packages
    assert package.purl == "pkg:bitnami/nginx@1.25.3-2?arch=amd64&distro=debian-11"
    assert package.licences == ("BSD-2-Clause",)
    assert found.owner("opt/bitnami/nginx/sbin/nginx") == package
    assert found.owner("opt/bitnami/common/bin/gosu") is None
    place = place_of(package, None)
    assert (place.ecosystems, place.name, place.version) == (("Bitnami",), "nginx", "1.25.3")


def test_the_program_itself_is_no_second_one() -> None:
    bundled = Package("bitnami", "nginx", "1.25.3-2", folder="opt/bitnami/nginx")
    program = Package("generic", "nginx", "1.25.3", path="opt/bitnami/nginx/sbin/nginx")
    other = Package("generic", "nginx", "1.22.0", path="usr/local/nginx/sbin/nginx")
    assert without_programs([bundled, program, other]) == [bundled, other]
    assert without_programs([program, other]) == [program, other]
