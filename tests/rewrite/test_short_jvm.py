"""Short runs of Maven get the options of short runs, where nothing else says which the JVM has."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.rewrite.short_jvm import MAX_SOURCES, OPTIONS, short_runs
from rewrite.project_folder import rewritten_once

HEAD = "FROM maven:3\nWORKDIR /app\nCOPY . .\n"


def rewritten(folder: Path, text: str, *more: str) -> str:
    return rewritten_once(short_runs, folder, text, dict.fromkeys(("pom.xml", "src/A.java", *more), ""))


def test_each_call_has_them(tmp_path: Path) -> None:
    text = rewritten(tmp_path, f"{HEAD}RUN set -e; mvn -B package \\\n    && ./mvnw verify\n")
    comment, rest = text.removeprefix(HEAD).split("\n", 1)
    assert comment.startswith("#")
    assert (
        rest == f'RUN set -e; MAVEN_OPTS="{OPTIONS}" mvn -B package \\\n    && MAVEN_OPTS="{OPTIONS}" ./mvnw verify\n'
    )


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (f"{HEAD}ENV MAVEN_OPTS=-Xmx2g\nRUN mvn package\n", ()),
        (f"{HEAD}RUN MAVEN_OPTS=-Xmx2g mvn package\n", ()),
        (f'{HEAD}RUN ["mvn", "package"]\n', ()),
        (f"{HEAD}RUN mvn package\n", (".mvn/jvm.config",)),
        (f"{HEAD}RUN mvn package\n", tuple(f"src/A{n}.java" for n in range(MAX_SOURCES))),
    ],
)
def test_a_large_project_and_one_with_options_of_its_own_are_left(
    text: str, more: tuple[str, ...], tmp_path: Path
) -> None:
    assert rewritten(tmp_path, text, *more) == text
