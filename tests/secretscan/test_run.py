"""Files that are searched together give what each gives by itself, whatever stands between them."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from jettison.image.blob import Blob
from jettison.image.collect import InventoryCollector
from jettison.image.mapped import scan_map
from jettison.secretscan import engine
from jettison.secretscan.run import Placed
from jettison.secretscan.scanner import Scanner

from .samples import all_samples

# An invented key id of the right form.
KEY = b"AKIA" + b"QYLPMN5HHHFPZAM2"


def _run(scanner: Scanner, files: list[tuple[str, bytes]], between: bytes) -> dict[str, list[object]]:
    data, placed = b"", []
    for index, (path, content) in enumerate(files):
        placed.append(Placed(path, 0o644, len(content), len(data), index))
        data += content + between
    return {path: list(hits) for path, hits in scanner.scan_run(placed, memoryview(data))}


def test_every_sample_is_found_as_alone(scanner: Scanner) -> None:
    files = [(f"{number}/{sample.path}", sample.text) for number, sample in enumerate(all_samples())]
    alone = {path: list(hits) for path, data in files if (hits := scanner.text(path, data))}
    assert len(alone) > 150
    assert _run(scanner, files, b"\0") == alone


def test_a_match_over_two_files_is_none(scanner: Scanner) -> None:
    files = [("a", KEY[:10]), ("b", KEY[10:]), ("c", KEY)]
    assert set(_run(scanner, files, b"")) <= {"c"}
    assert set(_run(scanner, files, b"\0")) == {"c"}


@pytest.mark.parametrize("limit", ["MAX_EVENTS", "MAX_OF_ONE"])
def test_one_file_full_of_matches_hides_nothing(limit: str, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, limit, 20)
    files = [("a", b" ".join([KEY] * 50)), ("b", KEY)]
    assert set(_run(scanner, files, b"\0")) == {"a", "b"}


def test_many_names_that_are_looked_at_hide_none(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_OF_ONE", 20)
    files = [(f"srv/{number}/settings", b"x") for number in range(50)]
    files.append(("root/.netrc", b"machine a login b password kT9xw2Qm4z\n"))
    assert set(_run(scanner, files, b"\0")) == {"root/.netrc"}


def test_names_with_line_ends_and_odd_bytes(scanner: Scanner) -> None:
    netrc = b"machine a login b password kT9xw2Qm4z\n"
    files = [("x\nroot", b"a"), ("caf\udce9/\u00e9", b"b"), ("root/.netrc", netrc), ("y", b"c")]
    assert set(_run(scanner, files, b"\0")) == {"root/.netrc"}


@pytest.mark.parametrize("pad", range(3))
@pytest.mark.parametrize("size", [512, 1024, 700])
def test_what_the_tar_holds_around_a_file_is_no_part_of_it(
    tmp_path: Path, scanner: Scanner, size: int, pad: int
) -> None:
    """A key that fills the last byte of a block, and a header whose unused last byte is a letter."""
    content = KEY + b"\n" * (size - 2 * len(KEY)) + KEY
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("aaa", "bbb", "ccc"):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    data = bytearray(made.getvalue())
    step = 512 + size + -size % 512
    for begin in range(0, 3 * step, step):
        data[begin + 511 - pad] = ord("x")
        total = sum(data[begin : begin + 148]) + 8 * 0x20 + sum(data[begin + 156 : begin + 512])
        data[begin + 148 : begin + 156] = b"%06o\0 " % total
    path = tmp_path / "layer.tar"
    path.write_bytes(data)
    info = path.stat()
    blob = Blob(str(path), 0, len(data), (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns))
    facts = scan_map(blob, 0, None, InventoryCollector(scanner))
    found = [(name, [hit.offset for hit in hits]) for name, hits in facts.hits.items()]
    assert found == [(name, [0, size - len(KEY)]) for name in ("aaa", "bbb", "ccc")]


def test_what_only_looks_like_a_key_hides_none_behind_it(scanner: Scanner) -> None:
    data = b"x%s " % KEY * 1000 + KEY
    assert [hit.offset for hit in scanner.text("srv/a.txt", data)] == [len(data) - len(KEY)]
