"""Every package of three images: what `scan` finds equals what an independent, straightforward matcher finds.

On the real exports where they are (advisory_data.py says where they are looked for), else on a small set made here.
The images are folders, and on an engine two that are really built: Python with packages of pip, a program of Go.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory import samples
from jettison.engine.base import BuildRequest, Engine
from jettison.image.inspection import inspect
from jettison.inventory.inventory import Inventory
from jettison.vulnerabilities.build import import_paths
from jettison.vulnerabilities.database import Database, open_database
from jettison.vulnerabilities.match import find

from . import advisory_data, naive
from .rpm_database import database as rpm_database

NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
PIP = "django==2.2 requests==2.19.1 urllib3==1.24 jinja2==2.10 flask==0.12.2 werkzeug==0.14.1 certifi==2018.4.16 idna==2.6 sqlparse==0.2.4"
OTHER_PYTHON = "pillow==8.0.0 PyYAML==5.3 cryptography==3.2 Tornado==6.0 aiohttp==3.8.3 zope.interface==5.0 ansible==2.9.0 lxml==4.6.2 numpy==1.21.0rc1 salt==3000.1 tensorflow==2.4.0 scrapy==2.4.1 twisted==20.3.0"
GO = {
    "golang.org/x/net": "v0.7.0", "golang.org/x/text": "v0.3.7", "golang.org/x/crypto": "v0.0.0-20210921155107-089bfa567519",
    "github.com/gin-gonic/gin": "v1.7.0", "github.com/dgrijalva/jwt-go": "v3.2.0+incompatible", "gopkg.in/yaml.v3": "v3.0.0-20210107192922-496545a6307b",
    "github.com/containerd/containerd": "v1.6.0", "k8s.io/kubernetes": "v1.22.0-beta.1", "github.com/docker/docker": "v20.10.7+incompatible",
}  # fmt: skip
RPMS = [
    ("openssl-libs", "3.0.7", "24.el9", 1), ("openssl-libs", "3.5.1", "99.el9", 1), ("glibc", "2.34", "60.el9", 0), ("krb5-libs", "1.20.1", "8.el9", 0),
    ("libxml2", "2.9.13", "3.el9_2", 0), ("expat", "2.5.0", "1.el9", 0), ("curl", "7.76.1", "23.el9", 0), ("bind-libs", "9.16.23", "11.el9", 32),
    ("sqlite-libs", "3.34.1", "6.el9_1", 0), ("nodejs", "16.20.2", "8.el9_4", 1), ("nodejs", "18.20.2", "2.module_el9.4.0+100+71fc9528", 1),
    ("python3-libs", "3.9.18", "1.el9_3", 0), ("firefox", "115.9.0", "1.el9", 0), ("bash", "5.1.8", "6.el9_1", 0), ("kernel-core", "5.14.0", "362.8.1.el9_3", 0),
]  # fmt: skip
GEMS = "rails==5.2.4.2 rack==2.0.6 nokogiri==1.10.4 actionpack==6.0.3 puma==4.3.1 json==2.2.0 rexml==3.2.4 loofah==2.3.0 devise==4.7.0 sidekiq==5.2.7 rake==12.3.2 addressable==2.7.0 activesupport==7.0.4.1 sinatra==2.0.8 jquery-rails==4.3.0"
CRATES = "tokio==1.18.3 openssl==0.10.40 hyper==0.14.9 regex==1.5.4 time==0.1.43 chrono==0.4.19 smallvec==1.6.0 rustls==0.20.0 h2==0.3.16 crossbeam-deque==0.7.3 serde_yaml==0.8.3 remove_dir_all==0.5.3 atty==0.2.14 tokio==1.23.1"


def pairs(text: str) -> list[tuple[str, str]]:
    return [(name, version) for name, _, version in (word.partition("==") for word in text.split())]


def python_files() -> dict[str, bytes]:
    """Return a Debian with the metadata of packages of pip."""
    files = {
        "etc/os-release": b'ID=debian\nVERSION_ID="12"\n',
        "node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.10"}',
    }
    for name, version in pairs(f"{PIP} {OTHER_PYTHON}"):
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files[f"usr/local/lib/python3.11/site-packages/{name}-{version}.dist-info/METADATA"] = text.encode()
    return files  # fmt: skip


def go_files() -> dict[str, bytes]:
    """Return programs of several releases of Go."""
    modules = "path\texample.com/tool\nmod\texample.com/tool\t(devel)\n"
    modules += "".join(f"dep\t{name}\t{version}\th1:0pGrEUVy9YYHvA==\n" for name, version in GO.items())
    versions = ("go1.19.8", "go1.21.5", "go1.22rc1", "go1.24.0", "go1.20")
    return {f"usr/bin/tool-{version}": samples.go_program(version, modules) for version in versions}


def other_files() -> dict[str, bytes]:
    """Return an AlmaLinux with gems and with a program of Rust."""
    files = {
        "etc/os-release": b'ID="almalinux"\nVERSION_ID="9.4"\nID_LIKE="rhel centos fedora"\n',
        "var/lib/rpm/Packages.db": rpm_database(*RPMS),
    }
    for name, version in pairs(GEMS):
        text = samples.GEMSPEC.replace("rake", name).replace("13.0.6", version)
        files[f"usr/lib/ruby/gems/3.0.0/specifications/{name}-{version}.gemspec"] = text.encode()
    crates = [{"name": name, "version": version, "source": "registry"} for name, version in pairs(CRATES)]
    files["usr/bin/rusty"] = samples.elf(
        {".text": bytes(5000), ".dep-v0": zlib.compress(json.dumps({"packages": crates}).encode())}
    )
    return files  # fmt: skip


@pytest.fixture(scope="module")
def advisories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return advisory_data.folder(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def database(advisories: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    return imported(advisories, tmp_path_factory.mktemp("database") / "db.sqlite")


def imported(folder: Path, target: Path) -> Database:
    paths = [str(folder / f"{name}.tar.xz") for name in advisory_data.WANTED]
    import_paths(paths, target=str(target))
    found = open_database(str(target))
    assert found is not None
    return found


def written(folder: Path, files: dict[str, bytes]) -> str:
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755 if "bin/" in path else 0o644)
    return str(folder)


def compare(inventory: Inventory, database: Database, folder: Path, least: int) -> None:
    """Compare package by package; `least`: packages of types that the data speaks of, so that nothing is compared with nothing."""
    findings = find(inventory, database, datetime.now(UTC), 7)
    known = {package.key for package in inventory.packages if package.type in naive.EXPORTS}
    assert len(known) >= least
    expected = naive.affected(folder, known)
    ecosystems = {"pypi": "PyPI", "golang": "Go", "cargo": "crates.io", "rpm": "AlmaLinux:9", "gem": "RubyGems"}
    for index, package in enumerate(inventory.packages):
        matches = [match for match in findings.matches if match.package == index]
        if package.key not in known:
            assert matches == []
            continue
        name = naive.same(package.type, package.name)
        entries = [advisory for advisory, _, _ in database.advisories(ecosystems[package.type], name)]
        # The Ruby database names its entries by the CVE, others by names of their own.
        stored = {entry.aliases[0] if package.type == "gem" else entry.id for entry in entries}
        found = {one for match in matches for one in match.vulnerability.names if one in stored}
        assert found == expected[package.key], package.key
        assert all(set(match.vulnerability.names) & expected[package.key] for match in matches)
    assert sum(map(len, expected.values())) > 0
    missing = [lookup for lookup in findings.lookups if lookup.why_not]
    assert {lookup.type for lookup in missing}.isdisjoint(naive.EXPORTS)


@pytest.mark.parametrize(
    ("files", "least"), [(python_files, 20), (go_files, 12), (other_files, 40)], ids=["python", "go", "almalinux"]
)
def test_folders(
    files: Callable[[], dict[str, bytes]], least: int, advisories: Path, database: Database, tmp_path: Path
) -> None:
    compare(inspect(written(tmp_path / "root", files())).inventory, database, advisories, least)


def test_the_small_set_is_not_empty_of_meaning(tmp_path: Path) -> None:
    small = advisory_data.write(tmp_path / "small")
    database = imported(small, tmp_path / "db.sqlite")
    compare(inspect(written(tmp_path / "root", {**python_files()})).inventory, database, small, 20)
    compare(inspect(written(tmp_path / "more", {**go_files(), **other_files()})).inventory, database, small, 50)


@pytest.mark.engine
def test_images_that_are_really_built(
    engine: Engine, new_tag: Callable[[], str], advisories: Path, database: Database, tmp_path: Path
) -> None:
    python = f"FROM python:3.11-slim\nRUN pip install --no-cache-dir --no-deps {PIP}\n"
    go = (
        "FROM golang:1.19 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -mod=vendor -o /tool .\n"
        "FROM gcr.io/distroless/static-debian12\nCOPY --from=build /tool /usr/bin/tool\n"
    )
    for text, least in ((python, 9), (go, 3)):
        context = tmp_path / str(least)
        written(context, go_sources())
        tag = new_tag()
        engine.build(BuildRequest(str(context), text.encode(), None, tag, NETWORK))
        compare(inspect(tag).inventory, database, advisories, least)


def go_sources() -> dict[str, bytes]:
    """Return a program that uses a module of a vulnerable version; the module's text is a stand-in, its name counts."""
    return {
        "go.mod": b"module example.com/tool\n\ngo 1.19\n\nrequire golang.org/x/net v0.7.0\n",
        "main.go": b'package main\n\nimport "golang.org/x/net/html"\n\nfunc main() { html.Say() }\n',
        "vendor/modules.txt": b"# golang.org/x/net v0.7.0\n## explicit\ngolang.org/x/net/html\n",
        "vendor/golang.org/x/net/html/html.go": b'package html\n\nimport "net/http"\n\nfunc Say() { println(http.StatusText(200)) }\n',
    }
