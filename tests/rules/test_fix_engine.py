"""A real engine still accepts what fixes leave: its own parser reads every instruction of the fixed text.

The fixed text is followed by a stage of its own that is built: the engine reads and judges all instructions, and
builds nothing of the others, so that no base image is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine
from jettison.errors import JettisonError
from jettison.findings import UNSAFE
from jettison.rewrite.settle import fix_bytes
from jettison.rules.index import ENTRIES, load
from jettison.syntax.tree import parse

# What the oldest supported engine's own frontend does not know yet.
NEWER = (
    "--chmod",
    "--link",
    "<<",
    "--checksum",
    "--start-interval",
    "--parents",
    "--exclude",
    "--network",
    "--security",
    "# syntax",
    "/}",
    "#syntax",
)
SAMPLE = 40


def accepted(engine: Engine, tag: str, folder: Path, text: bytes) -> str:
    """Return "" when the engine accepts a text, else why it does not."""
    (folder / "f").write_text("f")
    last = b"\nFROM scratch AS jettison-last\nCOPY f /f\n"
    try:
        engine.build(BuildRequest(str(folder), text.rstrip(b"\\`\n") + last, None, tag))
    except JettisonError as error:
        return str(error)
    return ""


def examples() -> list[tuple[str, str, str]]:
    """Return (code, before, after) of the first fix of each rule."""
    found = []
    for entry in ENTRIES:
        for example in load(entry.code).examples:
            if example.after not in (None, example.before) and not any(mark in str(example.after) for mark in NEWER):
                found.append((entry.code, example.before, str(example.after)))
                break
    return found


@pytest.mark.engine
def test_fixed_examples(engine: Engine, new_tag: Callable[[], str], tmp_path: Path) -> None:
    tag = new_tag()
    refused = {}
    for code, before, after in examples():
        why = accepted(engine, tag, tmp_path, after.encode())
        if why and not accepted(engine, tag, tmp_path, before.encode()):
            refused[code] = why
    assert refused == {}


@pytest.mark.engine
def test_fixed_files_of_the_corpus(
    engine: Engine, new_tag: Callable[[], str], tmp_path: Path, corpus: list[Path]
) -> None:
    tag = new_tag()
    refused = {}
    for path in corpus[:: max(1, len(corpus) // SAMPLE)]:
        data = path.read_bytes()
        after = fix_bytes(data, str(path), None, UNSAFE, frozenset(e.code for e in ENTRIES)).after
        if after == data or any(mark.encode() in after for mark in NEWER) or parse(data).errors:
            continue
        why = accepted(engine, tag, tmp_path, after)
        if why and not accepted(engine, tag, tmp_path, data):
            refused[str(path)] = why
    assert refused == {}
