"""Both documents are valid by the official schemas, the same for the same image, and come back as they went in."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from jettison.inventory.collect import collect
from jettison.inventory.inventory import Inventory
from jettison.inventory.os_release import release_of
from jettison.inventory.package import Package
from jettison.knowledge.licences import spdx_expression
from jettison.sbom.cyclonedx import write_cyclonedx
from jettison.sbom.read import SbomError, read_sbom
from jettison.sbom.spdx import write_spdx
from jettison.sbom.subject import Subject

SUBJECT = Subject(
    "registry.example.org:5000/team/app:1.0",
    f"sha256:{'ab' * 32}",
    "2026-01-02T03:04:05.678Z",
    1234,
    ("sha256:1",),
    "linux/amd64",
)
PACKAGES = (
    Package("apk", "musl", "1.2.4-r2", "alpine", "x86_64", licences=("MIT",), qualifiers=(("distro", "alpine-3.19"),)),
    Package(
        "deb", "zlib1g", "1:1.2.13.dfsg-1", "debian", "amd64", "zlib", "1:1.2.13", ("Zlib", "GPL-2+", "its own"),
        path="var/lib/dpkg/status", layer=0, qualifiers=(("distro", "debian-12"), ("upstream", "zlib@1:1.2.13")),
    ),
    Package("generic", "python", "3.11.7", path="usr/local/bin/python3.11", layer=2),
    Package("golang", "github.com/Owner/name/v2", "v2.0.1", licences=("MIT OR Apache-2.0",), path="app"),
    Package("maven", "guava", "31.1-jre", "com.google.guava", path="a.jar", licences=("http://www.apache.org/licenses/",)),
    Package("npm", "@scope/thing", "1.0.0", path="app/package.json", licences=("SEE LICENSE IN file", "MIT")),
    Package("npm", "@scope/thing", "1.0.0", path="other/package.json"),
    Package("pypi", "foo", "1.0+local", path=b"a\\udcff/METADATA".decode("unicode_escape"), licences=("Ünï <b>",)),
    Package("rpm", "bash", "1:5.1-2.el9", "redhat", "x86_64", qualifiers=(("distro", "rhel-9.4"), ("epoch", "1"))),
)  # fmt: skip
INVENTORY = Inventory(PACKAGES, release_of("debian", "12", "Debian GNU/Linux 12"), bytes_of=tuple(range(len(PACKAGES))))
EMPTY = collect({}, {})


@pytest.mark.parametrize("inventory", [INVENTORY, EMPTY], ids=["packages", "empty"])
def test_cyclonedx_is_valid(inventory: Inventory) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is in the dev extra")
    schema = pytest.importorskip("cyclonedx.schema")

    assert (
        validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(write_cyclonedx(inventory, SUBJECT))
        is None
    )


@pytest.mark.parametrize("inventory", [INVENTORY, EMPTY], ids=["packages", "empty"])
def test_spdx_is_valid(inventory: Inventory, tmp_path: Path) -> None:
    parser = pytest.importorskip("spdx_tools.spdx.parser.parse_anything", reason="spdx-tools is in the dev extra")
    validator = pytest.importorskip("spdx_tools.spdx.validation.document_validator")
    place = tmp_path / "image.spdx.json"
    place.write_text(write_spdx(inventory, SUBJECT), encoding="utf-8")

    messages = validator.validate_full_spdx_document(parser.parse_file(str(place)))

    assert [message.validation_message for message in messages] == []


@pytest.mark.parametrize("write", [write_cyclonedx, write_spdx])
def test_same_image_same_bytes(write: object) -> None:
    assert callable(write)
    first = write(INVENTORY, SUBJECT)

    assert first == write(INVENTORY, SUBJECT)
    assert first != write(INVENTORY, Subject(SUBJECT.name, f"sha256:{'cd' * 32}"))
    assert first.encode("utf-8").isascii() or "\udcff" not in first


@pytest.mark.parametrize("write", [write_cyclonedx, write_spdx])
def test_packages_come_back(write: object) -> None:
    assert callable(write)
    back = read_sbom(write(INVENTORY, SUBJECT).encode())

    assert [package.key for package in back.packages] == [package.key for package in PACKAGES]
    assert [package.purl for package in back.packages] == [package.purl for package in PACKAGES]
    assert [package.layer for package in back.packages] == [package.layer for package in PACKAGES]
    assert [package.source_name for package in back.packages] == [package.source_name for package in PACKAGES]
    assert [package.path for package in back.packages][:5] == [package.path for package in PACKAGES][:5]
    assert back.packages[1].licences == ("Zlib", "GPL-2.0-or-later", "its own")
    assert back.release is not None and back.release.end_of_life == "2026-07-11"


def test_bytes_come_back_from_cyclonedx() -> None:
    assert read_sbom(write_cyclonedx(INVENTORY, SUBJECT).encode()).bytes_of == INVENTORY.bytes_of


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"bomFormat":' * 50_000, b'{"bomFormat": "x"}']
)
def test_what_is_no_document(data: bytes) -> None:
    with pytest.raises(SbomError):
        read_sbom(data)


@pytest.mark.parametrize("write", [write_cyclonedx, write_spdx])
def test_damaged_documents(write: object) -> None:
    assert callable(write)
    text = write(INVENTORY, SUBJECT)
    chance = random.Random(3)
    replacements = ["null", "1", '"x"', "[]", "{}", "[[]]", "true", "-1e999", '"pkg:"']
    values = [piece for piece in json.dumps(json.loads(text)).split(" ") if piece]
    for _ in range(500):
        damaged = list(values)
        at = chance.randrange(len(damaged))
        damaged[at] = chance.choice(replacements) + damaged[at][-1]
        try:
            read_sbom(" ".join(damaged).encode())
        except SbomError:
            continue


def test_components_nested_in_components() -> None:
    part: dict[str, object] = {"type": "library", "name": "a", "purl": "pkg:npm/a@1"}
    for _ in range(200):
        part = {"type": "library", "name": "a", "purl": "pkg:npm/a@1", "components": [part]}

    found = read_sbom(json.dumps({"bomFormat": "CycloneDX", "components": [part]}).encode())

    assert len(found.packages) == 201


def test_an_exception_to_a_licence_is_part_of_the_expression() -> None:
    known = spdx_expression("(GPL-2.0-only with classpath-exception-2.0 AND MIT) or Apache-2.0 WITH LLVM-exception")
    assert known == "(GPL-2.0-only WITH Classpath-exception-2.0 AND MIT) OR Apache-2.0 WITH LLVM-exception"
    for text in (
        "MIT WITH",
        "WITH LLVM-exception",
        "MIT WITH own-exception",
        "MIT WITH LLVM-exception WITH Swift-exception",
    ):
        assert spdx_expression(text) == "", text


@pytest.mark.parametrize(
    ("name", "purl"),
    [
        ("app:1", "pkg:oci/app@sha256:0?tag=1"),
        ("team/App", "pkg:oci/app@sha256:0"),
        ("registry://host.example:5000/team/app:1", "pkg:oci/app@sha256:0?repository_url=host.example:5000/team/app&tag=1"),
        ("docker://docker.io/library/app@sha256:1", "pkg:oci/app@sha256:0?repository_url=docker.io/library/app"),
        ("/home/me/app.tar", "pkg:oci/app.tar@sha256:0"),
        ("../secret.project/app.tar", "pkg:oci/app.tar@sha256:0"),
        ("my.images/app.tar.gz", "pkg:oci/app.tar.gz@sha256:0"),
        ("./", "pkg:oci/image@sha256:0"),
    ],
)  # fmt: skip
def test_only_a_registry_is_a_repository(name: str, purl: str) -> None:
    assert Subject(name, "sha256:0").purl == purl
