"""Which distribution an image is, and when its support ends.

Source: os-release(5).
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.text import clean, decoded
from jettison.named_tuple import NamedTuple

PATHS: Final = ("etc/os-release", "usr/lib/os-release")
WANTS: Final = {"name:os-release": 64 << 10}
_ESCAPE: Final = re.compile(r"\\(.)")


class OsRelease(NamedTuple):
    """id: "debian"; version: "12"; name: as shown; like: what it descends from; end_of_life: date or "" if unknown.

    end_of_life is the end of the free security support of the distribution itself, extended_support that of a
    further free or paid programme ("" if none is known).
    """

    id: str
    version: str
    name: str = ""
    codename: str = ""
    like: tuple[str, ...] = ()
    end_of_life: str = ""
    extended_support: str = ""

    @property
    def rolling(self) -> bool:
        """Return whether it is the branch that never ends (Alpine's edge is "3.21.0_alpha20240923"), not a release."""
        return self.id == "alpine" and ("_alpha" in self.version or self.version == "edge")

    @property
    def namespace(self) -> str:
        """Return the namespace of the distribution's packages in purls."""
        return {"rhel": "redhat", "opensuse-leap": "opensuse", "opensuse-tumbleweed": "opensuse"}.get(self.id, self.id)

    @property
    def distro(self) -> str:
        """Return the value of the purl qualifier "distro"."""
        return f"{self.id}-{self.version}" if self.version else self.id


def wanted(path: str) -> bool:
    """Return whether this is the file that names the distribution."""
    return path in PATHS


def read_os_release(data: bytes) -> OsRelease | None:
    """Return the distribution, None when the file names none."""
    fields: dict[str, str] = {}
    for line in decoded(data[: 64 << 10]).splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and key.isidentifier():
            fields[key] = _unquoted(value.strip())
    id_ = clean(fields.get("ID")).lower()
    if not id_:
        return None
    return release_of(
        id_,
        clean(fields.get("VERSION_ID")),
        clean(fields.get("PRETTY_NAME")),
        clean(fields.get("VERSION_CODENAME")),
        tuple(clean(fields.get("ID_LIKE")).split()),
    )


def release_of(id_: str, version: str, name: str = "", codename: str = "", like: tuple[str, ...] = ()) -> OsRelease:
    """Return the release with the dates on which its support ends."""
    release = OsRelease(id_, version, name, codename, like)
    if release.rolling:
        return release
    end, extended = _support(id_, version)
    return release._replace(end_of_life=end, extended_support=extended)


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return _ESCAPE.sub(r"\1", value)


def _support(id_: str, version: str) -> tuple[str, str]:
    from jettison.knowledge.distributions import DISTRIBUTIONS

    releases = DISTRIBUTIONS.get(id_, {}).get("releases", {})
    # Alpine says "3.19.1", Red Hat "9.3": support goes by the longest known beginning.
    parts = version.split(".")
    for length in range(len(parts), 0, -1):
        dates = releases.get(".".join(parts[:length]))
        if dates:
            return dates[0], dates[1] if len(dates) > 1 else ""
    return "", ""
