"""Small images that would be large: memory stays below 256 MiB and time is bounded, whatever is in them.

Each bomb is read by the command itself in a process of its own, with its memory measured, its helpers included.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from .archives import old_layout, tar_of
from .layouts import CONFIG, LAYER, MANIFEST, Layout
from .test_hostile_headers import END, header, padded, pax, size

MEMORY = 256 << 20
# Of the processor, all processes together; the clock of a busy machine may show more.
SECONDS = 10
PATIENCE = 60
_RUN = """
import resource, sys
from jettison.cli.main import main
code = main(["inspect", "--format", "json", sys.argv[1]])
# The peak of this program alone: what getrusage says of itself includes the process that started it.
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
below = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
sys.stderr.write(f"\\nseconds {sum(one.ru_utime + one.ru_stime for one in times)}")
sys.stderr.write(f"\\nmemory {(own + below) * 1024}\\n")
sys.exit(code)
"""
ZEROS = bytes(16 << 20)


def zeros_member(count: int, pack: Callable[[bytes], bytes]) -> bytes:
    """Return a compressed tar with one file of `count` times 16 MiB of zeros; members and frames can be joined."""
    return pack(header(b"zeros", size=b"%011o\0" % (count * len(ZEROS)))) + pack(ZEROS) * count + pack(END)


def packed_gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def packed_zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(19).compress(data)


def layout(folder: Path, *blobs: tuple[bytes, str]) -> str:
    """Return a layout whose layers are blobs as they are, with diff ids that nobody can check in time."""
    made = Layout(folder / "layout")
    ids = [f"sha256:{hashlib.sha256(blob).hexdigest()}" for blob, _ in blobs]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": ids}}).encode()
    manifest = {
        "schemaVersion": 2,
        "config": made.describe(config, CONFIG),
        "layers": [made.describe(blob, f"{LAYER}{kind}") for blob, kind in blobs],
    }
    return made.index(made.describe(json.dumps(manifest).encode(), MANIFEST))


def archive(folder: Path, *layers: bytes) -> str:
    path = folder / "image.tar"
    path.write_bytes(old_layout(*layers))
    return str(path)


def sparse_archive(folder: Path, name: str, length: int, start: bytes = b"") -> str:
    """Return an archive with one huge file of zeros; the archive itself has holes, so that it costs no disk."""
    head = header(name.encode(), size=b"%011o\0" % length)
    digest = hashlib.sha256(head + start)
    left = length + -length % 512 - len(start)
    while left:
        piece = min(left, len(ZEROS))
        digest.update(ZEROS[:piece])
        left -= piece
    digest.update(END)
    config = json.dumps({"rootfs": {"diff_ids": [f"sha256:{digest.hexdigest()}"]}}).encode()
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": config_name, "Layers": ["layer.tar"]}]).encode()
    whole = 512 + length + -length % 512 + len(END)
    path = folder / "image.tar"
    with path.open("wb") as out:
        out.write(tar_of((config_name, "file", config), ("manifest.json", "file", manifest))[: -len(END)].rstrip(b"\0"))
        out.seek(out.tell() + -out.tell() % 512)
        out.write(header(b"layer.tar", size=b"%011o\0" % whole) + head + start)
        out.seek(length + -length % 512 - len(start) + len(END), os.SEEK_CUR)
        out.write(END)
    return str(path)


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return out.getvalue()


def nested_jar(depth: int) -> bytes:
    data = zipped({"META-INF/MANIFEST.MF": b"A: b\n", "big": bytes(4 << 20)})
    for level in range(depth):
        data = zipped({f"{level}-{n}.jar": data for n in range(4)})
    return data


def many_entries(count: int, name: Callable[[int], bytes]) -> bytes:
    return b"".join(header(name(number)) for number in range(count)) + END


def with_file(name: str, data: Callable[[], bytes]) -> Callable[[Path], str]:
    return lambda folder: archive(folder, tar_of((name, "file", data())))


def documents(**files: Callable[[], bytes]) -> Callable[[Path], str]:
    """Return what writes an archive with documents of any kind."""

    def write(folder: Path) -> str:
        path = folder / "image.tar"
        path.write_bytes(tar_of(*((name.replace("_json", ".json"), "file", data()) for name, data in files.items())))
        return str(path)

    return write


def _many_members(folder: Path) -> str:
    path = folder / "image.tar"
    path.write_bytes(many_entries(110_000, lambda n: b"m%d" % n))
    return str(path)


def _wide_window() -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False)
    return (
        zstandard.ZstdCompressor(compression_params=parameters).compress(bytes(1 << 20))[:4] + b"\x00\xa8" + bytes(64)
    )


DEEP = b"[" * 10_000 + b"]" * 10_000
BOMBS: dict[str, tuple[Callable[[Path], str], int]] = {
    "gzip, 2 GiB of zeros": (lambda f: layout(f, (zeros_member(128, packed_gzip), "+gzip")), 6),
    "zstd, 2 GiB of zeros": (lambda f: layout(f, (zeros_member(128, packed_zstd), "+zstd")), 6),
    "gzip of gzip of gzip": (with_file("a.gz", lambda: packed_gzip(packed_gzip(packed_gzip(ZEROS * 4)))), 0),
    "a gzip of 256 MiB in a file": (with_file("a.gz", lambda: packed_gzip(ZEROS) * 16), 0),
    "zip with 256 MiB in a jar": (with_file("a.jar", lambda: zipped({f"{n}.class": ZEROS for n in range(16)})), 0),
    "jar in jar in jar": (with_file("a.jar", lambda: nested_jar(5)), 0),
    "jar with 100,000 entries": (with_file("a.jar", lambda: zipped({f"e{n}": b"" for n in range(30_000)})), 0),
    "a million entries under gzip": (
        lambda f: layout(f, (packed_gzip(header(b"x")) * 1 + packed_gzip(header(b"y") * 8192) * 128 + packed_gzip(END), "+gzip")), 6,
    ),
    "100,000 entries of one name": (lambda f: archive(f, many_entries(100_000, lambda n: b"same")), 0),
    "100,000 whiteouts over 50,000 files": (
        lambda f: archive(
            f, many_entries(50_000, lambda n: b"d/f%d" % n), many_entries(50_000, lambda n: b"d/.wh.f%d" % n),
            many_entries(50_000, lambda n: b"d/f%d/.wh..wh..opq" % n),
        ), 0,
    ),
    "a path of 100,000 folders": (lambda f: archive(f, pax(("path", "a/" * 100_000 + "b")) + header() + END), 6),
    "5,000 paths of 500 folders": (
        lambda f: archive(f, b"".join(pax(("path", f"{n}/" + "a/" * 500 + "b")) + header() for n in range(5_000)) + END), 0,
    ),
    "a chain of 50,000 hard links": (
        lambda f: archive(
            f, header(b"h0", size=size(1)) + padded(b"x")
            + b"".join(header(b"h%d" % (n + 1), b"1", link=b"h%d" % n) for n in range(50_000)) + END,
        ), 0,
    ),
    "20,000 links in a ring, files through them": (
        lambda f: archive(
            f, b"".join(header(b"l%d" % n, b"2", link=b"l%d" % ((n + 1) % 20_000)) for n in range(20_000)) + END,
            many_entries(20_000, lambda n: b"l%d/x" % n),
        ), 0,
    ),
    "an extended header of 60 MiB": (lambda f: archive(f, header(b"p", b"x", size=size(60 << 20)) + bytes(60 << 20)), 6),
    "200 extended headers of 1 MiB": (
        lambda f: archive(f, b"".join(pax(("k", "v" * 1_000_000)) + header(b"x%d" % n) for n in range(200)) + END), 0,
    ),
    "a sparse file of a terabyte": (lambda f: archive(f, header(b"s", b"S", size=size(0)) + END), 6),
    "dpkg's status of 400 MiB": (lambda f: sparse_archive(f, "var/lib/dpkg/status", 400 << 20, b"Package: a\n"), 0),
    "a program of 400 MiB": (lambda f: sparse_archive(f, "usr/bin/python3.11", 400 << 20, b"\x7fELF"), 0),
    "package.json 10,000 deep": (with_file("node_modules/a/package.json", lambda: DEEP), 0),
    "package.json of a million lists": (with_file("node_modules/a/package.json", lambda: b"[" + b"[]," * 300_000 + b"[]]"), 0),
    "RECORD of 15 MB": (
        lambda f: archive(f, tar_of(
            ("p/a.dist-info/METADATA", "file", b"Name: a\nVersion: 1\n"), ("p/a.dist-info/RECORD", "file", b"a,,\n" * 3_900_000),
        )), 0,
    ),
    "200 kinds of package data of 1 MB": (
        lambda f: archive(f, tar_of(*((f"var/lib/dpkg/info/p{n}.list", "file", b"/a\n" * 350_000) for n in range(100)))), 0,
    ),
    "one line of 20 MB": (with_file("app.min.js", lambda: b"var a='" + b"AKIA" * 5_000_000 + b"'"), 0),
    "manifest.json of 100 MB": (documents(manifest_json=lambda: b" " * 100_000_000), 6),
    "manifest.json 10,000 deep": (documents(manifest_json=lambda: DEEP), 6),
    "index.json 10,000 deep": (documents(index_json=lambda: DEEP), 6),
    "an index of 100,000 images": (documents(index_json=lambda: json.dumps({"manifests": [{"digest": "sha256:" + "0" * 64}] * 50_000}).encode()), 6),
    "200,000 members": (lambda f: documents()(f) and _many_members(f), 6),
    "a configuration of 100 MB": (
        documents(manifest_json=lambda: b'[{"Config": "c.json", "Layers": []}]', c_json=lambda: b'{"a": "' + b"x" * 100_000_000 + b'"}'), 6,
    ),
    "50,000 layers": (
        documents(manifest_json=lambda: json.dumps([{"Config": "c.json", "Layers": ["l"] * 50_000}]).encode(), c_json=lambda: b"{}"), 6,
    ),
    "a window of 2 GiB": (lambda f: layout(f, (_wide_window(), "+zstd")), 6),
    "zlib in place of gzip": (lambda f: layout(f, (zlib.compress(ZEROS), "+gzip")), 6),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_memory_and_time_are_bounded(name: str, tmp_path: Path) -> None:
    make, code = BOMBS[name]
    target = make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _RUN, target], capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, "JETTISON_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert done.returncode == code, done.stderr[-2000:]
    assert float(done.stderr.rsplit("seconds ", 1)[1].split()[0]) < SECONDS, done.stderr[-500:]
    assert int(done.stderr.rsplit("memory ", 1)[1]) < MEMORY, done.stderr[-500:]


def test_there_are_enough_bombs() -> None:
    assert len(BOMBS) >= 30
