"""The lists of packages are found in a layer without reading it, or not at all."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from jettison.image import shipped
from jettison.image.blob import Blob, identity_of
from jettison.image.shipped import shipped_in

from .archives import tar_of

LISTS = [
    (f"var/lib/dpkg/info/{name}.list", "file", f"/.\n/usr/share/{name}/a\n/bin/{name}\n/etc/{name}\n".encode())
    for name in ("first", "second")
]
EXPECTED = {"usr/share/first/a", "bin/first", "usr/bin/first", "usr/share/second/a", "bin/second", "usr/bin/second"}
chance = random.Random(5)
BEFORE = [(f"usr/share/{n:04}", "file", chance.randbytes(chance.randrange(6_000))) for n in range(300)]
BEHIND = [(f"var/lib/zzz/{n:04}", "file", chance.randbytes(chance.randrange(6_000))) for n in range(300)]
LARGE = [("usr/lib/large", "file", bytes(3 << 20))]


def blob_of(folder: Path, data: bytes, ahead: int = 0) -> Blob:
    """Return a layer in a file, with other bytes in front of it."""
    path = folder / "layer"
    path.write_bytes(os.urandom(ahead) + data)
    with path.open("rb") as stream:
        return Blob(str(path), ahead, len(data), identity_of(stream))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halve small layers, too."""
    monkeypatch.setattr(shipped, "WORTH", 0)
    monkeypatch.setattr(shipped, "_NEAR", 8 << 10)
    monkeypatch.setattr(shipped, "_MAX_PASSED", 20)


@pytest.mark.parametrize("front", ["", "./"])
@pytest.mark.parametrize(
    "members",
    [
        [*LISTS], [*BEFORE, *LISTS], [*LISTS, *BEHIND], [*BEFORE, *LISTS, *BEHIND], [*LARGE, *BEFORE, *LISTS, *BEHIND],
        [*BEFORE, *LISTS, ("var/lib/large", "file", bytes(3 << 20)), *BEHIND],
    ],
)  # fmt: skip
def test_the_lists_are_found(members: list[tuple[str, str, bytes | str]], front: str, tmp_path: Path) -> None:
    data = tar_of(*((front + name, kind, content) for name, kind, content in members))
    assert set(shipped_in(blob_of(tmp_path, data))) == EXPECTED
    assert set(shipped_in(blob_of(tmp_path, data, ahead=513))) == EXPECTED


def test_where_there_are_none_there_is_nothing(tmp_path: Path) -> None:
    assert shipped_in(blob_of(tmp_path, tar_of(*BEFORE, *BEHIND))) == {}
    assert shipped_in(blob_of(tmp_path, tar_of())) == {}


def test_lists_out_of_order_may_be_missed_and_do_no_harm(tmp_path: Path) -> None:
    mixed = [*BEFORE, *LISTS, *BEHIND]
    random.Random(1).shuffle(mixed)
    assert set(shipped_in(blob_of(tmp_path, tar_of(*mixed)))) <= EXPECTED


@pytest.mark.parametrize("cut", [1, 700, 5_000, 100_000])
def test_a_damaged_layer_has_none(cut: int, tmp_path: Path) -> None:
    data = tar_of(*BEFORE, *LISTS)
    end = data.index(b"var/lib/dpkg/info/second.list")
    assert set(shipped_in(blob_of(tmp_path, data[: end - cut]))) <= EXPECTED
    broken = data[: end - 1024] + b"\xff" * 1024 + data[end:]
    assert set(shipped_in(blob_of(tmp_path, broken))) <= EXPECTED


def test_lists_beyond_all_measure_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shipped, "MAX_LISTS", len(LISTS[0][2]))
    assert set(shipped_in(blob_of(tmp_path, tar_of(*LISTS)))) == {path for path in EXPECTED if "first" in path}
