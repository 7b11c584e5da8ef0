"""An image that does not say what to start is run as the Compose file beside it says: on a real engine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jettison.cli.main import main
from jettison.engine.base import Engine

NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
OPTIONS = ["--no-trace", "--format", "json", *(["--build-network", NETWORK] if NETWORK else [])]
pytestmark = pytest.mark.engine
SECRET = "kept-in-a-file-only-3141"
SERVER = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.environ['LEVEL']} {len(os.environ['SHOP_VALUE'])} {os.getuid()}".encode())
    def log_message(self, *arguments):
        pass
print("started with", os.environ["SHOP_VALUE"], flush=True)
http.server.HTTPServer(("0.0.0.0", int(sys.argv[1])), Handler).serve_forever()
"""
COMPOSE = """
services:
  worker:
    build: .
    command: bash -c "python server.py 9000"
  web:
    build: .
    command: sh -c "exec python server.py $$PORT_OF_WEB"
    env_file: shop.env
    user: "1234"
    working_dir: /srv/inner
    environment: [LEVEL=open, PORT_OF_WEB=8123]
    ports: ["80:8123"]
    NEEDS
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose Dockerfile starts nothing."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "server.py").write_text(SERVER)
    (tmp_path / "Dockerfile").write_text("FROM python:3.11-slim\nWORKDIR /srv\nCOPY inner inner\n")
    (tmp_path / "compose.yaml").write_text(COMPOSE.replace("NEEDS", ""))
    (tmp_path / "shop.env").write_text(f"SHOP_VALUE={SECRET}\n")
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("jettison.proof.observe.STAY_SECONDS", 0.5)
    return tmp_path


def run(project: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any], str]:
    code = main(["optimize", str(project), *OPTIONS, *options])
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err
    return code, json.loads(printed.out), printed.err


def claim(outcome: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in outcome["claims"] if each["id"] == name)


def test_the_service_that_serves_is_what_is_proven(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = project / "evidence.json"
    code, outcome, _ = run(project, capsys, "--evidence", str(evidence))
    assert (code, outcome["verdict"]) == (0, "proven"), outcome
    assert outcome["run_as"].startswith("service web of compose.yaml: sh -c ")
    assert f"run as {outcome['run_as']}" in claim(outcome, "starts")["evidence"]
    assert claim(outcome, "ports")["evidence"] == ["TCP 8123"]
    assert claim(outcome, "http")["evidence"][0] == "port 8123 GET /: 200, 12 bytes"
    # bash is in the new image as well, though only the other service starts it.
    assert "bash, " in claim(outcome, "other-start")["evidence"][0]
    assert outcome["after"]["size_unpacked"] < outcome["before"]["size_unpacked"]
    assert SECRET not in evidence.read_text()
    # It would make the other service, on another port, an unhealthy one.
    assert "HEALTHCHECK" not in outcome["diff"]


def test_without_a_database_it_is_not_called_proven(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs = "depends_on: [store]\n  store: {image: registry.invalid/store:1}"
    (project / "compose.yaml").write_text(COMPOSE.replace("NEEDS", needs))
    code, outcome, said = run(project, capsys, "--aim", "safe")
    assert (code, outcome["verdict"]) == (1, "not proven")
    assert claim(outcome, "services")["verdict"] == "not proven"
    assert "registry.invalid/store:1" in outcome["unproven_reason"] and "trying without it" in said
    assert claim(outcome, "http")["verdict"] == "proven"


def test_the_bases_own_command_proves_nothing(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").unlink()
    code, outcome, _ = run(project, capsys, "--aim", "safe")
    assert (code, outcome["verdict"]) == (1, "not proven")
    assert "all that was started is python3" in claim(outcome, "starts")["evidence"][0]
