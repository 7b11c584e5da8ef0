"""What each COPY, ADD and bind mount takes from the build context."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.model import copied as module
from jettison.model.context import read_context
from jettison.model.dockerfile import build_model
from jettison.syntax.tree import parse

FILES = ("app.py", "src/a.py", "src/b.txt", "src-old/c.py", "docs/d.md")


def taken(folder: Path, *lines: str) -> list[tuple[str, ...]]:
    """Return the paths that each source of these instructions takes."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    text = "".join(f"{line}\n" for line in ("FROM debian:bookworm", *lines))
    model = build_model(parse(text.encode()), read_context(str(folder)))
    return [tuple(file.path for file in copy.files) for copy in model.copied()]


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("COPY . /x", tuple(sorted(FILES))),
        ("COPY src /x", ("src/a.py", "src/b.txt")),
        ("COPY ./src/ /x", ("src/a.py", "src/b.txt")),
        ("COPY src/*.py /x/", ("src/a.py",)),
        ("COPY src* /x/", ("src-old/c.py", "src/a.py", "src/b.txt")),
        ("COPY --exclude=**/*.md --exclude=src . /x", ("app.py", "src-old/c.py")),
        ("COPY --chown=app /app.py /x", ("app.py",)),
        ("COPY missing /x", ()),
        ("RUN --mount=type=bind,source=docs,target=/d ls", ("docs/d.md",)),
        ("RUN --mount=type=bind,target=/d ls", tuple(sorted(FILES))),
    ],
)
def test_source_takes_what_the_builder_takes(tmp_path: Path, line: str, paths: tuple[str, ...]) -> None:
    assert taken(tmp_path, line) == [paths]


@pytest.mark.parametrize(
    "line",
    [
        "COPY --from=other . /x",
        "ADD https://example.org/a.tgz /x",
        "RUN --mount=type=bind,from=other,target=/d ls",
        "RUN --mount=type=cache,target=/d ls",
        "COPY <<EOF /x\nhello\nEOF",
    ],
)
def test_what_does_not_come_from_the_context_counts_for_nothing(tmp_path: Path, line: str) -> None:
    assert taken(tmp_path, line) == []


def test_variable_in_the_source_is_replaced(tmp_path: Path) -> None:
    assert taken(tmp_path, "ARG part=docs", "COPY $part /x") == [("docs/d.md",)]


def test_without_a_context_nothing_is_known() -> None:
    assert build_model(parse(b"FROM a\nCOPY . /x\n")).copied() == ()


def test_too_much_to_look_at_gives_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_LOOKS", 3)
    assert taken(tmp_path, "COPY src* /x/") == []
