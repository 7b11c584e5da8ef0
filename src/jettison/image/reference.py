"""The name of an image in a registry, in its parts.

Source: distribution's reference grammar (docs, "reference"); the OCI distribution specification on names.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.errors import UsageError
from jettison.named_tuple import NamedTuple

SCHEMES: Final = ("registry://", "registry+http://", "docker://")
# Texts: most images are in no registry, and a compiled expression is paid by every run.
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]{2,45}\])(?::\d{1,5})?\Z"
_NAME: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\Z"
_TAG: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z"
_DIGEST: Final = r"sha256:[0-9a-f]{64}\Z"
_HUB: Final = ("docker.io", "index.docker.io", "registry-1.docker.io")


class Reference(NamedTuple):
    """host: with its port; plain: whether http may be spoken to a host that is not this machine."""

    host: str
    name: str
    tag: str
    digest: str
    plain: bool

    @property
    def target(self) -> str:
        """Return what names the manifest: the digest where there is one."""
        return self.digest or self.tag

    def __str__(self) -> str:
        return f"{self.host}/{self.name}" + (f"@{self.digest}" if self.digest else f":{self.tag}")


def has_host(text: str) -> bool:
    """Return whether a name without a scheme says which registry it is in."""
    first, slash, _ = text.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")


def parse_reference(text: str) -> Reference:
    """Return the parts of a reference, with or without its scheme.

    Raises:
        UsageError: it is none.
    """
    scheme = next((s for s in SCHEMES if text.startswith(s)), "")
    rest = text[len(scheme) :]
    rest, _, digest = rest.partition("@")
    if "/" in digest:
        # Not shown: it may be a password.
        raise UsageError("an image's name has no user and no password in it: sign in first (docker login HOST)")
    host, slash, name = rest.partition("/")
    if scheme and not slash and (has_host(f"{rest.partition(':')[0]}/") or re.search(r"\]|:.*:", rest)):
        raise UsageError(f"{text[:200]!r} names a registry and no image of it: write registry://HOST/NAME:TAG")
    if not slash or not has_host(rest):
        host, name = "docker.io", rest if "/" in rest else f"library/{rest}"
    last = name.rpartition("/")[2]
    tag = ""
    if ":" in last:
        name, _, tag = name.rpartition(":")
    if not re.match(_HOST, host) or len(name) > 255 or not re.match(_NAME, name):
        raise UsageError(f"{text[:200]!r} is no image of a registry: write registry://HOST/NAME:TAG")
    if (tag and not re.match(_TAG, tag)) or (digest and not re.match(_DIGEST, digest)):
        raise UsageError(f"{text[:200]!r} has no usable tag or digest")
    if host in _HUB:
        host = "registry-1.docker.io"
    return Reference(host, name, tag or "latest", digest, scheme == "registry+http://")
