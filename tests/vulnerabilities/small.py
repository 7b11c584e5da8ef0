"""A small set of advisories in every format, written to a folder."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

from jettison.vulnerabilities.build import import_paths
from jettison.vulnerabilities.database import Database, open_database


def osv(name: str, ecosystem: str, package: str, *events: tuple[str, str], **more: object) -> dict[str, object]:
    """Return an advisory in OSV with one range."""
    ranges = [{"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in events]}]
    part = {"package": {"ecosystem": ecosystem, "name": package}, "ranges": ranges}
    return {"id": name, "modified": "2026-08-01T00:00:00Z", "affected": [part], **more}


ADVISORIES = [
    osv("PYSEC-1", "PyPI", "Old_Thing", ("introduced", "0"), ("fixed", "2.0"), aliases=["CVE-2026-0001", "GHSA-aaaa-bbbb-cccc"], summary="first"),
    osv("GHSA-aaaa-bbbb-cccc", "PyPI", "old-thing", ("introduced", "1.0"), ("fixed", "2.0"), aliases=["CVE-2026-0001"],
        severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]),
    osv("PYSEC-2", "PyPI", "old-thing", ("introduced", "1.5"), ("last_affected", "1.9"), database_specific={"severity": "MODERATE"}),
    osv("PYSEC-3", "PyPI", "old-thing", ("introduced", "0"), ("fixed", "9"), withdrawn="2026-01-01T00:00:00Z"),
    osv("GO-2026-1", "Go", "stdlib", ("introduced", "0"), ("fixed", "1.21.4"), ("introduced", "1.22.0-0"), ("fixed", "1.22.3"), aliases=["CVE-2026-0002"]),
    osv("ALSA-2026:1", "AlmaLinux:9", "openssl", ("introduced", "0"), ("fixed", "1:3.0.7-27.el9"), related=["CVE-2026-0003"],
        summary="Important: openssl security update"),
    osv("DEBIAN-CVE-2026-0004", "Debian:12", "zlib", ("introduced", "0"), upstream=["CVE-2026-0004"]),
    osv("RSEC-2026-1", "CRAN", "png", ("introduced", "0.1-3"), ("fixed", "0.1-9"), upstream=["CVE-2026-0017"]),
    osv("GHSA-npm0-0000-0001", "npm", "lodash", ("introduced", "0"), ("fixed", "4.17.21"), aliases=["CVE-2026-0005"],
        severity=[{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}]),
]  # fmt: skip
RUBY = """---
gem: rails
cve: 2026-0006
ghsa: rrrr-rrrr-rrrr
title: A title
date: 2026-07-01
cvss_v3: 7.5
unaffected_versions:
- "< 5.0"
patched_versions:
- "~> 5.2.4, >= 5.2.4.3"
- ">= 6.0.3.1"
"""
PHP = """title: Something
link: https://example.org/advisory
cve: CVE-2026-0007
branches:
  2.x:
    time: 2026-06-01 00:00:00
    versions: ['>=2.0.0', '<2.3.4']
  1.x:
    time: ~
    versions: ['<1.9']
reference: composer://Acme/Lib
"""
RUSTSEC = """```toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "tokio"
date = "2026-05-01"
aliases = ["CVE-2026-0008"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"

[versions]
patched = ["^1.18.4", ">= 1.20.3, < 1.21.0", ">= 1.23.1"]
unaffected = ["< 1.7.0"]
```

# A title

Words.
"""
SECDB = {
    "distroversion": "v3.19",
    "reponame": "main",
    "packages": [
        {"pkg": {"name": "openssl", "secfixes": {"3.1.4-r5": ["CVE-2026-0009 XSA-1"], "0": ["CVE-2026-0010"]}}},
        {"pkg": {"name": "musl", "secfixes": {"1.2.5-r1": ["CVE-2026-0011"]}}},
    ],
}
TRACKER = {
    "curl": {
        "CVE-2026-0012": {
            "description": "in curl",
            "scope": "remote",
            "releases": {
                "bookworm": {"status": "resolved", "fixed_version": "7.88.1-10+deb12u6", "urgency": "high"},
                "trixie": {"status": "resolved", "fixed_version": "0", "urgency": "high"},
            },
        },
        "CVE-2026-0013": {"releases": {"bookworm": {"status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": ""}}},
        "CVE-2026-0014": {"releases": {"bookworm": {"status": "open", "urgency": "not yet assigned", "nodsa": "x", "nodsa_reason": "ignored"}}},
        "CVE-2026-0015": {"releases": {"bookworm": {"status": "open", "urgency": "unimportant"}}},
        "CVE-2026-0016": {"releases": {"bookworm": {"status": "open", "urgency": "not yet assigned"}}},
    },
    "zlib": {"TEMP-0000001-ABCDEF": {"releases": {"bookworm": {"status": "undetermined"}}}},
}  # fmt: skip
KEV = {
    "catalogVersion": "2026.08.01",
    "dateReleased": "2026-08-01T00:00:00Z",
    "vulnerabilities": [
        {"cveID": "CVE-2026-0001", "dateAdded": "2026-07-01", "knownRansomwareCampaignUse": "Known"},
        {"cveID": "CVE-2026-0003", "dateAdded": "2026-07-02", "knownRansomwareCampaignUse": "Unknown"},
    ],
}
EPSS = "#model_version:v2025.03.14,score_date:2026-08-02T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.94,0.999\nbroken\n"
PACKAGES = """Package: curl
Version: 7.88.1-10+deb12u12
Architecture: amd64
Filename: pool/updates/main/c/curl/curl.deb

Package: curl
Version: 7.88.1-10+deb12u14
Architecture: amd64
Filename: pool/updates/main/c/curl/curl.deb
"""
APKINDEX = "C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:musl\nV:1.2.4-r3\nA:x86_64\n\nC:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:busybox\nV:1.36.1-r20\n\n"


def tar_gz(files: dict[str, str | bytes]) -> bytes:
    """Return a compressed tar of files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write(folder: Path) -> list[str]:
    """Write every format in some packing; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for advisory in ADVISORIES:
            archive.writestr(f"{advisory['id']}.json", json.dumps(advisory))
    gems = folder / "ruby" / "gems" / "rails"
    gems.mkdir(parents=True)
    (gems / "CVE-2026-0006.yml").write_text(RUBY)
    (folder / "php.tar.gz").write_bytes(tar_gz({"acme/lib/CVE-2026-0007.yaml": PHP, "README.md": "# no advisory"}))
    (folder / "rustsec.tar").write_bytes(gzip.decompress(tar_gz({"crates/tokio/RUSTSEC-2026-0001.md": RUSTSEC})))
    (folder / "main.json").write_text(json.dumps(SECDB))
    (folder / "tracker.json").write_text(json.dumps(TRACKER))
    (folder / "kev.json").write_text(json.dumps(KEV))
    (folder / "epss.csv.gz").write_bytes(gzip.compress(EPSS.encode()))
    (folder / "x_dists_bookworm-security_main_binary-amd64_Packages").write_text(PACKAGES)
    (folder / "APKINDEX.tar.gz").write_bytes(tar_gz({"DESCRIPTION": "v3.19.1-100-gabc", "APKINDEX": APKINDEX}))
    return [str(path) for path in sorted(folder.iterdir())]


def database(folder: Path) -> Database:
    """Return a database with all of it."""
    target = folder / "db" / "vulnerabilities.sqlite"
    import_paths(write(folder / "data"), target=str(target))
    found = open_database(str(target))
    assert found is not None
    return found
