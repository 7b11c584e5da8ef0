"""Layout never changes what is read: words of instructions and arguments of commands stay the same."""

from __future__ import annotations

import os
from pathlib import Path

from jettison.cli.fmt import layout_rules
from jettison.findings import SAFE
from jettison.model.dockerfile import build_model
from jettison.rewrite.settle import MAX_ROUNDS, fix_bytes
from jettison.rules.index import entries, load
from jettison.syntax.tree import parse

CORPUS = os.environ.get("JETTISON_CORPUS", "")
TEXTS = [example.before for entry in entries() for example in load(entry.code).examples]
TEXTS += [
    "FROM a\nRUN echo a\\ \nRUN b",
    "FROM a\n\n\n# escape=`\n\n\nRUN a \\\n\n\n  b  \n",
    "\n\n# escape=`\nFROM a\n",
    "FROM a\r\n\r\n\r\nRUN b \r\n",
    "FROM a\nRUN <<E \n\n\n x  \nE",
    "FROM a\nRUN a \\",
    "FROM a\nENV A=b\\ \n# c \\ \n\n\n",
]


def _read(data: bytes) -> list[object]:
    model = build_model(parse(data))
    found: list[object] = [tuple((node.keyword, _words(node)) for node in model.file.instructions)]
    found += [tuple(word.value for word in command.argv) for run in model.runs for command in run.commands]
    return found


def _words(node: object) -> object:
    flags = tuple((flag.name, flag.value) for flag in node.flags)  # type: ignore[attr-defined]
    heredocs = tuple(heredoc.body for heredoc in node.heredocs)  # type: ignore[attr-defined]
    # What follows AS is compared without regard to case, as builders do.
    words = tuple("as" if w.value.lower() == "as" else w.value for w in node.words)  # type: ignore[attr-defined]
    return words, flags, heredocs


def _holds(data: bytes) -> None:
    first = fix_bytes(data, "Dockerfile", None, SAFE, select=layout_rules())
    assert first.rounds < MAX_ROUNDS
    assert _read(first.after) == _read(data)
    assert fix_bytes(first.after, "Dockerfile", None, SAFE, select=layout_rules()).after == first.after


def test_examples_are_read_the_same() -> None:
    for text in TEXTS:
        _holds(text.encode())


def test_corpus_is_read_the_same() -> None:
    for path in sorted(Path(CORPUS).rglob("*")) if CORPUS else ():
        if path.is_file():
            _holds(path.read_bytes())
