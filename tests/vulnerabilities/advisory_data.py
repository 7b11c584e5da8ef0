"""The real advisory exports where they are, else a small set in the same packing made here."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

from . import small

ROOT = Path(__file__).parent.parent.parent
WANTED = ("pypi-osv", "go-osv", "crates-io-osv", "almalinux-osv", "rubysec", "kev")


def real() -> Path | None:
    """Return the folder with the real exports: named by JETTISON_ADVISORIES, or in `shared` beside a checkout."""
    named = os.environ.get("JETTISON_ADVISORIES")
    if named:
        return Path(named)
    git = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--path-format=absolute", "--git-common-dir"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    starts = [ROOT, *([Path(git).parent] if git else [])]
    for start in starts:
        for parent in start.parents:
            folder = parent / "shared" / "data" / "advisories"
            if (folder / "go-osv.tar.xz").is_file():
                return folder
    return None


def folder(made: Path) -> Path:
    """Return the real exports, or small ones written to `made`."""
    found = real()
    return found if found is not None else write(made)


def write(made: Path) -> Path:
    """Write a small set that concerns packages of the images of the acceptance test."""
    sets: dict[str, dict[str, str]] = {
        "pypi-osv": {
            f"vulns/{a['affected'][0]['package']['name'].lower()}/{a['id']}.yaml": json.dumps(a) for a in PYPI
        },  # type: ignore[index]
        "go-osv": {f"data/osv/{a['id']}.json": json.dumps(a) for a in GO},
        "crates-io-osv": {f"crates/{a['id']}.json": json.dumps(a) for a in CRATES},
        "almalinux-osv": {f"advisories/almalinux9/{a['id']}.json": json.dumps(a) for a in ALMA},
        "rubysec": {"gems/rails/CVE-2026-0006.yml": small.RUBY},
        "kev": {"known_exploited_vulnerabilities.json": json.dumps(small.KEV)},
    }
    made.mkdir(parents=True, exist_ok=True)
    for name, files in sets.items():
        with tarfile.open(made / f"{name}.tar.xz", "w:xz") as tar:
            for path, text in files.items():
                data = made / "one"
                data.write_text(text)
                tar.add(data, path)
    return made


PYPI = [
    small.osv(
        "PYSEC-1",
        "PyPI",
        "django",
        ("introduced", "0"),
        ("fixed", "2.2.28"),
        ("introduced", "3.0"),
        ("fixed", "3.2.13"),
    ),
    small.osv("PYSEC-2", "PyPI", "requests", ("introduced", "2.3.0"), ("fixed", "2.31.0"), aliases=["CVE-2026-0001"]),
    small.osv("PYSEC-3", "PyPI", "urllib3", ("introduced", "0"), ("last_affected", "1.24.1")),
    small.osv("PYSEC-4", "PyPI", "jinja2", ("introduced", "3.0"), ("fixed", "3.1.3")),
    small.osv("PYSEC-5", "PyPI", "pillow", ("introduced", "0"), ("fixed", "8.0.1"), withdrawn="2026-01-01T00:00:00Z"),
]
GO = [
    small.osv(
        "GO-2026-0001",
        "Go",
        "stdlib",
        ("introduced", "0"),
        ("fixed", "1.20.1"),
        ("introduced", "1.21.0-0"),
        ("fixed", "1.21.2"),
    ),
    small.osv("GO-2026-0002", "Go", "golang.org/x/net", ("introduced", "0"), ("fixed", "0.17.0")),
    small.osv("GO-2026-0003", "Go", "golang.org/x/text", ("introduced", "0.3.0"), ("fixed", "0.3.8")),
]
CRATES = [small.osv("RUSTSEC-2026-0001", "crates.io", "tokio", ("introduced", "0.0.0-0"), ("fixed", "1.18.4"))]
ALMA = [
    small.osv("ALSA-2026:1", "AlmaLinux:9", "openssl-libs", ("introduced", "0"), ("fixed", "1:3.0.7-27.el9")),
    small.osv("ALSA-2026:2", "AlmaLinux:8", "openssl-libs", ("introduced", "0"), ("fixed", "9:1.1.1k-9.el8")),
]  # fmt: skip
