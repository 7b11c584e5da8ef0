"""The database is built whole or not at all, and data that means harm is refused or left out."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.errors import SourceError
from jettison.vulnerabilities.build import Build, import_paths
from jettison.vulnerabilities.database import DatabaseError, open_database

from . import small


def imported(folder: Path, name: str, data: bytes) -> dict[str, int]:
    """Import one file; return what was left out, by reason."""
    path = folder / name
    path.write_bytes(data)
    target = folder / "db.sqlite"
    return dict(import_paths([str(path)], target=str(target))[0].skipped)


def names(path: Path) -> list[str]:
    database = open_database(str(path))
    assert database is not None
    found = sorted(a.id for a, _, _ in database.advisories("PyPI", "old-thing"))
    database.close()
    return found


def test_every_format_and_packing_is_read(tmp_path: Path) -> None:
    database = small.database(tmp_path)
    assert set(database.ecosystems()) == {
        "PyPI", "Go", "AlmaLinux:9", "Debian:12", "Debian:13", "npm", "RubyGems", "Packagist", "crates.io", "Alpine:v3.19", "CRAN",
    }  # fmt: skip
    counts = database.counts()
    assert (counts["exploited"], counts["likelihood"], counts["available"]) == (2, 1, 3)
    sources = {one.name: one for one in database.sources()}
    assert sources["all"].skipped == (("withdrawn by its publisher", 1),)
    assert sources["kev"].dated == "2026-08-01T00:00:00"
    assert sources["epss"].dated == "2026-08-02T00:00:00"
    database.close()


def test_the_database_may_be_named_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("advisories.json").write_text(json.dumps(small.ADVISORIES[:3]))
    for _ in range(2):
        assert main(["db", "import", "advisories.json", "--db", "db.sqlite"]) == 0
    assert names(tmp_path / "db.sqlite") == ["GHSA-aaaa-bbbb-cccc", "PYSEC-1", "PYSEC-2"]


def test_a_new_import_replaces_what_the_source_gave_before(tmp_path: Path) -> None:
    target = tmp_path / "db.sqlite"
    path = tmp_path / "advisories.json"
    path.write_text(json.dumps(small.ADVISORIES[:3]))
    import_paths([str(path)], target=str(target))
    assert names(target) == ["GHSA-aaaa-bbbb-cccc", "PYSEC-1", "PYSEC-2"]
    path.write_text(json.dumps(small.ADVISORIES[:1]))
    import_paths([str(path)], target=str(target))
    assert names(target) == ["PYSEC-1"]
    other = tmp_path / "other.json"
    other.write_text(json.dumps(small.ADVISORIES[:2]))
    import_paths([str(other)], target=str(target))
    assert names(target) == ["GHSA-aaaa-bbbb-cccc", "PYSEC-1"]


def test_a_failed_import_leaves_the_old_database(tmp_path: Path) -> None:
    target = tmp_path / "db.sqlite"
    path = tmp_path / "a.json"
    path.write_text(json.dumps(small.ADVISORIES))
    import_paths([str(path)], target=str(target))
    before = target.read_bytes()
    broken = tmp_path / "b.tar.xz"
    broken.write_bytes(lzma.compress(small.tar_gz({"x.json": "{}"}))[:-20])
    with pytest.raises(SourceError):
        import_paths([str(path), str(broken)], target=str(target))
    assert target.read_bytes() == before
    assert sorted(set(os.listdir(tmp_path)) - {"work"}) == ["a.json", "b.tar.xz", "db.sqlite", "db.sqlite.lock"]


def test_a_killed_import_leaves_the_old_database(tmp_path: Path) -> None:
    target = tmp_path / "db.sqlite"
    path = tmp_path / "a.json"
    path.write_text(json.dumps(small.ADVISORIES))
    import_paths([str(path)], target=str(target))
    before = target.read_bytes()
    program = (
        "import os, sys\nfrom jettison.vulnerabilities.build import Build\n"
        "with Build(sys.argv[1]) as build:\n    build.add(sys.argv[2], 'again')\n    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(target), str(path)], capture_output=True, check=False)
    assert done.returncode == -9
    assert target.read_bytes() == before
    import_paths([str(path)], target=str(target))


def test_a_damaged_or_foreign_database_is_named(tmp_path: Path) -> None:
    target = tmp_path / "db.sqlite"
    target.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    with pytest.raises(DatabaseError, match="import again"):
        open_database(str(target))
    import sqlite3

    target.unlink()
    sqlite3.connect(target).execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(DatabaseError, match="no database of this version"):
        open_database(str(target))
    with pytest.raises(DatabaseError), Build(str(target)):
        pass
    assert open_database(str(tmp_path / "none")) is None


def test_a_date_of_the_future_does_not_make_data_fresh(tmp_path: Path) -> None:
    advisories = [{**small.ADVISORIES[0], "modified": "2999-01-01T00:00:00Z"}, small.ADVISORIES[1]]
    imported(tmp_path, "a.json", json.dumps(advisories).encode())
    database = open_database(str(tmp_path / "db.sqlite"))
    assert database is not None
    assert database.sources()[0].dated == "2026-08-01T00:00:00"


def test_data_without_a_date_is_as_old_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "main.json"
    path.write_text(json.dumps(small.SECDB))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    found = import_paths([str(path)], target=str(tmp_path / "db.sqlite"))
    assert found[0].dated == "2023-11-14T22:13:20"
    stated = import_paths([str(path)], target=str(tmp_path / "db.sqlite"), as_of="2026-08-21T00:00:00")
    assert stated[0].dated == "2026-08-21T00:00:00"


GOOD = json.dumps(small.ADVISORIES[0]).encode()
DEEP = b"[" * 100_000 + b"]" * 100_000
BOMB = b"id: X-1\naffected:\n- &a [x, x]\n" + b"".join(
    b"- &%c [*%c, *%c, *%c, *%c, *%c, *%c]\n" % (98 + n, *[97 + n] * 6) for n in range(20)
)
MERGES = b"id: X-1\naffected: []\na0: &a0 {k: 1}\n" + b"".join(
    b"a%d: &a%d\n  <<: [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("deep.json", DEEP, "nested too deep"),
        ("deep.json", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deep"),
        ("cut.json", GOOD[:-5], "damaged JSON"),
        ("large.json", b"[" + b" " * (65 << 20) + b"]", "larger than 64 MB"),
        ("large.yaml", b"#" * (5 << 20), "larger than 4 MB"),
        ("bomb.yaml", BOMB, "anchors"),
        ("merges.yaml", MERGES, "anchors"),
        ("tag.yaml", b"!!python/object/apply:os.system ['touch /tmp/x']", "damaged YAML"),
        ("deep.yaml", b"[" * 5000 + b"]" * 5000, "damaged YAML"),
        ("cut.toml", b"RUSTSEC-2026-1\n[advisory]\nid = ", "damaged TOML"),
        ("none.json", b'{"id": "X/../../etc\\u001b[31m", "affected": []}', "without a name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_data_is_left_out_and_the_rest_is_read(name: str, data: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / name).write_bytes(data)
    (tmp_path / "folder" / "good.json").write_bytes(GOOD)
    tracemalloc.start()
    found = import_paths([str(tmp_path / "folder")], target=str(tmp_path / "db.sqlite"))[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert any(reason in one for one, _ in found.skipped), found.skipped
    assert found.entries == 1
    assert peak < 300 << 20


def test_each_archive_of_a_folder_keeps_its_own_age(tmp_path: Path) -> None:
    """One new archive must not make the others of the folder look as fresh."""
    folder, target = tmp_path / "data", tmp_path / "db.sqlite"
    folder.mkdir()
    for name, day in (("old", "2025-01-02"), ("new", "2026-03-04")):
        advisory = small.osv(f"CVE-2026-{len(name) + int(day[-1])}", "PyPI", name, ("introduced", "0"))
        advisory["modified"] = f"{day}T00:00:00Z"
        (folder / f"{name}.tar.gz").write_bytes(small.tar_gz({"a.json": json.dumps(advisory)}))
    (folder / "notes.tar.gz").write_bytes(small.tar_gz({"README.md": "# notes"}))
    (folder / "new.json").write_bytes(GOOD)
    (folder / "README.md").write_text("# notes")
    import_paths([str(folder / "new.json")], target=str(target))
    found = {one.name: one for one in import_paths([str(folder)], target=str(target))}
    assert {name: one.dated[:10] for name, one in found.items() if one.entries} == {
        "old": "2025-01-02", "new": "2026-03-04", "data": found["data"].dated[:10],
    }  # fmt: skip
    assert (found["notes"].entries, found["notes"].unknown) == (0, 1)
    # Again: what was there is replaced, not doubled.
    import_paths([str(folder)], target=str(target))
    database = open_database(str(target))
    assert database is not None
    assert sorted(source.name for source in database.sources()) == ["data", "new", "old"]


def test_an_old_catalogue_beside_new_advisories_makes_them_no_younger(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    advisory = small.osv("CVE-2026-9", "PyPI", "a", ("introduced", "0"))
    advisory["modified"] = "2026-03-04T00:00:00Z"
    (folder / "a.json").write_text(json.dumps(advisory))
    old = {"cveID": "CVE-2025-1", "dateAdded": "2025-02-01", "knownRansomwareCampaignUse": "Known"}
    catalogue = {**small.KEV, "dateReleased": "2025-02-03T00:00:00Z", "vulnerabilities": [old]}
    (folder / "kev.json").write_text(json.dumps(catalogue))
    found = import_paths([str(folder)], target=str(tmp_path / "db.sqlite"))
    assert [one.dated[:10] for one in found] == ["2025-02-03"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.json", b""),
        ("none.json", b"{}"),
        ("text.md", b"# nothing"),
        ("cut.json.gz", gzip.compress(GOOD * 1000)[:-30]),
        ("cut.tar.gz", small.tar_gz({"a.json": GOOD * 10_000})[:-40]),
        ("flip.json.xz", lzma.compress(GOOD)[:60] + bytes(9) + lzma.compress(GOOD)[69:]),
        ("cut.zip", b"PK\x03\x04" + b"\0" * 100),
        ("cut.lz4", b"\x04\x22\x4d\x18\x64\x40\xa7\xff\xff\xff\x7f"),
        ("cut_tracker.json", json.dumps(small.TRACKER).encode()[:-40]),
    ],
)
def test_what_holds_nothing_is_an_error(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=path.name.partition(".")[0]):
        import_paths([str(path)], target=str(tmp_path / "db.sqlite"))
    assert not (tmp_path / "db.sqlite").exists()


def test_a_zip_that_lies_about_sizes_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jettison.vulnerabilities import bundles

    monkeypatch.setattr(bundles, "MAX_MEMBER", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"0" * (64 << 20))
    with pytest.raises(SourceError, match="larger than"):
        import_paths([str(path)], target=str(tmp_path / "db.sqlite"))


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_bytes(GOOD)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    (folder / "up").symlink_to(tmp_path)
    with pytest.raises(SourceError, match="nothing of a known format"):
        import_paths([str(folder)], target=str(tmp_path / "db.sqlite"))


def test_lz4_is_read_as_apt_writes_it(tmp_path: Path) -> None:
    from jettison.vulnerabilities.lz4_frame import Lz4Error, decompress

    # Two blocks by hand: a literal, then a match that repeats what it writes; then a block as it is.
    block = bytes([0x15]) + b"a" + b"\x01\x00" + bytes([0x50]) + b"bcdef"
    frame = b"\x04\x22\x4d\x18\x60\x40\x82" + len(block).to_bytes(4, "little") + block
    frame += (3 | 1 << 31).to_bytes(4, "little") + b"xyz" + bytes(4)
    assert decompress(frame, 100) == b"a" * 10 + b"bcdef" + b"xyz"
    assert decompress(frame * 2, 100) == (b"a" * 10 + b"bcdef" + b"xyz") * 2
    for end in range(1, len(frame)):
        try:
            decompress(frame[:end], 100)
        except Lz4Error:
            continue
        assert end < 4
    with pytest.raises(Lz4Error, match="more than"):
        decompress(frame, 5)
