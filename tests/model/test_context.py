"""The ignore rules, compared with what a real engine sends."""

from __future__ import annotations

import os
import random
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest
from jettison.engine.cli import CliEngine
from jettison.image.archive import read_archive
from jettison.model.context import Glob, IgnoreFile, Walks, _tokens, read_context

TREE = [
    "a.txt", "b.md", "README.md", "src/a.txt", "src/deep/a.txt", "src/deep/b.md", "src/keep.log", "logs/x.log", "logs/keep/x.log",
    "dir/sub/file", "dir/other", "we ird/na me", "x[1].txt", "#hash", "!bang", ".env", ".git/config", "node_modules/p/index.js",
]  # fmt: skip
IGNORES = [
    "", "*", "*\n!a.txt", "**", "*.md", "**/*.md", "*.md\n!README.md", "!README.md\n*.md", "/a.txt", "src/", "src", "src/*", "src/**",
    "src\n!src/deep", "src\n!src/deep/a.txt", "*/a.txt", "*/*/a.txt", "**/a.txt", "logs\n!logs/keep", "# a.txt\n\\#hash", "  b.md  ",
    "./b.md", "dir/../a.txt", "?.txt", "/  b.md", "/ *", "*\n/ !a.txt", "*\n!/ a.txt", "src  /",
    "**a.txt", "**[a-z].txt", "s**t", "***.md", "src/**p", "[ab].*", "x\\[1\\].txt", "we ird", "\\!bang", ".git", "**/.git", "node_modules", "s*c", "**/deep",
]  # fmt: skip
# Engines before 23, whose builder knows no `--link`, let a file in that lies below any folder that an exception names.
LATER = ["**/*.md\n!src", "*/*.txt\n!s*", "s*\n!**/deep\n*/deep/*.md"]


def make_tree(root: Path, ignore: str) -> None:
    for name in TREE:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (root / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (root / ".dockerignore").write_text(ignore + "\n")


@pytest.mark.engine
def test_same_files_as_a_real_engine(engine: CliEngine, tmp_path: Path) -> None:
    def difference(number: int, ignore: str) -> tuple[str, list[str], list[str]] | None:
        root = tmp_path / str(number)
        root.mkdir()
        make_tree(root, ignore)
        tag = f"jettison/test:{uuid.uuid4().hex[:8]}"
        text = (root / "Dockerfile").read_bytes()
        engine.build(BuildRequest(str(root), text, None, tag))
        try:
            with engine.save(tag) as stream:
                image = read_archive(stream)
        finally:
            engine.remove_image(tag)
        sent = {path for path, entry in image.files.items() if entry.kind == "file"} & set(TREE)
        ours = {file.path for file in read_context(str(root)).files()} & set(TREE)
        return (ignore, sorted(sent - ours), sorted(ours - sent)) if sent != ours else None

    # The engine mostly waits for itself.
    with ThreadPoolExecutor(4) as pool:
        ignores = IGNORES + LATER if engine.features.link else IGNORES
        found = list(pool.map(difference, range(len(ignores)), ignores))
    assert [each for each in found if each is not None] == []


def test_specific_ignore_file_wins(tmp_path: Path) -> None:
    make_tree(tmp_path, "a.txt")
    (tmp_path / "Dockerfile.dockerignore").write_text("b.md\n")
    context = read_context(str(tmp_path))
    assert context.exists("a.txt")
    assert not context.exists("b.md")


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_text("x")
    os.symlink("/", tmp_path / "root")
    os.symlink("real", tmp_path / "loop")
    assert {file.path for file in read_context(str(tmp_path)).files()} == {"real/x", "root", "loop"}


def test_hostile_patterns_stay_cheap() -> None:
    ignore = IgnoreFile.parse(("**/" * 60 + "a*" * 12 + "b\n").encode())
    assert not ignore.excludes("/".join(["aaaaaaaaaaaa"] * 12))


def test_both_matchers_agree() -> None:
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    source = random.Random(1)
    for _ in range(20_000):
        glob = "".join(source.choice(["a", "b", "/", "*", "**", "**/", "?"]) for _ in range(source.randint(1, 6)))
        path = "".join(source.choice("ab/") for _ in range(source.randint(1, 7)))
        tokens = _tokens(glob) or []
        regex = re.compile("".join(wild.get(token, token) for token in tokens) + r"\Z")
        assert bool(regex.match(path)) == Glob(tokens).match(path), (glob, path)


def test_one_walk_serves_all_dockerfiles_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.Dockerfile", "b.Dockerfile", "kept", "left"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".dockerignore").write_text("*.Dockerfile\nleft\n")
    walks: Walks = {}
    first = read_context(str(tmp_path), "a.Dockerfile", walks)
    second = read_context(str(tmp_path), "b.Dockerfile", walks)
    assert [file.path for file in first.files()] == [".dockerignore", "a.Dockerfile", "kept"]
    assert [file.path for file in first.ignored()] == ["b.Dockerfile", "left"]
    # Each is sent its own Dockerfile, although both stand in the patterns.
    assert [file.path for file in second.files()] == [".dockerignore", "b.Dockerfile", "kept"]
    assert [file.path for file in second.ignored()] == ["a.Dockerfile", "left"]
    assert len(walks) == 1
    # Other patterns keep other files back.
    (tmp_path / "b.Dockerfile.dockerignore").write_text("kept\n")
    third = read_context(str(tmp_path), "b.Dockerfile", walks)
    assert "left" in [file.path for file in third.files()] and len(third.ignored()) == 1


def test_an_exception_lets_in_what_it_could_change() -> None:
    ignore = IgnoreFile.parse(b"**/*.md\n!src\n*.log\n!logs/")
    # src was not kept back, so that there is nothing to let in again.
    assert ignore.excludes("src/a.md")
    assert not ignore.excludes("src/a.txt")
    ignore = IgnoreFile.parse(b"*\n!src\n**/*.md")
    assert not ignore.excludes("src/a.txt")
    assert ignore.excludes("src/a.md")
