"""Byte code of installed packages is searched unless its source, which is searched, lies beside it."""

from __future__ import annotations

import os
import py_compile
from pathlib import Path

import pytest

from jettison.image import layer_pool
from jettison.image.archive import read_file
from jettison.image.collect import InventoryCollector
from jettison.secretscan.scanner import Scanner
from secretscan.samples import all_samples

from .archives import blob_layout, tar_of

SECRET = next(sample for sample in all_samples() if sample.id == "slack-token").text
SOURCE = f"token = {SECRET.decode()!r}\n".encode()
FOLDER = "usr/local/lib/python3.11/site-packages/tool/"
HASHED = py_compile.PycInvalidationMode.UNCHECKED_HASH


def compiled(folder: Path, source: bytes, mode: py_compile.PycInvalidationMode | None = None) -> bytes:
    """Return the byte code of a source that was changed last when 1970 began, as all is in a tar of these tests."""
    path = folder / "source.py"
    path.write_bytes(source)
    os.utime(path, (0, 0))
    made = py_compile.compile(
        str(path), cfile=str(folder / "code.pyc"), doraise=True, invalidation_mode=mode or py_compile.PycInvalidationMode.TIMESTAMP
    )  # fmt: skip
    assert made
    return Path(made).read_bytes()


def told(folder: Path, members: list[tuple[str, bytes]], everything: bool = False, compress: bool = False) -> list[str]:
    """Return the paths in which secrets are found."""
    path = folder / "image.tar"
    path.write_bytes(blob_layout(tar_of(*((name, "file", content) for name, content in members)), compress=compress))
    return sorted(read_file(str(path), InventoryCollector(Scanner(everything))).facts[0].hits)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("tag", ["cpython-311", "cpython-311.opt-1", "cpython-314.opt-2", "pypy310"])
def test_what_has_its_source_is_searched_there(order: int, tag: str, compress: bool, tmp_path: Path) -> None:
    members = [(f"{FOLDER}__pycache__/a.{tag}.pyc", compiled(tmp_path, SOURCE)), (f"{FOLDER}a.py", SOURCE)]
    assert told(tmp_path, members[::order], compress=compress) == [f"{FOLDER}a.py"]
    assert told(tmp_path, members[::order], True, compress) == sorted(name for name, _ in members)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(
    ("name", "beside"),
    [
        (f"{FOLDER}__pycache__/a.cpython-311.pyc", None),
        (f"{FOLDER}__pycache__/a.cpython-311.pyc", (f"{FOLDER}a.py", b"token = None\n")),
        (f"{FOLDER}__pycache__/a.cpython-311.pyc", (f"{FOLDER}b.py", SOURCE)),
        (f"{FOLDER}__pycache__/a.cpython-311.pyc", (f"{FOLDER}a.py/c", SOURCE)),
        (f"{FOLDER}a.pyc", (f"{FOLDER}a.py", SOURCE)),
        ("srv/__pycache__/a.cpython-311.pyc", ("srv/a.py", SOURCE)),
    ],
)
def test_what_has_none_is_searched(name: str, beside: tuple[str, bytes] | None, compress: bool, tmp_path: Path) -> None:
    members = [(name, compiled(tmp_path, SOURCE)), *([beside] if beside else [])]
    assert name in told(tmp_path, members, compress=compress)


def test_what_does_not_say_when_its_source_was_changed_is_searched(tmp_path: Path) -> None:
    name = f"{FOLDER}__pycache__/a.cpython-311.pyc"
    code = compiled(tmp_path, SOURCE, HASHED)
    assert name in told(tmp_path, [(name, code), (f"{FOLDER}a.py", SOURCE)])
    for cut in (0, 3, 12, 15):
        told(tmp_path, [(name, code[:cut]), (f"{FOLDER}a.py", SOURCE)])


def test_every_name_is_told_somewhere_however_a_layer_is_parted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_pool, "MIN_PARALLEL", 0)
    monkeypatch.setattr(layer_pool, "MAX_PROCESSES", 1)
    code = compiled(tmp_path, SOURCE)
    names = [f"n{number:02}" for number in range(40)]
    members = [(f"{FOLDER}__pycache__/{name}.cpython-311.pyc", code) for name in names]
    members += [(f"{FOLDER}{name}.py", SOURCE) for name in names]
    for part in (1 << 11, 1 << 13, 1 << 15):
        monkeypatch.setattr(layer_pool, "MIN_PART", part)
        assert {f"{FOLDER}{name}.py" for name in names} <= set(told(tmp_path, members))
