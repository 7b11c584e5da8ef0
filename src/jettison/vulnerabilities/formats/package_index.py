"""A distribution's own index of packages: apt's Packages and Alpine's APKINDEX.

It names no vulnerability, but an installed version older than the one in the security index has an update.

Source: wiki.debian.org/DebianRepository/Format ("Packages" indices); wiki.alpinelinux.org, "Apk spec" ("APKINDEX").
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from jettison.inventory.text import clean, paragraphs
from jettison.vulnerabilities.ecosystems import table
from jettison.vulnerabilities.sink import Sink
from jettison.vulnerabilities.versions import sort_key

_DEBIAN_VERSION: Final = re.compile(r"(?:\+|~)deb(\d{1,2})u\d+")
_ALPINE_PATH: Final = re.compile(r"(?:\A|/)v(\d+\.\d+)/")
_ALPINE_TITLE: Final = re.compile(r"v(\d+\.\d+)[.-]")
_UBUNTU: Final = {"focal": "20.04", "jammy": "22.04", "noble": "24.04", "bionic": "18.04", "xenial": "16.04"}


def fits_debian(text: str) -> bool:
    """Return whether a text is an index of apt's."""
    head = text[:20_000]
    return head.startswith("Package:") and "\nVersion:" in head and ("\nFilename:" in head or "\nSHA256:" in head)


def fits_alpine(text: str) -> bool:
    """Return whether a text is an index of apk's."""
    return text.startswith("C:Q") and "\nP:" in text[:4096] and "\nV:" in text[:4096]


def fits_release(text: str) -> bool:
    """Return whether a text is the signed statement that stands beside apt's indexes."""
    head = text[:4096]
    return "\nDate: " in head and ("\nSuite: " in head or "\nCodename: " in head)


def read_release(text: str, sink: Sink) -> None:
    """Take the date of a suite's indexes."""
    stated = re.search(r"^Date: (.{10,60})$", text[:4096], re.MULTILINE)
    try:
        date = parsedate_to_datetime(stated[1]).astimezone(UTC) if stated else None
    except ValueError:
        return
    if date is not None:
        sink.dated(date.strftime("%Y-%m-%dT%H:%M:%S"))


def read_debian(text: str, sink: Sink, name: str = "", release: str = "") -> None:
    """Take the newest version of each package; `name`: the file's, which names the suite; `release`: given by the user."""
    newest: dict[str, str] = {}
    marks: Counter[str] = Counter()
    for fields in paragraphs(text):
        package, version = clean(fields.get("package"), 200), clean(fields.get("version"), 200)
        key = sort_key("dpkg", version)
        if not package or key is None:
            continue
        if package not in newest or key > sort_key("dpkg", newest[package]):
            newest[package] = version
        marks.update(_DEBIAN_VERSION.findall(version))
    ecosystem = release or _debian_release(name, marks)
    if not ecosystem:
        sink.skipped("an index whose release is not known; name it: --release debian:12")
        return
    for package, version in newest.items():
        sink.available(ecosystem, package, version)


def _debian_release(name: str, marks: Counter[str]) -> str:
    for codename, number in table()["debian"].items():
        if re.search(rf"(?<![a-z]){codename}(?![a-z])", name):
            return f"Debian:{number}"
    for codename, number in _UBUNTU.items():
        if re.search(rf"(?<![a-z]){codename}(?![a-z])", name):
            return f"Ubuntu:{number}"
    # Updates of a stable release carry its number: 1.2-3+deb12u4.
    return f"Debian:{marks.most_common(1)[0][0]}" if marks else ""


def read_alpine(text: str, sink: Sink, name: str = "", title: str = "", release: str = "") -> None:
    """Take every version; `title`: the text of the archive's DESCRIPTION."""
    match = _ALPINE_PATH.search(name) or _ALPINE_TITLE.match(title)
    ecosystem = release or (f"Alpine:v{match[1]}" if match else "")
    if not ecosystem:
        sink.skipped("an index whose release is not known; name it: --release alpine:3.20")
        return
    for block in text.split("\n\n"):
        fields = {line[0]: line[2:] for line in block.split("\n") if line[1:2] == ":"}
        package, version = clean(fields.get("P"), 200), clean(fields.get("V"), 200)
        if package and sort_key("apk", version) is not None:
            sink.available(ecosystem, package, version)
