"""What an ignore file keeps out of the next build is copied from no stage of it."""

from __future__ import annotations

from pathlib import Path

from jettison.model.context import BuildContext, IgnoreFile
from jettison.rewrite.kept_back import kept_back


def back(folder: Path, files: list[str], patterns: str, own: list[str], image: list[str]) -> set[str]:
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    context = BuildContext(str(folder), "Dockerfile", None, None)
    return kept_back(context, IgnoreFile.parse(patterns.encode()), own, {*own, *image})


def test_empty_folders_of_an_ignored_folder_go_with_its_files(tmp_path: Path) -> None:
    own = ["app/.git/HEAD", "app/.git/refs/tags", "app/.git/branches", "app/main.py"]
    found = back(tmp_path, [".git/HEAD", "main.py"], ".git\n", own, [])
    assert found == {"app/.git/HEAD", "app/.git/refs/tags", "app/.git/branches"}


def test_a_folder_of_the_same_name_that_came_from_elsewhere_stays(tmp_path: Path) -> None:
    own = ["usr/lib/x/docs/empty", "app/docs/a.md", "app/docs/empty"]
    found = back(tmp_path, ["docs/a.md", "main.py"], "docs\n", own, ["usr/lib/x/docs/index"])
    assert found == {"app/docs/a.md", "app/docs/empty"}


def test_a_folder_of_which_a_part_is_sent_stays(tmp_path: Path) -> None:
    files = ["data/a.log", "data/b.txt"]
    assert back(tmp_path, files, "**/*.log\n", ["app/data/a.log", "app/data/empty"], []) == {"app/data/a.log"}


def test_at_the_root_of_the_image(tmp_path: Path) -> None:
    assert back(tmp_path, [".git/HEAD"], ".git\n", [".git/HEAD", ".git/refs"], []) == {".git/HEAD", ".git/refs"}
