"""Package URLs are those of the reference implementation, and come back as they went in."""

from __future__ import annotations

import random

import pytest

from jettison.inventory.purl import build_purl, joined_name, parse_purl

CHARACTERS = "abcXYZ019-_.~+:@ %?#&=é$!*()'"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("deb", "curl", "7.50.3-1", "debian", [("arch", "i386"), ("distro", "jessie")]),
         "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"),
        (("npm", "@angular/animation", "12.3.1"), "pkg:npm/%40angular/animation@12.3.1"),
        (("pypi", "Django_package", "1.11.1.dev1"), "pkg:pypi/django-package@1.11.1.dev1"),
        (("golang", "google.golang.org/genproto", "abcdedf"), "pkg:golang/google.golang.org/genproto@abcdedf"),
        (("maven", "batik-anim", "1.9.1", "org.apache.xmlgraphics"), "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1"),
        (("generic", "a b", "1+2", "", (), "x/../y z"), "pkg:generic/a%20b@1%2B2#x/y%20z"),
        (("golang", "golang.org/x/crypto", "v0.0.0+incompatible"), "pkg:golang/golang.org/x/crypto@v0.0.0%2Bincompatible"),
    ],
)  # fmt: skip
def test_known_purls(arguments: tuple[object, ...], expected: str) -> None:
    built = build_purl(*arguments)  # type: ignore[arg-type]

    assert built == expected
    parsed = parse_purl(built)
    assert parsed is not None
    assert (
        build_purl(parsed.type, parsed.name, parsed.version, parsed.namespace, parsed.qualifiers, parsed.subpath)
        == built
    )


def test_names_with_scopes_come_back_joined() -> None:
    purl = parse_purl("pkg:npm/%40scope/thing@1.0")

    assert purl is not None and joined_name(purl) == "@scope/thing"


@pytest.mark.parametrize("text", ["", "pkg:", "pkg:npm", "pkg:npm/", "http://example.org/a", "pkg:" + "a/" * 9000])
def test_what_is_no_purl(text: str) -> None:
    assert parse_purl(text) is None


def test_against_the_reference_implementation() -> None:
    reference = pytest.importorskip("packageurl", reason="packageurl-python is in the dev extra").PackageURL
    chance = random.Random(7)

    def word(most: int) -> str:
        return "".join(chance.choice(CHARACTERS) for _ in range(chance.randint(1, most))).strip() or "x"

    for _ in range(3000):
        type_ = chance.choice(["deb", "pypi", "generic", "rpm", "gem", "cargo", "nuget", "maven"])
        name, version, namespace, arch = word(8), word(6), word(6) if type_ in ("deb", "maven") else "", word(4)
        ours = parse_purl(build_purl(type_, name, version, namespace, [("arch", arch)]))
        theirs = reference.from_string(build_purl(type_, name, version, namespace, [("arch", arch)]))
        assert ours is not None
        assert (ours.type, ours.namespace or None, ours.name, ours.version) == (
            theirs.type, theirs.namespace, theirs.name, theirs.version,
        )  # fmt: skip
        assert dict(ours.qualifiers) == theirs.qualifiers
        assert ours.version == version
