"""`jettison fix` writes the files that a fix asks for, too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jettison.cli.main import main

DOCKERFILE = 'FROM node:20\nWORKDIR /srv\nCOPY . .\nCMD ["node", "a.js"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    for name in (".git/objects/a", "node_modules/a/index.js", "a.js", "package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n" * 100)
    return tmp_path


def test_a_file_that_is_missing_is_written_where_unsafe_fixes_are_asked_for(project: Path) -> None:
    ignore = project / ".dockerignore"
    assert main(["fix", "--no-config", "--select", "JT203", str(project)]) == 0
    assert not ignore.exists()
    assert main(["fix", "--no-config", "--select", "JT203", "--unsafe", str(project)]) == 0
    assert ignore.read_text() == ".git\nnode_modules\n**/node_modules\n"
    assert main(["fix", "--no-config", "--select", "JT203", "--unsafe", "--diff", str(project)]) == 0


def test_a_difference_shows_it_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--no-config", "--select", "JT203", "--unsafe", "--diff", str(project)]) == 1
    assert "+**/node_modules\n" in capsys.readouterr().out
    assert not (project / ".dockerignore").exists()


@pytest.mark.parametrize("folder", [".", "absolute", "../{}"])
def test_git_takes_a_difference_from_the_folder_in_which_it_was_made(
    folder: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    asked = {".": ".", "absolute": str(project)}.get(folder, folder.format(project.name))
    assert main(["fix", "--no-config", "--select", "JT203,JT301,JT302,JT110", "--unsafe", "--diff", asked]) in (0, 1)
    diff = capsys.readouterr().out
    assert "+++ b/.dockerignore\n" in diff and "+++ b/Dockerfile\n" in diff
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=diff, text=True, check=True)
    assert (project / ".dockerignore").exists() and (project / "Dockerfile").read_text() != DOCKERFILE


def test_what_lies_elsewhere_is_named_from_the_root(
    project: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main(["fix", "--no-config", "--select", "JT203", "--unsafe", "--diff", str(project)]) == 1
    assert f"+++ b{project}/.dockerignore\n" in capsys.readouterr().out


def test_two_findings_that_ask_for_the_same_file_both_get_their_lines(project: Path) -> None:
    (project / "secrets").mkdir()
    (project / "secrets" / "id_rsa").write_text(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + "b3BlbnNzaC1rZXktdjEAAAAA" * 20
        + "\n-----END OPENSSH PRIVATE KEY-----\n"
    )
    (project / "Dockerfile").write_text(DOCKERFILE.replace("COPY . .", "COPY --exclude=secrets . .\nCOPY a.js ."))
    assert main(["check", "--no-config", "--select", "JT203,JT370", str(project)]) == 1
    assert main(["fix", "--no-config", "--select", "JT203,JT370", "--unsafe", str(project)]) == 0
    lines = (project / ".dockerignore").read_text().splitlines()
    assert {"node_modules", ".git", "secrets/id_rsa"} <= set(lines)
    assert len(lines) == len(set(lines))


def test_a_file_that_is_there_stays_as_it_is(project: Path) -> None:
    (project / ".dockerignore").write_text("# mine\n")
    assert main(["fix", "--no-config", "--select", "JT203", "--unsafe", str(project)]) == 0
    assert (project / ".dockerignore").read_text() == "# mine\n"


def test_a_name_that_would_mean_something_else_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nCOPY a.js .\n")
    (tmp_path / "a.js").write_text("x")
    for folder in ("a\n!*", "!b", "*", "c"):
        (tmp_path / folder).mkdir()
    for folder in ("a\n!*", "!b", "*"):
        (tmp_path / folder / "id_rsa").write_text("x")
    assert main(["check", "--no-config", "--select", "JT370", str(tmp_path)]) == 1
    assert main(["fix", "--no-config", "--select", "JT370", "--unsafe", str(tmp_path)]) == 0
    assert not (tmp_path / ".dockerignore").exists()
    (tmp_path / "c" / "id_rsa").write_text("x")
    assert main(["fix", "--no-config", "--select", "JT370", "--unsafe", str(tmp_path)]) == 0
    assert (tmp_path / ".dockerignore").read_text() == "c/id_rsa\n"


def test_a_patch_is_whole_where_a_difference_is_masked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = b"FROM debian:12\nENV DB_PASSWORD=kX92mfQz7Lp\nRUN apt-get install curl # caf\xe9 \x0c\n"
    file, patch = tmp_path / "Dockerfile", tmp_path / "new/fix.patch"
    file.write_bytes(before)
    monkeypatch.chdir(tmp_path)
    assert main(["fix", "--diff", "--patch", "new/fix.patch", "Dockerfile"]) == 1
    out, err = capsys.readouterr()
    assert "kX92" not in out + err
    assert " ENV DB_PASSWORD=***" in out
    assert "--patch FILE writes it whole" in err
    assert patch.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes() == before
    subprocess.run(["git", "apply", str(patch)], check=True)
    assert file.read_bytes() == before.replace(b"apt-get install", b"apt-get -y install") != before


def test_a_patch_that_cannot_be_written_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "file").write_text("")
    assert main(["fix", "--patch", str(project / "file" / "x"), str(project)]) == 3
    assert "cannot be written" in capsys.readouterr().err
