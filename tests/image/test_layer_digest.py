"""The digest of a layer that lies in a file."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import pytest

from jettison.image import mapped
from jettison.image.blob import Blob, identity_of

DATA = secrets.token_bytes(mapped.COPIED + 70_001)


def blob(path: Path, offset: int, size: int) -> Blob:
    with path.open("rb") as stream:
        return Blob(str(path), offset, size, identity_of(stream))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize(
    ("offset", "size"), [(0, len(DATA)), (1, len(DATA) - 1), (4096, 0), (4095, mapped.COPIED), (512, 3)]
)
def test_a_digest_is_of_the_blob_alone(offset: int, size: int, file: Path) -> None:
    assert mapped.digest_of(blob(file, offset, size)) == hashlib.sha256(DATA[offset : offset + size]).hexdigest()


def test_an_empty_file_has_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert mapped.digest_of(blob(tmp_path / "empty", 0, 0)) == hashlib.sha256().hexdigest()


def test_a_file_that_is_too_short_is_told(file: Path) -> None:
    with pytest.raises(EOFError, match="cut off"):
        mapped.digest_of(blob(file, 512, len(DATA)))
