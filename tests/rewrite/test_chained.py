"""A RUN that installs, builds and removes what it installed: parted only where another stage takes what was built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jettison.findings import UNSAFE
from jettison.model.context import read_context
from jettison.model.dockerfile import build_model
from jettison.rewrite.chained import parted
from jettison.rewrite.settle import fix_bytes
from jettison.syntax.tree import parse

BEFORE = 'FROM node:18\nWORKDIR /app\nCOPY . .\nRUN {}\nCMD ["node", "a.js"]\n'


def rewritten(folder: Path, run: str) -> str:
    (folder / "package.json").write_text(json.dumps({"scripts": {"build": "tsc"}}))
    (folder / "web").mkdir()
    (folder / "web" / "package.json").write_text("{}")
    (folder / "web" / "a.js").write_text("let a = 1\n")
    data = BEFORE.format(run).encode()
    return parted(build_model(parse(data), read_context(str(folder)))).decode()


@pytest.mark.parametrize("folder", ["node_modules", "/app/node_modules", "./node_modules/*"])
def test_it_is_parted_where_it_becomes_a_build_stage(folder: str, tmp_path: Path) -> None:
    text = rewritten(tmp_path, f"npm ci && npm run build && rm -rf {folder}")
    assert text == (
        "FROM node:18\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
        f'RUN npm run build && rm -rf {folder}\nCMD ["node", "a.js"]\n'
    )


def test_what_is_then_left_in_a_folder_of_its_own_is_built_before_the_rest(tmp_path: Path) -> None:
    text = rewritten(tmp_path, "cd web && npm ci && npm run build && rm -rf node_modules")
    lines = text.splitlines()
    assert lines.index("COPY web/package*.json ./web/") < lines.index("RUN cd web && npm ci") < lines.index("COPY . .")


def test_the_rest_stays(tmp_path: Path) -> None:
    assert rewritten(tmp_path, "npm ci; rm -rf node_modules") == BEFORE.format("npm ci; rm -rf node_modules")


def test_fixes_leave_it_and_clean_up_where_the_cache_was_filled(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    for run, after in (
        ("npm ci && npm run build && rm -rf node_modules", "npm run build && rm -rf node_modules"),
        ("npm ci && npm run build", "\nRUN npm run build\n"),
    ):
        data = BEFORE.format(run).encode()
        text = fix_bytes(data, "Dockerfile", read_context(str(tmp_path)), UNSAFE).after.decode()
        assert after in text
        assert text.count("RUN") == (1 if "rm -rf" in run else 2)
