"""The image that a bill of materials is about."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from jettison.inventory.purl import build_purl
from jettison.named_tuple import NamedTuple

_SPACE: Final = bytes.fromhex("6ad0d9d37c0c5d0b9f0e3a3d6d1f6c11")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z?\Z")
# jettison.image.reference.SCHEMES
_SCHEME: Final = re.compile(r"\A(?:registry(?:\+http)?|docker)://")
_ARCHIVES: Final = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".oci")
_EPOCH: Final = "1970-01-01T00:00:00Z"


class Subject(NamedTuple):
    """name: the image's reference; digest: "sha256:..." of its configuration; created: as its configuration says.

    size: bytes of all layers; layers: diff ids, lowest first; platform: "linux/amd64".
    """

    name: str
    digest: str
    created: str = ""
    size: int = 0
    layers: tuple[str, ...] = ()
    platform: str = ""

    @property
    def serial(self) -> str:
        """Return a UUID that depends on the image alone, so that one image gives one document."""
        return _uuid5(f"{self.name}\n{self.digest}")

    @property
    def timestamp(self) -> str:
        """Return when the image was made, in UTC; not the time of writing, for the same reason."""
        found = _TIME.match(self.created)
        return f"{found[1]}Z" if found else _EPOCH

    @property
    def purl(self) -> str:
        """Return the package URL of the image; it names a repository where the image's name has its registry.

        The path of an archive or a folder is no repository, and nobody else's business.
        """
        name = self.name.partition("@")[0]
        name = _SCHEME.sub("", name)
        last = name.rpartition("/")[2]
        base, _, tag = last.partition(":")
        qualifiers = {"repository_url": name[: len(name) - len(last)] + base if _in_registry(name) else "", "tag": tag}
        return build_purl("oci", base.lower() or "image", self.digest, "", qualifiers.items())


def _uuid5(name: str) -> str:
    """Return the UUID of a name: RFC 9562, section 5.5. The module uuid takes longer to import than all else here."""
    made = bytearray(hashlib.sha1(_SPACE + name.encode(), usedforsecurity=False).digest()[:16])
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    text = made.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _in_registry(name: str) -> bool:
    """Return whether a name begins with the host of a registry, as in "host:5000/app", and is no path."""
    host, slash, rest = name.partition("/")
    looks_so = "." in host or ":" in host or host == "localhost"
    return bool(slash) and looks_so and not host.startswith(".") and not rest.endswith(_ARCHIVES)
