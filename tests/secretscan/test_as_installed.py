"""What a distribution's package brought is no secret; what somebody wrote into its files is one."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from image.archives import blob_layout, old_layout
from jettison.cli.main import main
from jettison.image import shipped
from jettison.image.archive import read_file
from jettison.image.collect import InventoryCollector
from jettison.secretscan.scanner import Scanner

from .samples import all_samples

BUILT, INSTALLED, LATER = 1_600_000_000, 1_700_000_000, 1_700_000_060
TOKEN = next(sample for sample in all_samples() if sample.id == "slack-token").text + b"\n"
STATUS = b"Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n"
LIST = b"/.\n/usr\n/usr/share\n/usr/share/tool\n/usr/share/tool/demo.py\n/lib\n/lib/tool.py\n/etc\n/etc/tool.conf\n"
INSTALLATION = (
    ("var/lib/dpkg/info/tool.list", LIST, INSTALLED),
    ("var/lib/dpkg/status", STATUS, INSTALLED),
)


def layer(*members: tuple[str, bytes | str, int]) -> bytes:
    """Return a tar of (path, content or target of a link, seconds since 1970), sorted as engines do."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content, mtime in sorted(members, key=lambda member: member[0].split("/")):
            info = tarfile.TarInfo(name)
            info.mtime = mtime
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
                continue
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture(params=["plain", "gzip"])
def packed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let small layers be worth it, and the halving go to its end."""
    monkeypatch.setattr(shipped, "WORTH", 0)
    monkeypatch.setattr(shipped, "_NEAR", 1024)
    return str(request.param)


def told(
    folder: Path, capsys: pytest.CaptureFixture[str], packed: str, *layers: bytes, level: str = "medium"
) -> list[tuple[str, int, str]]:
    """Return (path, layer, confidence) of what `secrets` tells of an image."""
    path = folder / "image.tar"
    path.write_bytes(old_layout(*layers) if packed == "plain" else blob_layout(*layers, compress=True))
    main(["secrets", str(path), "--format", "json", "--confidence", level])
    found = json.loads(capsys.readouterr().out)["secrets"]
    return sorted((one["path"], one["layer"], one["confidence"]) for one in found)


def test_what_came_with_a_package_is_told_only_where_everything_is(
    packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [(f"usr/share/tool/{name}.txt", b"text\n" * 400, BUILT) for name in range(20)]
    base = layer(
        *INSTALLATION, *files, ("usr/share/tool/demo.py", TOKEN, BUILT), ("usr/lib/tool.py", TOKEN, BUILT),
        ("usr/share/tool/other.py", TOKEN, BUILT), ("lib", "usr/lib", BUILT),
    )  # fmt: skip
    assert told(tmp_path, capsys, packed, base) == [("usr/share/tool/other.py", 0, "high")]
    assert told(tmp_path, capsys, packed, base, level="low") == [
        ("usr/lib/tool.py", 0, "low"),
        ("usr/share/tool/demo.py", 0, "low"),
        ("usr/share/tool/other.py", 0, "high"),
    ]


@pytest.mark.usefixtures("packed")
def test_it_is_passed_over_in_a_plain_layer(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(old_layout(layer(*INSTALLATION, ("usr/share/tool/demo.py", TOKEN, BUILT))))
    assert not read_file(str(path), InventoryCollector(Scanner())).facts[0].hits
    assert read_file(str(path), InventoryCollector(Scanner(everything=True))).facts[0].hits


@pytest.mark.parametrize("path", ["usr/share/tool/demo.py", "etc/tool.conf"])
def test_what_was_written_into_a_package_s_file_is_told(
    path: str, packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = layer(*INSTALLATION, (path, TOKEN, LATER))
    assert told(tmp_path, capsys, packed, changed) == [(path, 0, "high")]
    # A copied file keeps the time that it had on the disk it came from.
    base, copied = layer(*INSTALLATION, (path, b"", BUILT)), layer((path, TOKEN, BUILT - 60))
    assert told(tmp_path, capsys, packed, base, copied) == [(path, 1, "high")]


def test_a_copy_that_a_layer_makes_of_a_package_s_file_is_none(
    packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("etc/tool.conf", TOKEN, BUILT)
    assert told(tmp_path, capsys, packed, layer(*INSTALLATION, settings), layer(settings)) == []


@pytest.mark.parametrize(
    ("database", "content"),
    [
        ("lib/apk/db/installed", b"P:tool\nV:1-r0\nA:x86_64\nF:etc\nR:tool.conf\n\n"),
        ("usr/lib/apk/db/installed", b"P:tool\nV:1-r0\nA:x86_64\nF:etc\nR:tool.conf\n\n"),
    ],
)
def test_settings_of_other_distributions(
    database: str, content: bytes, packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "etc/tool.conf"
    installed = (database, content, INSTALLED)
    assert told(tmp_path, capsys, packed, layer(installed, (path, TOKEN, BUILT))) == []
    assert told(tmp_path, capsys, packed, layer(installed, (path, TOKEN, LATER))) == [(path, 0, "high")]
    assert told(tmp_path, capsys, packed, layer(installed), layer((path, TOKEN, BUILT))) == [(path, 1, "high")]


def test_where_one_time_stands_for_all_nothing_is_passed_over(
    packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("usr/share/tool/demo.py", "etc/tool.conf")
    clamped = layer(*((name, content, 0) for name, content, _ in INSTALLATION), *((name, TOKEN, 0) for name in names))
    assert told(tmp_path, capsys, packed, clamped) == []
    assert [found[0] for found in told(tmp_path, capsys, packed, clamped, level="low")] == sorted(names)
