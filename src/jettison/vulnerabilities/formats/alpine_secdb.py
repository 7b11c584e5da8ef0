"""Alpine's security database: for each source package, the version that fixed a CVE.

Source: secdb.alpinelinux.org; wiki.alpinelinux.org, "Security fixes in APKBUILD" (version 0: never affected).
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.advisory import Advisory, Affected
from jettison.vulnerabilities.sink import Sink, identifier
from jettison.vulnerabilities.versions import sort_key

_RELEASE: Final = re.compile(r"v?(\d+\.\d+)\Z|(edge)\Z")


def fits(value: object) -> bool:
    """Return whether a document is in this format."""
    return isinstance(value, dict) and "packages" in value and ("distroversion" in value or "reponame" in value)


def read(value: object, sink: Sink, name: str = "") -> None:
    """Take all packages of a repository; `name`: its file, whose path names the release where nothing else does."""
    document = mapping(value)
    release = _release(clean(document.get("distroversion"), 40), clean(document.get("apkurl"), 200), name)
    if not release:
        sink.skipped("a security database that names no release")
        return
    sink.covers(release)
    found: dict[str, list[Affected]] = {}
    for entry in sequence(document.get("packages"))[:200_000]:
        package = mapping(mapping(entry).get("pkg"))
        title = clean(package.get("name"), 200)
        for version, fixes in list(mapping(package.get("secfixes")).items())[:5000]:
            fixed = clean(version, 200)
            if not title or fixed == "0" or sort_key("apk", fixed) is None:
                continue
            for text in sequence(fixes)[:1000]:
                # One fix may have several names: "CVE-2020-1 XSA-1".
                for cve in map(identifier, clean(text, 500).split()):
                    if cve:
                        found.setdefault(cve, []).append(Affected(release, title, (((">=", "0"), ("<", fixed)),)))
    for cve, affected in found.items():
        url = f"https://security.alpinelinux.org/vuln/{cve}"
        sink.advisory(Advisory(f"ALPINE-{cve}", tuple(affected), (cve,), url=url))


def _release(stated: str, url: str, name: str) -> str:
    for text in (stated, *url.split("/"), *name.split("/")[::-1]):
        match = _RELEASE.match(text)
        if match:
            return f"Alpine:v{match[1]}" if match[1] else "Alpine:edge"
    return ""
