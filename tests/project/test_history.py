"""Real git repositories: what is counted, what is bounded, and that nothing of a stranger's settings is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from jettison.project import history
from jettison.project.history import History, read_history


def git(folder: Path, *arguments: str, text: bytes = b"") -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", str(folder), *arguments], input=text, check=True, capture_output=True, env=env)


def repository(folder: Path, commits: list[list[str]]) -> Path:
    """Make a repository in which each commit writes these files anew."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    stream = b""
    for number, names in enumerate(commits):
        stream += b"commit refs/heads/main\ncommitter a <a@example.org> %d +0000\ndata 1\nx\n" % (
            1_700_000_000 + number
        )
        for name in names:
            content = str(number).encode()
            stream += b'M 100644 inline "%s"\ndata %d\n%s\n' % (name.encode(), len(content), content)
    git(folder, "fast-import", "--quiet", text=stream)
    git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    git(folder, "reset", "-q", "--hard")
    return folder


def test_commits_that_change_a_file_are_counted(tmp_path: Path) -> None:
    commits = [["src/a.js", "assets/logo.svg", "ünicode name"]] + [["src/a.js"]] * 20 + [["src/b.js"]] * 9
    found = read_history(str(repository(tmp_path, commits)))
    assert found is not None and len(found.commits) == 30
    assert [found.changes([p]) for p in ("src/a.js", "src/b.js", "assets/logo.svg", "ünicode name", "none")] == [
        21,
        9,
        1,
        1,
        0,
    ]
    assert found.changes(["src/a.js", "src/b.js"]) == 30


def test_a_project_in_a_folder_of_its_repository_has_its_own_history(tmp_path: Path) -> None:
    repository(tmp_path, [["web/a"], ["other/b"]] * 25)
    assert read_history(str(tmp_path / "web")) == History((frozenset(["a"]),) * 25)


def test_few_commits_no_repository_and_no_git_tell_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_history(str(repository(tmp_path / "few", [["a"]] * 19))) is None
    assert read_history(str(tmp_path / "not-there")) is None
    repository(tmp_path / "enough", [["a"]] * 20)
    assert read_history(str(tmp_path / "enough")) is not None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_history(str(tmp_path / "enough")) is None


def test_a_commit_of_very_many_files_counts_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_FILES", 3)
    found = read_history(str(repository(tmp_path, [["a"]] * 20 + [["a", "b", "c", "d"]])))
    assert found is not None and found.changes(["a"]) == 20


def test_the_environment_names_no_other_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = repository(tmp_path / "project", [["a"]] * 20)
    other = repository(tmp_path / "other", [["b"]] * 20)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    found = read_history(str(project))
    assert found is not None and found.changes(["a"]) == 20


def test_nothing_that_a_repository_names_is_run(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", [["a", ".gitattributes"]] * 20)
    (project / ".gitattributes").write_text("* diff=evil filter=evil\n")
    told = tmp_path / "told"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {told}\n")
    program.chmod(0o755)
    for name in (
        "core.fsmonitor", "core.pager", "pager.log", "gpg.program", "diff.external", "diff.evil.command",
        "diff.evil.textconv", "filter.evil.clean", "filter.evil.process", "core.sshCommand", "core.gitProxy",
        "core.alternateRefsCommand", "core.askPass", "core.editor", "credential.helper", "alias.log", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        git(project, "config", name, f"!{program}" if name.startswith("alias") else str(program))
    git(project, "config", "log.showSignature", "true")
    hooks = project / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(program, hooks / name)
    # A missing object of a partial clone would be fetched from here.
    git(project, "config", "remote.origin.url", f"ext::{program}")
    git(project, "config", "remote.origin.promisor", "true")
    git(project, "config", "extensions.partialClone", "origin")
    objects = sorted(path for path in (project / ".git" / "objects").rglob("*") if path.is_file())
    found = read_history(str(project))
    assert found is not None and len(found.commits) == 20
    for path in objects:
        path.unlink()
    assert read_history(str(project)) is None
    assert not told.exists()


def test_a_log_without_end_is_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(history, "MAX_SECONDS", 0.2)
    assert read_history(str(tmp_path)) is None
    slow.write_text("#!/bin/sh\nexec yes a\n")
    monkeypatch.setattr(history, "MAX_SECONDS", 30.0)
    monkeypatch.setattr(history, "MAX_BYTES", 1000)
    assert read_history(str(tmp_path)) is None
