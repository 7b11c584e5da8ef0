"""OpenVEX: what someone says of vulnerabilities in a product, read and written.

Source: OpenVEX specification 0.2.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from jettison.errors import SourceError
from jettison.inventory.package import Package
from jettison.inventory.text import clean, mapping, read_json, sequence
from jettison.vulnerabilities.exemptions import fits
from jettison.vulnerabilities.vulnerability import Match

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"
MAX_BYTES: Final = 64 << 20
MAX_STATEMENTS: Final = 200_000
# A match that one of these is said of does not count.
NOT_COUNTED: Final = frozenset({"not_affected", "fixed"})
STATUSES: Final = frozenset({"not_affected", "affected", "fixed", "under_investigation"})


class VexError(SourceError):
    """A document cannot be read or is no OpenVEX."""


@dataclass(frozen=True, slots=True)
class Statement:
    """vulnerability: all its names; products: identifiers, () for every product; parts: subcomponents in the same order.

    status: one of STATUSES; reason: justification or impact statement; when: ISO time; place: the document.
    """

    vulnerability: tuple[str, ...]
    products: tuple[tuple[str, tuple[str, ...]], ...]
    status: str
    reason: str
    when: str
    place: str

    def covers(self, match: Match, package: Package, image: tuple[str, ...]) -> bool:
        """Return whether it speaks of a match. image: the names of the scanned image: reference, digest, package URL."""
        if not set(self.vulnerability) & set(match.vulnerability.names):
            return False
        return not self.products or any(_product(name, parts, package, image) for name, parts in self.products)


def _product(name: str, parts: tuple[str, ...], package: Package, image: tuple[str, ...]) -> bool:
    """Return whether a product is the package, or the image with the package as a part (without parts: all of it)."""
    if name.startswith("pkg:") and not name.startswith("pkg:oci/"):
        return fits(name, package)
    if not is_image(name, image):
        return False
    return not parts or any(fits(part, package) for part in parts)


def is_image(name: str, image: tuple[str, ...]) -> bool:
    """Return whether a product's name is one of an image's: the whole of it, its digest, or what a package URL states."""
    if name in image:
        return True
    plain, digest, qualifiers = _parts(name)
    if digest:
        # It says which image it is; the name and the qualifiers only where that is.
        return digest in image
    place, tag = qualifiers.get("repository_url", ""), qualifiers.get("tag", "")
    if place:
        start = f"{place}:{tag}:" if tag else f"{place}:"
        return any(f"{one.partition('@')[0]}:".startswith(start) for one in image)
    own = [_parts(one) for one in image if one.startswith("pkg:oci/")]
    return any(plain == one and tag in ("", stated.get("tag", "")) for one, _, stated in own)


def _parts(name: str) -> tuple[str, str, dict[str, str]]:
    """Return (name without the rest, digest, qualifiers) of a package URL or a reference; "" for no digest."""
    from urllib.parse import parse_qsl, unquote

    bare, _, query = name.partition("?")
    plain, _, digest = unquote(bare).partition("@")
    return plain, digest, dict(parse_qsl(query))


def read_openvex(path: str) -> tuple[Statement, ...]:
    """Return the statements of a document, the oldest first: a later one overrides.

    Raises:
        VexError: it cannot be read or is no OpenVEX.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise VexError(f"{path}: cannot be read: {error.strerror}") from error
    document = mapping(read_json(data, MAX_BYTES))
    if not clean(document.get("@context")).startswith("https://openvex.dev/ns"):
        raise VexError(f"{path}: this is no OpenVEX document (@context is missing), or it is damaged")
    default = clean(document.get("timestamp"))
    found = []
    for entry in map(mapping, sequence(document.get("statements"))[:MAX_STATEMENTS]):
        status = clean(entry.get("status"))
        names = _names(entry.get("vulnerability"))
        if status not in STATUSES or not names:
            raise VexError(f"{path}: a statement without a vulnerability's name, or with the status {status[:40]!r}")
        reason = clean(entry.get("justification")) or clean(entry.get("impact_statement")) or status
        products = tuple(_identified(one) for one in sequence(entry.get("products"))[:10_000])
        when = clean(entry.get("timestamp")) or default
        found.append(Statement(names, tuple(one for one in products if one[0]), status, reason, when, path))
    return tuple(sorted(found, key=lambda statement: statement.when))


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (clean(value),)
    entry = mapping(value)
    names = [entry.get("name"), *sequence(entry.get("aliases"))[:100]]
    identifier = clean(entry.get("@id"))
    if identifier.rpartition("/")[2].startswith(("CVE-", "GHSA-")):
        names.append(identifier.rpartition("/")[2])
    return tuple(dict.fromkeys(text for one in names if (text := clean(one))))


def _identified(value: object) -> tuple[str, tuple[str, ...]]:
    entry: dict[str, Any] = {"@id": value} if isinstance(value, str) else mapping(value)
    purl = clean(mapping(entry.get("identifiers")).get("purl"))
    parts = tuple(_identified(one)[0] for one in sequence(entry.get("subcomponents"))[:10_000])
    return purl or clean(entry.get("@id")), tuple(one for one in parts if one)
