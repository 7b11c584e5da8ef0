"""Packed data: what is found inside, and the limits that hostile data meets."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import os
import random
import subprocess
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard

from jettison.secretscan import packed
from jettison.secretscan import scanner as scanner_module
from jettison.secretscan.scanner import Scanner

from .samples import github_token

TOKEN = github_token(random.Random(61)).encode()
TEXT = b"line\n" * 200 + b"token = " + TOKEN + b"\n"


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def _xz_zip(name: str, data: bytes) -> bytes:
    """Return a ZIP with one entry packed as xz (method 95), which Python does not write: it is stored, and renamed."""
    content = lzma.compress(data)
    whole = _zip((name, content), method=zipfile.ZIP_STORED)
    central = whole.rindex(b"PK\x01\x02")
    marked = whole[:8] + b"\x5f\0" + whole[10 : central + 10] + b"\x5f\0" + whole[central + 12 :]
    return marked[: central + 24] + len(data).to_bytes(4, "little") + marked[central + 28 :]


def _deb(*members: tuple[str, bytes]) -> bytes:
    out = b"!<arch>\n"
    for name, data in (("debian-binary", b"2.0\n"), *members):
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
    return out


def _packed_tar(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


_CONTROL = ("control.tar.gz", gzip.compress(_packed_tar(("./control", b"Package: x\n"))))
_DATA = _packed_tar(("./srv/app.conf", TEXT))
FORMS = {
    "bzip2 in zip": _zip(("a.txt", b"x"), ("b.py", TEXT), method=zipfile.ZIP_BZIP2),
    "lzma in zip": _zip(("a.txt", b"x"), ("b.py", TEXT), method=zipfile.ZIP_LZMA),
    "xz in zip": _xz_zip("b.py", TEXT),
    "Debian package, gzip": _deb(_CONTROL, ("data.tar.gz", gzip.compress(_DATA))),
    "Debian package, xz": _deb(_CONTROL, ("data.tar.xz", lzma.compress(_DATA))),
    "Debian package, zstd": _deb(_CONTROL, ("data.tar.zst", zstandard.ZstdCompressor().compress(_DATA))),
    "script of a Debian package": _deb(
        ("control.tar.gz", gzip.compress(_packed_tar(("./postinst", TEXT)))), ("data.tar", b"")
    ),
    "Debian package in tar": gzip.compress(
        _packed_tar(("x.deb", _deb(_CONTROL, ("data.tar.xz", lzma.compress(_DATA)))))
    ),
    "base64 of base64": b"value: " + base64.b64encode(base64.b64encode(TOKEN + b"\n")) + b"\n",
    "gzip": gzip.compress(TEXT),
    "gzip, two members": gzip.compress(b"first\n") + gzip.compress(TEXT),
    "zstd": zstandard.ZstdCompressor().compress(TEXT),
    "bzip2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "zlib": zlib.compress(b"blob 9\0" + TEXT),
    "zip": _zip(("a.txt", b"x"), ("b/c.py", TEXT)),
    "stored zip": _zip(("a.txt", TEXT)),
    "gzip in zip": _zip(("a.gz", gzip.compress(TEXT))),
    "zip in zip in gzip": gzip.compress(_zip(("lib/b.jar", _zip(("c.class", TEXT))))),
    "base64 in gzip": gzip.compress(base64.b64encode(TEXT)),
}


@pytest.mark.parametrize("form", FORMS)
def test_it_is_found_inside(form: str, scanner: Scanner) -> None:
    hits = [hit for hit in scanner.text("srv/data.bin", FORMS[form]) if hit.detector == "github-token"]
    # zstd leaves what it cannot shorten as it is: then it is found twice.
    assert {hit.level for hit in hits} == {2}
    assert any(hit.via for hit in hits)


def test_a_member_is_judged_by_its_own_name(scanner: Scanner) -> None:
    (hit,) = scanner.text("srv/app.zip", _zip(("x/.env", b"DB_PASSWORD=Kx93mVpq7Rt2\n")))
    assert (hit.detector, hit.via) == ("env-file-secret", "zip:x/.env")


def test_deeper_than_three_is_not_opened(scanner: Scanner) -> None:
    data = TEXT
    for _ in range(packed.MAX_DEPTH):
        data = gzip.compress(data)
    assert scanner.text("a", data)
    assert scanner.text("a", gzip.compress(data)) == []


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(150 << 20), 1),
    "zstd": lambda: zstandard.ZstdCompressor().compress(bytes(200 << 20)),
    "bzip2": lambda: bz2.compress(bytes(60 << 20)),
    "xz": lambda: lzma.compress(bytes(100 << 20), preset=0),
    "zip of many": lambda: _zip(*((f"m{n}", bytes(2 << 20)) for n in range(80))),
    "Debian package": lambda: _deb(*(("data.tar.xz", lzma.compress(bytes(60 << 20), preset=0)) for _ in range(2))),
    "bzip2 in zip": lambda: _zip(*((f"m{n}", bytes(8 << 20)) for n in range(9)), method=zipfile.ZIP_BZIP2),
    "lzma in zip": lambda: _zip(*((f"m{n}", bytes(8 << 20)) for n in range(5)), method=zipfile.ZIP_LZMA),
    "nested gzip": lambda: gzip.compress(gzip.compress(gzip.compress(bytes(200 << 20), 1))),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_meets_the_limits(bomb: str, scanner: Scanner) -> None:
    data = BOMBS[bomb]()
    limit = min(packed.MAX_PLAIN * 2, packed.FREE * 16 + packed.MAX_RATIO * len(data))
    plain = sum(len(part.data) for part in packed.parts(data, packed.Budget(len(data))))
    assert plain <= limit
    tracemalloc.start()
    start = time.process_time()
    scanner.text("a", data)
    spent = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * packed.MAX_PLAIN
    assert spent < 10


@pytest.mark.parametrize("form", FORMS)
def test_damage_is_no_error(form: str, scanner: Scanner) -> None:
    data = FORMS[form]
    chance = random.Random(form)
    for cut in sorted({0, 1, 3, 8, len(data) // 2, len(data) - 1}):
        scanner.text("a", data[:cut])
    for _ in range(60):
        broken = bytearray(data)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        scanner.text("a", bytes(broken))


def test_what_a_clone_once_held_is_found_in_its_pack(tmp_path: Path, scanner: Scanner) -> None:
    def git(*words: str) -> None:
        identity = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b",
        }
        environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *words], cwd=tmp_path, env=environment, check=True, capture_output=True)

    lines = [f"setting{n} = {random.Random(n).random()}\n" for n in range(400)]
    git("init", "-q", ".")
    for text in ("".join(lines), "".join([*lines[:200], f"token = {TOKEN.decode()}\n", *lines[200:]]), "".join(lines)):
        (tmp_path / "settings.py").write_text(text)
        git("add", ".")
        git("commit", "-q", "--allow-empty", "-m", "a")
    git("gc", "-q")
    (pack,) = (tmp_path / ".git/objects/pack").glob("*.pack")
    data = pack.read_bytes()
    hits = scanner.text(".git/objects/pack/a.pack", data)
    assert {(hit.detector, hit.via) for hit in hits} == {("github-token", "git pack")}
    chance = random.Random(3)
    for cut in range(0, len(data), max(1, len(data) // 40)):
        scanner.text("a.pack", data[:cut])
    for _ in range(60):
        broken = bytearray(data)
        broken[chance.randrange(12, len(broken))] ^= 1 << chance.randrange(8)
        scanner.text("a.pack", bytes(broken))


def test_the_same_again_is_not_unpacked_when_it_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner()
    data = gzip.compress(b"nothing here\n" * 500)
    assert scanner.text("usr/share/doc/a/changelog.gz", data) == []
    monkeypatch.setattr(scanner_module, "parts", None)
    assert scanner.text("usr/share/doc/b/changelog.gz", data) == []
    # Another one of the same size and end is looked at.
    other = gzip.compress(b"x") + data[len(gzip.compress(b"x")) :]
    assert (len(other), other[-8:]) == (len(data), data[-8:])
    with pytest.raises(TypeError):
        scanner.text("usr/share/doc/c/changelog.gz", other)


def test_the_same_under_a_name_that_means_something_is_looked_at() -> None:
    scanner = Scanner()
    data = gzip.compress(b"machine a login b password kT9xw2Qm4z\n")
    assert scanner.text("srv/notes.gz", data) == []
    assert [hit.detector for hit in scanner.text("root/.netrc.gz", data)] == ["netrc-password"]


@pytest.mark.parametrize(
    "data",
    [FORMS["gzip"], FORMS["gzip in zip"], gzip.compress(FORMS["gzip"])],
    ids=["gzip", "gzip in zip", "gzip twice"],
)
def test_what_holds_something_is_told_each_time(data: bytes) -> None:
    scanner = Scanner()
    first = scanner.text("srv/a.gz", data)
    assert first and [scanner.text(f"srv/{name}.gz", data) for name in "bc"] == [first] * 2


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MAX_KEPT", 1000)
    barren = packed.Barren()
    contents = [bytes([number]) * 300 for number in range(10)]
    for content in [*contents, bytes(1001)]:
        barren.add(content)
    assert [content in barren for content in contents] == [False] * 7 + [True] * 3
    assert bytes(1001) not in barren


def _tar(*members: tuple[str, bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


NETRC = b"machine git.corp.net login me password Tr0ub4dor-x9Kq\n"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_files_of_a_packed_tar_are_opened_and_known_by_their_names(form: int, scanner: Scanner) -> None:
    """An archive in one of them, and a file whose name says that it holds a password; each secret is told once."""
    folder = "srv/" + "deep/" * 16
    files = ((f"{folder}app.jar", _zip(("a.yml", TEXT))), (f"{folder}.netrc", NETRC), ("plain.txt", TEXT))
    for pack, how in ((gzip.compress, "gzip"), (bz2.compress, "bzip2")):
        data = pack(_tar(*files, form=form))
        found = {(hit.detector, hit.via) for hit in scanner.text("srv/app.tgz", data)}
        vias = {detector: {via for one, via in found if one == detector} for detector, _ in found}
        assert vias["github-token"] == {how, next(via for via in vias["github-token"] if via.endswith("zip:a.yml"))}
        assert all(".netrc" in via for via in vias["netrc-password"]) and len(vias["netrc-password"]) == 1
        assert len(found) == 3


def test_packed_files_of_a_plain_tar_are_opened(scanner: Scanner) -> None:
    settings = ("srv/config.ini", b"[db]\npassword = Tr0ub4dor-x9Kq\n")
    members = (
        ("a.gz", gzip.compress(TEXT)),
        ("b.tgz", gzip.compress(_tar(settings))),
        ("c.tar", _tar(settings)),
        settings,
    )
    found = {hit.via for hit in scanner.text("srv/backup.tar", _tar(*members))}
    inside = "tar:srv/config.ini"
    assert found == {"tar:a.gz > gzip", f"tar:b.tgz > gzip > {inside}", f"tar:c.tar > {inside}", inside}


def test_packages_that_apt_fetched_are_not_opened(scanner: Scanner) -> None:
    data = FORMS["Debian package, xz"]
    assert scanner.text("var/cache/apt/archives/x_1_amd64.deb", data) == []
    assert "deb:data.tar.xz" in {hit.via for hit in scanner.text("tmp/x_1_amd64.deb", data)}


def test_a_static_library_is_no_package(scanner: Scanner) -> None:
    assert not packed.is_packed((b"!<arch>\n" + b"main.o/".ljust(60))[: packed.HEAD])
    assert scanner.text("usr/lib/libx.a", b"!<arch>\n" + b"main.o/".ljust(60) + gzip.compress(TEXT)) == []


def test_a_tar_in_a_cache_of_downloads_is_not_opened(scanner: Scanner) -> None:
    data = gzip.compress(_tar((".netrc", NETRC)))
    assert scanner.text("root/.npm/_cacache/content-v2/sha512/ab/cd", data) == []
    assert scanner.text("srv/ab", data) != []


def test_a_tar_that_lies_is_no_error_and_takes_no_time(scanner: Scanner) -> None:
    good = _tar((".netrc", NETRC), ("b", b"x" * 600))
    start = time.process_time()
    for at, value in (
        (124, b"77777777777"),
        (124, b"-1         "),
        (124, b"\x80" + b"\xff" * 10),
        (156, b"L"),
        (257, b"nostar"),
    ):
        damaged = good[:at] + value + good[at + len(value) :]
        scanner.text("srv/a.tgz", gzip.compress(damaged))
        scanner.text("srv/a.tgz", gzip.compress(damaged[:700]))
    many = gzip.compress(good[: 512 * 2] * 60_000)
    assert scanner.text("srv/a.tgz", many)
    assert time.process_time() - start < 20
