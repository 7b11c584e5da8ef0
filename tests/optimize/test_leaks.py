"""No planted value comes out of `optimize`, `verify` and `undo` with an engine, nor stays in evidence, caches or other files."""

from __future__ import annotations

import os
import random
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.test_leak_matrix import forms
from jettison.cli.main import main
from jettison.engine.base import Engine
from secretscan.samples import github_token

NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
NETWORK_OPTION = ["--build-network", NETWORK] if NETWORK else []
pytestmark = pytest.mark.engine

CHANCE = random.Random(41)
PLANTED: dict[str, str] = {}


def made(place: str) -> str:
    """Plant a random password."""
    PLANTED[place] = "k7Q" + "".join(CHANCE.choices(string.ascii_letters + string.digits, k=21))
    return PLANTED[place]


def token(place: str) -> str:
    """Plant a token that is known by its mark."""
    PLANTED[place] = github_token(CHANCE)
    return PLANTED[place]


# It says at its start, in each answer and at its end what nobody else should see.
APP = f"""\
import http.server, os, signal, sys
def end(*arguments):
    print("bye {token("last words")}", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("started with", os.environ["API_TOKEN"], os.environ["DB_PASSWORD"], "{token("first words")}", flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("X-Session", "{token("header of an answer")}")
        self.end_headers()
        self.wfile.write(os.environ["API_TOKEN"].encode() + b" {token("answer")}")
http.server.HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""
DOCKERFILE = f"""\
FROM python:3.11-slim
ARG NPM_TOKEN
ARG DEFAULT_TOKEN={made("default of an ARG")}
ENV DB_PASSWORD={made("ENV")}
LABEL deploy={token("LABEL")}
WORKDIR /app
ADD . .
RUN echo "$DB_PASSWORD {token("output of a build")}"; env
RUN apt-get update || true
EXPOSE 8000
CMD python app.py
"""
BUILD_ARGUMENT = made("--build-arg")
VARIABLE = made("--env")
GIVEN = ["--build-arg", f"NPM_TOKEN={BUILD_ARGUMENT}", "--env", f"API_TOKEN={VARIABLE}"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the project; what is left beside it is looked through at the end."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / ".env").write_text(f"MAIL_PASSWORD={made('.env')}\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("jettison.proof.observe.STAY_SECONDS", 0.5)
    yield folder
    told = {
        path: leaks(path.read_bytes().decode("latin-1"))
        for path in tmp_path.rglob("*")
        if path.is_file() and path.parent.name not in ("app", "given")
    }
    assert {str(path.relative_to(tmp_path)): found for path, found in told.items() if found} == {}


def leaks(told: str) -> list[str]:
    return [place for place, value in PLANTED.items() if any(form in told for form in forms(value))]


def run(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    code = main(command)
    out, err = capsys.readouterr()
    assert code != 70, err
    assert (command[0], leaks(out + err)) == (command[0], [])
    return code, out + err


def test_from_optimize_to_undo(engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence, page = project.parent / "evidence.json", project.parent / "page.html"
    before = (project / "Dockerfile").read_bytes()
    code, told = run(
        capsys, "optimize", str(project), "--write", "--evidence", str(evidence), "--html", str(page), "--aim", "safe", *GIVEN, *NETWORK_OPTION
    )  # fmt: skip
    assert code == 0, told
    assert (project / "Dockerfile").read_bytes() != before
    assert leaks(before.decode())
    # Patterns are kept in a cache only where they cannot lie beside the byte code.
    assert {path.name for path in project.parent.iterdir()} >= {"evidence.json", "page.html", "state"}
    assert run(capsys, "verify", str(evidence))[0] == 0
    assert run(capsys, "verify", str(evidence), "--format", "json")[0] == 0
    (project.parent / "given").mkdir()
    original = project.parent / "given" / "Dockerfile"
    original.write_bytes(before)
    code, told = run(capsys, "verify", str(evidence), "--rebuild", "--before", str(original), *GIVEN, *NETWORK_OPTION)
    assert code == 0, told
    run(capsys, "verify", str(evidence), "--rebuild", *NETWORK_OPTION)
    # What puts the files back has to hold them, for the user alone.
    kept = [path for path in (project.parent / "state").rglob("*") if path.is_file()]
    assert kept
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    assert run(capsys, "undo", str(project))[0] == 0
    assert (project / "Dockerfile").read_bytes() == before


BUILD = 'RUN echo "$NPM_TOKEN $DB_PASSWORD failed" >&2; exit 7\n'
START = 'CMD echo "$API_TOKEN $DB_PASSWORD failed" >&2; exit 7\n'


@pytest.mark.parametrize(
    ("line", "form"),
    [(BUILD, "text"), (BUILD, "json"), (BUILD, "markdown"), (START, "json")],
    ids=["build-text", "build-json", "build-markdown", "start-json"],
)
def test_what_fails(line: str, form: str, engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "Dockerfile").write_text(DOCKERFILE + line)
    code, told = run(capsys, "optimize", str(project), "--format", form, *GIVEN, *NETWORK_OPTION)
    assert code == 1, told
