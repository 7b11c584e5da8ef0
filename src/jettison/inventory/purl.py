"""Package URLs: the one name of a package that advisories, SBOMs and registries share.

Source: purl specification (github.com/package-url/purl-spec), "How to build / parse purl string" and
the notes on types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from jettison.named_tuple import NamedTuple

MAX_PURL: Final = 8192
# Not golang and npm: the module proxy and old npm names tell upper from lower case, and so do advisories.
_LOWER_NAME: Final = frozenset({"alpm", "apk", "bitbucket", "composer", "deb", "github", "hex", "oci", "pypi"})
_LOWER_NAMESPACE: Final = frozenset({"alpm", "apk", "bitbucket", "composer", "deb", "github", "hex", "rpm"})
# Types whose displayed name holds the namespace: "@scope/name", "github.com/owner/name".
_JOINED: Final = frozenset({"npm", "golang", "composer", "ebuild"})

# What is never encoded, and what each byte is written as.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~:-]*")
_WRITTEN: Final = tuple(
    chr(byte) if (chr(byte).isalnum() and byte < 128) or chr(byte) in "_.~:-" else f"%{byte:02X}" for byte in range(256)
)


class Purl(NamedTuple):
    """The parts of a package URL, decoded."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: tuple[tuple[str, str], ...]
    subpath: str


def split_name(type_: str, namespace: str, name: str) -> tuple[str, str]:
    """Return (namespace, name) as a purl wants them, from a name that may hold both."""
    if not namespace and type_ in _JOINED and "/" in name:
        namespace, _, name = name.rpartition("/")
    if type_ in _LOWER_NAMESPACE:
        namespace = namespace.lower()
    if type_ in _LOWER_NAME:
        name = name.lower()
    if type_ == "pypi":
        name = name.replace("_", "-")
    return namespace, name


def build_purl(
    type_: str,
    name: str,
    version: str = "",
    namespace: str = "",
    qualifiers: Iterable[tuple[str, str]] = (),
    subpath: str = "",
) -> str:
    """Return the canonical package URL."""
    namespace, name = split_name(type_, namespace, name)
    parts = ["pkg:", type_.lower(), "/"]
    parts += [f"{_quoted(segment)}/" for segment in namespace.split("/") if segment]
    parts.append(_quoted(name.strip("/")))
    if version:
        parts.append(f"@{_quoted(version)}")
    pairs = sorted((key.lower(), value) for key, value in qualifiers if value)
    if pairs:
        parts.append("?" + "&".join(f"{key}={_quoted(value, True)}" for key, value in pairs))
    path = "/".join(_quoted(piece) for piece in subpath.split("/") if piece not in ("", ".", ".."))
    if path:
        parts.append(f"#{path}")
    return "".join(parts)


def parse_purl(text: str) -> Purl | None:
    """Return the parts of a package URL, None for what is none."""
    if len(text) > MAX_PURL or not text.lower().startswith("pkg:"):
        return None
    from urllib.parse import unquote

    rest, _, subpath = text[4:].strip("/").partition("#")
    rest, _, query = rest.partition("?")
    type_, _, rest = rest.lstrip("/").partition("/")
    # A version's "@" is the last one that is behind the last "/": names hold "@" only encoded.
    slash = rest.rfind("/")
    name, _, version = rest[slash + 1 :].partition("@")
    if not type_ or not name:
        return None
    namespace = "/".join(unquote(piece) for piece in rest[: max(slash, 0)].split("/") if piece)
    pairs = (pair.partition("=") for pair in query.split("&"))
    qualifiers = tuple(sorted((key.lower(), unquote(value)) for key, _, value in pairs if key and value))
    return Purl(type_.lower(), namespace, unquote(name), unquote(version), qualifiers, unquote(subpath))


def joined_name(purl: Purl) -> str:
    """Return the name as people write it for this type: with its scope, host or vendor."""
    return f"{purl.namespace}/{purl.name}" if purl.type in _JOINED and purl.namespace else purl.name


def qualifier_pairs(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the qualifiers that have a value, in order."""
    return tuple(sorted((key, value) for key, value in values.items() if value))


def _quoted(text: str, slashes: bool = False) -> str:
    # Nearly all texts stand for themselves, which one look tells.
    if _PLAIN.fullmatch(text):
        return text
    # Not urllib's: importing it takes longer than this does for all packages of an image.
    encoded = "".join(map(_WRITTEN.__getitem__, text.encode("utf-8", "replace")))
    return encoded.replace("%2F", "/") if slashes else encoded
