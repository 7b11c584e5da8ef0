"""The output of tsc is kept where the command is the compiler alone and all that it writes lies in one folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jettison.rewrite.tsc_cache import kept_output
from rewrite.project_folder import rewritten_once

HEAD = "FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
CONFIG = '{\n  // as written by hand\n  "compilerOptions": {"outDir": "./dist", "strict": true,},\n  "include": ["src/**/*"]\n}\n'


def rewritten(
    folder: Path, text: str, scripts: dict[str, str], config: str = CONFIG, version: str = "^5.7.3", old: str = ""
) -> str:
    package = {"name": "@shop/api", "scripts": scripts, "devDependencies": {"typescript": version}}
    files = {"package.json": json.dumps(package), "tsconfig.json": config, **({old: ""} if old else {})}
    return rewritten_once(kept_output, folder, text, files)


@pytest.mark.parametrize(
    ("command", "called"),
    [
        ("npm run build", "npm run build -- --incremental --tsBuildInfoFile /tmp/tsbuildinfo"),
        ("yarn run build", "yarn run build --incremental --tsBuildInfoFile /tmp/tsbuildinfo"),
        ("npx tsc -p tsconfig.json", "npx tsc -p tsconfig.json --incremental --tsBuildInfoFile /tmp/tsbuildinfo"),
    ],
)
def test_output_and_notes_travel_together(command: str, called: str, tmp_path: Path) -> None:
    text = rewritten(tmp_path, f"{HEAD}RUN {command} && npm prune\n", {"build": "tsc"})
    comment, rest = text.removeprefix(HEAD).split("\n", 1)
    assert comment.startswith("#")
    assert rest == (
        "RUN --mount=type=cache,id=tsc-shop-api,target=/tsc-cache,sharing=locked \\\n"
        "    find . -name node_modules -prune -o -type f -print | sort > /tmp/files \\\n"
        "    && if cmp -s /tmp/files /tsc-cache/files; then cp -a /tsc-cache/dist . && cp -a /tsc-cache/tsbuildinfo /tmp/tsbuildinfo; fi \\\n"
        f"    && {called} \\\n    && rm -rf /tsc-cache/files /tsc-cache/dist \\\n"
        "    && cp -a dist /tmp/tsbuildinfo /tsc-cache/ \\\n    && cp /tmp/files /tsc-cache/files && npm prune\n"
    )


@pytest.mark.parametrize(
    ("run", "scripts", "more"),
    [
        # More than the compiler, or something around it that may delete what it wrote.
        ("npm run build", {"build": "tsc && cp -r views dist"}, {}),
        ("npm run build", {"build": "tsc", "prebuild": "rimraf dist"}, {}),
        ("npm run build", {"build": "tsc --build"}, {}),
        ("npm run build -- --watch", {"build": "tsc"}, {}),
        ("cd api && npm run build", {"build": "tsc"}, {}),
        ("npm run build || true; npx tsc", {"build": "tsc"}, {}),
        # Not all that it writes is in one folder that is known.
        ("npx tsc", {}, {"config": '{"compilerOptions": {}}'}),
        ("npx tsc", {}, {"config": '{"extends": "./base.json", "compilerOptions": {"outDir": "dist"}}'}),
        ("npx tsc", {}, {"config": '{"compilerOptions": {"outDir": "dist", "composite": true}}'}),
        ("npx tsc", {}, {"config": '{"compilerOptions": {"outDir": "../dist"}}'}),
        ("npx tsc", {}, {"config": '{"compilerOptions": {"outDir": "dist"}, "include": ["../shared"]}'}),
        ("npx tsc", {}, {"config": "{"}),
        ("npx tsc", {}, {"old": "dist/a.js"}),
        # A compiler that is not known, or without the options.
        ("npx tsc", {}, {"version": "3.1.0"}),
        ("npx tsc", {}, {"version": "latest"}),
    ],
)
def test_it_is_left_where_something_is_not_known(
    run: str, scripts: dict[str, str], more: dict[str, str], tmp_path: Path
) -> None:
    text = f"{HEAD}RUN {run}\n"
    assert rewritten(tmp_path, text, scripts, **more) == text
