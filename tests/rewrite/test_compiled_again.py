"""On a real engine: what is kept of an earlier build never hides a change, also one that is older than that build."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine
from jettison.image.archive import read_archive
from jettison.model.context import read_context
from jettison.model.dockerfile import build_model
from jettison.rewrite.cargo_target import kept_target
from jettison.rewrite.tsc_cache import kept_output
from jettison.syntax.tree import parse

pytestmark = pytest.mark.engine
NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
RUST = """FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends cargo rustc
WORKDIR /app
COPY . .
RUN cargo build --release
RUN ./target/release/NAME > /said
"""
NODE = """FROM node:18
WORKDIR /app
COPY package.json .
RUN npm install
COPY . .
RUN npx tsc
RUN cat dist/*.js > /said
"""
# Seconds: a time before any build. Each file is of another: the engine takes one of the same time and size for the same.
OLD = 1_000_000_000


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    moment = OLD + secrets.randbelow(1_000_000)
    os.utime(path, (moment, moment))


def said(engine: Engine, project: Path, text: bytes, tag: str) -> str:
    """Return what the last RUN of a build wrote; its text is kept when an image is read as the file of this name is."""
    last = b"FROM scratch\nCOPY --from=0 /said /etc/os-release\n"
    engine.build(BuildRequest(str(project), text + last, None, tag, NETWORK))
    with engine.save(tag) as stream:
        return read_archive(stream).texts["etc/os-release"].decode()


@pytest.fixture
def name() -> str:
    """Return the name of a package that no build had: an empty cache, as in CI."""
    return f"a{secrets.token_hex(4)}"


def test_cargo_sees_a_change_of_what_it_embeds_with_an_older_time(
    engine: Engine, tmp_path: Path, new_tag: Callable[[], str], name: str
) -> None:
    write(tmp_path / "Cargo.toml", f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\n')
    write(tmp_path / "src" / "main.rs", 'fn main() { println!(include_str!("word.txt")) }\n')
    write(tmp_path / "src" / "word.txt", "first")
    text = RUST.replace("NAME", name).encode()
    kept, _ = kept_target(build_model(parse(text, "Dockerfile"), read_context(str(tmp_path), "Dockerfile")), True)
    assert kept != text
    assert said(engine, tmp_path, kept, new_tag()) == "first\n"
    write(tmp_path / "src" / "word.txt", "other")
    assert said(engine, tmp_path, kept, new_tag()) == "other\n"


def test_tsc_sees_an_older_change_and_leaves_nothing_of_a_deleted_file(
    engine: Engine, tmp_path: Path, new_tag: Callable[[], str], name: str
) -> None:
    package = {"name": name, "devDependencies": {"typescript": "5.7.3"}}
    write(tmp_path / "package.json", json.dumps(package))
    write(tmp_path / "tsconfig.json", '{"compilerOptions": {"outDir": "dist", "target": "es2022"}, "include": ["src"]}')
    write(tmp_path / "src" / "a.ts", "console.log('first')\n")
    write(tmp_path / "src" / "b.ts", "console.log('beside')\n")
    text = NODE.encode()
    kept = kept_output(build_model(parse(text, "Dockerfile"), read_context(str(tmp_path), "Dockerfile")))
    assert kept != text
    assert said(engine, tmp_path, kept, new_tag()) == "console.log('first');\nconsole.log('beside');\n"
    write(tmp_path / "src" / "a.ts", "console.log('other')\n")
    assert said(engine, tmp_path, kept, new_tag()) == "console.log('other');\nconsole.log('beside');\n"
    (tmp_path / "src" / "b.ts").unlink()
    assert said(engine, tmp_path, kept, new_tag()) == "console.log('other');\n"
