"""Over real Dockerfiles: a rewrite never fails, reads as well as what it came from, and has nothing left to change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jettison.engine.base import Engine, Features
from jettison.lint.engine import check_bytes
from jettison.model.context import BuildContext, IgnoreFile, read_context
from jettison.project.detect import detect
from jettison.proof.frontend import refusal
from jettison.rewrite.candidates import Candidate, candidates
from jettison.syntax.tree import parse


def rewritten(data: bytes, path: Path, ignore: bytes | None = None) -> tuple[Candidate, ...]:
    context = read_context(str(path.parent), os.path.basename(path))
    if ignore is not None:
        context = BuildContext(context.root, context.dockerfile, IgnoreFile.parse(ignore), ".dockerignore")
    model = check_bytes(data, str(path), context).model
    if model is None or model.final is None:
        return ()
    project = detect(context, model.end_scope(model.final).exposed)
    return candidates(model, project, Features(mounts=True))[0]


def dockerfiles(corpus: list[Path]) -> list[Path]:
    return [path for path in corpus if any(word in path.name.lower() for word in ("dockerfile", "containerfile"))]


def test_every_rewrite_reads_well_and_is_a_fixed_point(corpus: list[Path]) -> None:
    count = 0
    for path in dockerfiles(corpus):
        data = path.read_bytes()
        for candidate in rewritten(data, path):
            count += 1
            assert len(parse(candidate.dockerfile).errors) <= len(parse(data).errors), (path, candidate.name)
            again = rewritten(candidate.dockerfile, path, candidate.dockerignore)
            assert [c.name for c in again] == [], (path, candidate.name)
    assert count > 0, "the corpus holds nothing to rewrite"


@pytest.mark.engine
def test_the_frontend_accepts_what_is_made_of_a_file_that_it_accepts(corpus: list[Path], engine: Engine) -> None:
    """tools/frontend.py does the same and counts."""
    refused = []
    for path in dockerfiles(corpus):
        data = path.read_bytes()
        for candidate in rewritten(data, path):
            reason = refusal(engine, candidate.dockerfile)
            if reason is not None and refusal(engine, data) is None:
                refused.append(f"{path}: {candidate.name}: {reason}")
    assert refused == []
