"""Alpine as a base: for static programs as they are, for Python and Node.js built anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.engine.base import Features
from jettison.knowledge.musl_bases import ALPINE, musl_tag
from jettison.model.context import read_context
from jettison.model.dockerfile import build_model
from jettison.project.detect import detect
from jettison.rewrite.aim import by_aim
from jettison.rewrite.candidates import Candidate, candidates
from jettison.syntax.tree import parse

PYTHON = (
    'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nEXPOSE 80\nCMD ["python", "a.py"]\n'
)
NODE = 'FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm install\nEXPOSE 80\nCMD ["node", "a.js"]\n'
GO = 'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o app .\nEXPOSE 80\nCMD ["./app"]\n'


def made(tmp_path: Path, text: str, without: frozenset[str] = frozenset(), **files: str) -> dict[str, Candidate]:
    for name, content in files.items():
        (tmp_path / name.replace("__", ".")).write_text(content)
    model = build_model(parse(text.encode(), "Dockerfile"), read_context(str(tmp_path)))
    found, _ = candidates(model, detect(model.context, ("80/tcp",)), Features(mounts=True), without=without)  # type: ignore[arg-type]
    return {candidate.name: candidate for candidate in found}


@pytest.mark.parametrize(
    ("name", "tag", "musl"),
    [
        ("python", "3.11", "3.11-alpine"), ("python", "3.11-bookworm", "3.11-alpine"), ("node", None, "alpine"),
        ("node", "18", "18-alpine"), ("node", "lts", None), ("python", "3.11-slim", None), ("golang", "1.22", None),
    ],
)  # fmt: skip
def test_the_musl_form_is_of_the_same_version(name: str, tag: str | None, musl: str | None) -> None:
    assert musl_tag(name, tag) == musl


def test_python_and_node_are_built_anew_on_it_after_the_slim_form(tmp_path: Path) -> None:
    found = made(tmp_path, PYTHON, requirements__txt="flask\n", a__py="")
    assert list(found)[:2] == ["multi-stage on python:3.11-slim", "multi-stage on python:3.11-alpine"]
    text = found["multi-stage on python:3.11-alpine"].dockerfile.decode()
    assert text.startswith("FROM python:3.11-alpine AS build\n") and "\nFROM python:3.11-alpine\n" in text
    (tmp_path / "requirements.txt").unlink()
    found = made(tmp_path, NODE, package__json="{}", a__js="")
    assert "\nFROM node:18-alpine\n" in found["multi-stage on node:18-alpine"].dockerfile.decode()


def test_a_project_with_packages_of_its_distribution_is_not(tmp_path: Path) -> None:
    text = PYTHON.replace("COPY", "RUN apt-get update && apt-get install -y libpq-dev\nCOPY")
    assert not any("alpine" in name for name in made(tmp_path, text, requirements__txt="psycopg2\n", a__py=""))


def test_a_go_program_has_a_shell_there_and_time_zones_where_it_asks_for_them(tmp_path: Path) -> None:
    main = 'package main\nimport "time"\nfunc main() { time.LoadLocation("Europe/Berlin") }\n'
    found = made(tmp_path, GO, go__mod="module a\n", main__go=main)
    text = found[f"multi-stage on {ALPINE}"].dockerfile.decode()
    assert "RUN apk add --no-cache tzdata\n" in text and "wget" in text and "/jettison/probe" not in text
    assert by_aim(found.values(), "safe")[0].name == f"multi-stage on {ALPINE}"
    assert "alpine" not in by_aim(found.values(), "small")[0].name
    assert not any("alpine" in name for name in made(tmp_path, GO, frozenset(["alpine"])))
