"""A project is changed without changing what it does, so that only the time of a rebuild is measured."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jettison.errors import SourceError
from jettison.project.detect import SOURCES
from jettison.proof.measure import manifest_of, source_to_touch, touched_copy

READ = {
    "package.json": (json.loads, '{"dependencies": {}}'),
    "Cargo.toml": (tomllib.loads, "[package]\nname = 'a'"),
    "pom.xml": (ElementTree.fromstring, "<project></project>"),
    "src/a.py": (lambda text: ast.dump(ast.parse(text)), "if a:\n    b()"),
}


@pytest.mark.parametrize("name", READ)
def test_a_touched_file_differs_each_time_and_says_the_same(name: str, tmp_path: Path) -> None:
    read, text = READ[name]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    seen = set()
    for _ in range(2):
        with touched_copy(str(tmp_path), name) as copy:
            touched = (Path(copy) / name).read_text()
            assert str(read(touched)) == str(read(text)) or name == "pom.xml"
            seen.add(touched)
    assert len(seen) == 2 and (tmp_path / name).read_text() == text


def test_which_file_declares_the_dependencies(tmp_path: Path) -> None:
    assert manifest_of(["a.py", "package.json", "requirements.txt"]) == "requirements.txt"
    assert manifest_of(["README"]) is None
    (tmp_path / "a.xyz").write_text("")
    with pytest.raises(SourceError), touched_copy(str(tmp_path), "a.xyz"):
        pass


@pytest.mark.parametrize("ending", sorted({ending for endings in SOURCES.values() for ending in endings}))
def test_every_source_file_that_is_found_can_be_touched(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"a{ending}").write_text("")
    with touched_copy(str(tmp_path), f"a{ending}") as copy:
        assert (Path(copy) / f"a{ending}").read_text()


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["babel.config.js", "src/app.js", "src/app.test.js"], "src/app.js"),
        (["tests/a.py", "conftest.py", "app/main.py"], "app/main.py"),
        (["tests/a.py"], "tests/a.py"),
        (["public/index.php", "a.unknown"], "public/index.php"),
        (["a.unknown"], None),
        ([], None),
    ],
)
def test_the_file_that_stands_for_a_days_work(paths: list[str], expected: str | None) -> None:
    assert source_to_touch(paths) == expected
