"""Settings of rpm packages: as rpm brought them they are no finding, what somebody wrote into them is; by rpm itself."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest

from image.registries import need
from inventory.samples import rpm_ndb
from jettison.image import shipped

from .test_as_installed import BUILT, INSTALLED, LATER, TOKEN, layer, told

# rpm keeps it, and `%config` marks it, as it does settings of real packages.
SPEC = """\
Name: tool
Version: 1
Release: 1
Summary: A tool
License: MIT
BuildArch: noarch
%description
A tool.
%prep
%install
mkdir -p %{buildroot}/etc %{buildroot}/usr/share/tool
cp %{_topdir}/token %{buildroot}/etc/tool.conf
cp %{_topdir}/token %{buildroot}/usr/share/tool/demo.py
%files
%config(noreplace) /etc/tool.conf
/usr/share/tool/demo.py
"""
CONFIG, SHARED = "etc/tool.conf", "usr/share/tool/demo.py"
Database = tuple[str, bytes]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the database that rpm writes when it installs a package that rpmbuild built."""
    folder = tmp_path_factory.mktemp("rpm")
    (folder / "tool.spec").write_text(SPEC)
    (folder / "token").write_bytes(TOKEN)
    build = [need("rpmbuild"), "-bb", "--quiet", "--define", f"_topdir {folder}", str(folder / "tool.spec")]
    subprocess.run(build, check=True, capture_output=True)
    package = folder / "RPMS" / "noarch" / "tool-1-1.noarch.rpm"
    # Without its files: those of the layers are made by the tests, with the times that they want.
    install = [need("rpm"), "--dbpath", str(folder / "db"), "--justdb", "--nodeps", "--noscripts", "-i", str(package)]
    subprocess.run(install, check=True, capture_output=True)
    return (folder / "db" / "rpmdb.sqlite").read_bytes()


@pytest.fixture(params=["sqlite", "ndb"])
def database(request: pytest.FixtureRequest, written: bytes) -> Database:
    """Return (path, content) of the database as Fedora and as SUSE keep it; Debian's rpm writes the first alone."""
    if request.param == "sqlite":
        return "var/lib/rpm/rpmdb.sqlite", written
    held = sqlite3.connect(":memory:")
    held.deserialize(written[:18] + b"\1\1" + written[20:])
    headers = [blob for (blob,) in held.execute("select blob from Packages")]
    held.close()
    return "usr/lib/sysimage/rpm/Packages.db", rpm_ndb(headers)


@pytest.fixture(params=["plain", "gzip"])
def packed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(shipped, "WORTH", 0)
    return str(request.param)


def test_settings_as_they_were_installed_are_no_finding(
    database: Database, packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installation = (*database, INSTALLED)
    base = layer(installation, (CONFIG, TOKEN, BUILT), (SHARED, TOKEN, BUILT))
    assert told(tmp_path, capsys, packed, base) == []
    assert told(tmp_path, capsys, packed, base, level="low") == [(CONFIG, 0, "low"), (SHARED, 0, "low")]
    # chmod and chown copy a file into their layer as it is.
    assert told(tmp_path, capsys, packed, base, layer((CONFIG, TOKEN, BUILT))) == []
    # Nothing but the package's own files is told by its database.
    other = layer(installation, ("etc/tool.conf.rpmsave", TOKEN, BUILT))
    assert told(tmp_path, capsys, packed, other) == [("etc/tool.conf.rpmsave", 0, "high")]


@pytest.mark.parametrize("path", [CONFIG, SHARED])
def test_what_was_written_into_them_is_told(
    path: str, database: Database, packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installation = (*database, INSTALLED)
    assert told(tmp_path, capsys, packed, layer(installation, (path, TOKEN, LATER))) == [(path, 0, "high")]
    # A copied file keeps the time that it had on the disk it came from: what the layer below holds tells.
    base, copied = layer(installation, (path, b"a = b\n", BUILT)), layer((path, TOKEN, BUILT - 60))
    assert told(tmp_path, capsys, packed, base, copied) == [(path, 1, "high")]
    # Written after the installation, and hidden by a layer above: the bytes are still there.
    hidden = layer((path, b"a = b\n", LATER + 60))
    assert told(tmp_path, capsys, packed, base, layer((path, TOKEN, LATER)), hidden) == [(path, 1, "high")]


def test_settings_written_before_a_further_installation_are_told(
    database: Database, packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database of a layer above is younger than everything below it, and speaks for its own layer alone."""
    base = layer((*database, INSTALLED), (CONFIG, b"a = b\n", BUILT))
    changed, further = layer((CONFIG, TOKEN, LATER)), layer((*database, LATER + 60))
    assert told(tmp_path, capsys, packed, base, changed, further) == [(CONFIG, 1, "high")]
