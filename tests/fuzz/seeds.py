"""Small sound inputs of every kind: what mutations begin with."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import zstandard

from image.archives import blob_layout, old_layout, tar_of
from image.test_hostile_headers import SOUND
from inventory.samples import GEMSPEC
from inventory.samples_of_systems import PACMAN_FILES, ROCK_MANIFEST
from inventory.test_hostile import CASES
from secretscan.samples import all_samples
from vulnerabilities import small

from .targets import ADVISORY_PATHS

BASE = tar_of(
    ("etc", "dir", b""), ("etc/os-release", "file", b"ID=debian\nVERSION_ID=12\n"), ("l", "link", "etc"),
    ("h", "hardlink", "etc/os-release"), ("gone", "file", b"g" * 700), ("var/lib/dpkg/status", "file", small.PACKAGES.encode()),
)  # fmt: skip
TOP = tar_of(
    (".wh.gone", "file", b""), ("etc/.wh..wh..opq", "file", b""), ("srv/.env", "file", b"API_TOKEN=x8Zr2Kq9\n")
)
DOCKERFILE = b"# syntax=docker/dockerfile:1\nARG V=1\nFROM debian:12 AS a\nRUN --mount=type=cache,target=/c <<EOF\napt-get update\nEOF\nFROM scratch\nCOPY --link --from=a /x /y\nENV A=${B:-c}\nHEALTHCHECK CMD curl -f http://localhost\n"
BILL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "components": [{"type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1"}],
}
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "packages": [{"name": "a", "SPDXID": "SPDXRef-a", "versionInfo": "1"}],
}
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "statements": [{"vulnerability": {"name": "CVE-1"}, "status": "fixed", "products": [{"@id": "pkg:npm/a"}]}],
}
SETTINGS = b'select = ["security"]\n[scan]\nfail-on = "high"\n[[scan.ignore]]\nid = "CVE-1"\nreason = "x"\n[optimize]\nprobes = ["/"]\n'
BAKE = b'variable "A" { default = "1" }\ngroup "default" { targets = ["a"] }\ntarget "a" {\n  dockerfile = "D-${A}"\n  matrix = { v = ["1", "2"] }\n  name = "a-${v}"\n}\n'
# In the order of the readers of lists.
LISTED = (
    b"/.\n/usr/bin/a\n",
    b"d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n",
    b"Files: *\nLicense: GPL-2+ or MIT with exception\n text\n",
    b'a/__init__.py,sha256=x,3\n"a/b,c.py",,\n../../../bin/a,,\n',
    b"../a/__init__.py\nPKG-INFO\n",
    PACMAN_FILES.encode(),
    ROCK_MANIFEST.encode(),
    b"|| ( GPL-2 MIT ) ssl? ( openssl )\n",
    b"Package: a\nLicense: GPL-2.0\n/usr/bin/a\n",
)
COMPOSE = b"x-a: &a\n  build: {context: ., dockerfile: D, args: [A=1]}\nservices:\n  web: {<<: *a, image: w}\n  db: {extends: {service: web}}\n"


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Return the seeds of each target; `folder` takes the advisories on their way."""
    small.write(folder)
    texts = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".gz", ".zip")]
    advisories = [bytes((_place(path),)) + path.read_bytes() for path in texts]
    return {
        "image_archive": [old_layout(BASE, TOP), blob_layout(BASE, TOP), blob_layout(BASE, TOP, compress=True)],
        "layer": [BASE, TOP, *(data for data, _ in SOUND.values())],
        "compressed": [gzip.compress(BASE, mtime=0), zstandard.ZstdCompressor().compress(BASE)],
        "packages": [bytes((number,)) + data for number, (_, _, _, data) in enumerate(CASES)] + [GEMSPEC.encode()],
        "package_lists": [bytes((number,)) + data for number, data in enumerate(LISTED)],
        "secrets": [sample.text for sample in all_samples()],
        "dockerfile": [DOCKERFILE],
        "ignore_file": [b"**/node_modules\n!a/**\n*.md\n!README.md\n[a-c]?\n"],
        "reference": [b"registry://localhost:5000/a/b:1", b"registry://h/a@sha256:" + b"0" * 64],
        "bill": [json.dumps(BILL).encode(), json.dumps(SPDX).encode()],
        "decisions": [json.dumps(VEX).encode(), SETTINGS, b"CVE-1 exp:2027-01-01 # why\n", b'[[ignore]]\nid = "CVE-1"\nreason = "x"\n'],
        "advisories": advisories,
        "versions": [b"1.0\n1.0-rc.1\n1:2.3~a+b-1\n2.0_p1-r3\nv1.2.3+incompatible\n1.0.post1.dev2\n"],
        "compose": [COMPOSE, BAKE, b'{"target": {"a": {"args": {"A": "1"}}}}'],
    }  # fmt: skip


def _place(path: Path) -> int:
    """Return which of the names an advisory is read by."""
    return next((n for n, name in enumerate(ADVISORY_PATHS) if Path(name).suffix == path.suffix and path.suffix), 5)
