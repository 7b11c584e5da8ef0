"""The digest of a layer that lies in a file, in each of the ways it is made."""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
import secrets
from pathlib import Path

import pytest

from jettison.errors import ImageError
from jettison.image import mapped
from jettison.image.blob import Blob, identity_of

DATA = secrets.token_bytes(mapped.HASHED + 70_001)


def blob(path: Path, offset: int, size: int) -> Blob:
    path.write_bytes(DATA)
    with path.open("rb") as stream:
        return Blob(str(path), offset, size, identity_of(stream))


def unknown_advice(_data: mmap.mmap, _start: int, _end: int) -> None:
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


@pytest.fixture(params=["pages", "copies"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two: the second is for systems that do not know the advice of the first."""
    if request.param == "copies":
        monkeypatch.setattr(mapped, "_populate", unknown_advice)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("offset", "size"), [(0, len(DATA)), (1, len(DATA) - 1), (4096, 0), (4095, mapped.HASHED), (512, 3)]
)
def test_a_digest_is_of_the_blob_alone(offset: int, size: int, tmp_path: Path) -> None:
    found = mapped.digest_of(blob(tmp_path / "a", offset, size))
    assert found == hashlib.sha256(DATA[offset : offset + size]).hexdigest()


@pytest.mark.usefixtures("way")
def test_a_file_that_is_too_short_is_told(tmp_path: Path) -> None:
    with pytest.raises(EOFError, match="cut off"):
        mapped.digest_of(blob(tmp_path / "a", 512, len(DATA)))


@pytest.mark.usefixtures("way")
def test_nothing_has_a_digest_too(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    with empty.open("rb") as stream:
        made = Blob(str(empty), 0, 0, identity_of(stream))
    assert mapped.digest_of(made) == hashlib.sha256().hexdigest()


def test_a_file_that_is_cut_off_meanwhile_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    populate = mapped._populate

    def cut(data: mmap.mmap, start: int, end: int) -> None:
        os.truncate(tmp_path / "a", 4096)
        populate(data, start, end)

    made = blob(tmp_path / "a", 0, len(DATA))
    monkeypatch.setattr(mapped, "_populate", cut)
    # Where the advice is not known the file has changed when it is opened again.
    with pytest.raises((EOFError, ImageError), match=r"cut off|changed"):
        mapped.digest_of(made)
