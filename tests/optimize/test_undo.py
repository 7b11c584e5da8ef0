"""What was written can be taken back, byte for byte, unless someone changed it since."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.atomic import Replacement, replace_all
from jettison.cli.main import main
from jettison.errors import SourceError
from jettison.optimize.undo import MAX_KEPT, keep, last_step, undo

OLD = b"FROM a\r\n# \xff\n"


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


def write(project: Path, new: bytes = b"FROM b\n") -> None:
    dockerfile = project / "Dockerfile"
    replacements = [Replacement(str(dockerfile), dockerfile.read_bytes(), new)]
    if not (project / ".dockerignore").exists():
        replacements.append(Replacement(str(project / ".dockerignore"), None, b".git\n"))
    keep(str(project), replacements)
    replace_all(replacements)


def test_what_was_written_is_taken_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_bytes(OLD)
    dockerfile.chmod(0o640)
    write(tmp_path)
    write(tmp_path, b"FROM c\n")
    assert main(["undo", str(tmp_path)]) == 0
    assert dockerfile.read_bytes() == b"FROM b\n"
    capsys.readouterr()
    assert main(["undo", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"restored {dockerfile}\nremoved {tmp_path / '.dockerignore'}\n"
    assert dockerfile.read_bytes() == OLD
    assert dockerfile.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"], "what it made is gone again"
    assert main(["undo", str(tmp_path)]) == 3
    assert "written nothing here" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["Dockerfile", ".dockerignore"])
def test_a_file_that_changed_since_is_not_touched(tmp_path: Path, change: str) -> None:
    (tmp_path / "Dockerfile").write_bytes(OLD)
    write(tmp_path)
    (tmp_path / change).write_bytes(b"mine\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(SourceError, match="changed since jettison wrote it; nothing was restored"):
        undo(str(tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_record_is_private_and_bounded(tmp_path: Path, own_state: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(OLD)
    for number in range(MAX_KEPT + 3):
        write(tmp_path, b"FROM %d\n" % number)
    records = sorted(own_state.rglob("*.json"))
    assert len(records) == MAX_KEPT
    assert {record.stat().st_mode & 0o777 for record in records} == {0o600}
    assert {record.parent.stat().st_mode & 0o777 for record in records} == {0o700}
    records[-1].write_text('{"files": 3}')
    with pytest.raises(SourceError, match="damaged"):
        last_step(str(tmp_path))
