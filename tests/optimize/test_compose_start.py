"""An image that does not say what to start is run as the Compose file beside it says: on a real engine."""

from __future__ import annotations

import json
import os
import time
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
    assert "registry.invalid/store:1" in outcome["unproven_reason"] and "going on without it" in said
    assert claim(outcome, "http")["verdict"] == "proven"


def test_the_bases_own_command_proves_nothing(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").unlink()
    code, outcome, _ = run(project, capsys, "--aim", "safe")
    assert (code, outcome["verdict"]) == (1, "not proven")
    assert "all that was started is python3" in claim(outcome, "starts")["evidence"][0]


WAITER = """
import http.server, os, signal, socket, sys, time
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))
print("looking for its database", flush=True)
while True:
    try:
        socket.create_connection(("store", 5432), 1)
        break
    except OSError:
        time.sleep(0.2)
http.server.HTTPServer(("0.0.0.0", 8123), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def test_what_waits_for_an_absent_database_is_soon_told(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jettison.proof.stand.LACKING_SECONDS", 2.0)
    monkeypatch.setattr("jettison.proof.stand.SILENT_SECONDS", 1.0)
    (project / "inner" / "server.py").write_text(WAITER)
    needs = "\n".join(
        (
            "depends_on: [migrate, cache, odd, other, store]",
            "  store: {image: 'registry.invalid/store:1'}",
            "  other: {image: 'registry.invalid/other:1'}",
            "  odd: {image: '--privileged'}",
            "  migrate: {image: 'debian:bookworm-slim', depends_on: [store]}",
            "  cache: {image: 'debian:bookworm-slim', command: 'sh -c \"echo broken cache; exit 1\"'}",
        )
    )
    (project / "compose.yaml").write_text(COMPOSE.replace("NEEDS", needs).replace("PORT_OF_WEB=8123", "LEVELS=2"))
    begin = time.monotonic()
    with (project / "Dockerfile").open("a") as file:
        file.write('EXPOSE 8123\nCMD ["python3", "inner/server.py"]\n')
    code, outcome, said = run(project, capsys, "--aim", "safe")
    assert (code, outcome["verdict"]) == (1, "not proven")
    assert [each["verdict"] for each in outcome["claims"] if each["id"] in ("ports", "http", "services")] == [
        "not proven"
    ] * 3
    (lacks, _) = claim(outcome, "services")["evidence"]
    for part in ("store (registry.invalid/store:1)", "migrate needs store", "broken cache", "names no image"):
        assert part in lacks
    # Its registry did not answer for the first of them, and is not asked again.
    assert "other: its registry registry.invalid does not answer" in lacks
    assert "HEALTHCHECK" not in outcome["diff"] and any("HEALTHCHECK: none" in note for note in outcome["notes"])
    # One run of the original, one of each candidate: no second look, no watching.
    assert said.count("running it") == said.count("trying ") + 1
    assert time.monotonic() - begin < 300


HEALTH = """
    healthcheck:
      test: "python3 -c \\"import urllib.request as r; r.urlopen('http://127.0.0.1:8123/')\\" && grep -q ready /tmp/state"
      interval: 1s
      start_period: 1h
"""


def test_the_check_of_the_compose_file_says_when_it_is_ready(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # It listens at once, and is ready later; grep is in the image for the check alone.
    late = SERVER.replace(
        "print(", "import threading; threading.Timer(4, lambda: open('/tmp/state', 'w').write('ready')).start()\nprint("
    )
    (project / "inner" / "server.py").write_text(late)
    (project / "compose.yaml").write_text(COMPOSE.replace("    NEEDS", HEALTH))
    code, outcome, _ = run(project, capsys)
    assert (code, outcome["verdict"]) == (0, "proven"), outcome
    assert claim(outcome, "service-health")["verdict"] == "proven"


def test_a_check_that_the_original_fails_decides_nothing(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").write_text(COMPOSE.replace("NEEDS", "healthcheck: {test: [CMD, no-such-program]}"))
    code, outcome, _ = run(project, capsys, "--aim", "safe")
    assert (code, outcome["verdict"]) == (0, "proven"), outcome
    assert claim(outcome, "service-health")["verdict"] == "not proven"
    assert "the original fails it as well" in claim(outcome, "service-health")["evidence"][0]


FILED = """
import http.server, os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))
key = open("/run/secrets/key").read()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with socket.create_connection(("shop-store", 7000), 2) as store:
            answer = store.recv(100)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer + str(len(key)).encode())
http.server.HTTPServer(("0.0.0.0", 8123), Handler).serve_forever()
"""
STORE = "import socket\nserver = socket.create_server(('0.0.0.0', 7000))\nwhile True:\n    server.accept()[0].sendall(open('/data/greeting').read().encode())\n"
BESIDE = """
secrets: {key: {file: key.txt}}
services:
  web: {build: {context: ., target: dev}, command: sh, depends_on: [store], secrets: [key]}
  real: {build: ., depends_on: [store], secrets: [key]}
  store:
    extends: {file: deploy/store.yaml, service: store}
    container_name: shop-store
"""


def test_it_finds_its_secret_and_its_service_the_files_that_are_mounted(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "inner" / "server.py").write_text(FILED)
    (project / "key.txt").write_text(SECRET)
    (project / ".dockerignore").write_text("key.txt\ndeploy\n")
    (project / "deploy" / "data").mkdir(parents=True)
    (project / "deploy" / "data" / "greeting").write_text("hello")
    (project / "deploy" / "store.py").write_text(STORE)
    (project / "deploy" / "store.yaml").write_text(
        "services: {store: {image: 'python:3.11-slim', command: python /store.py, "
        "volumes: ['./store.py:/store.py:ro', './data:/data'], healthcheck: {test: /no/such/check}}}\n"
    )
    (project / "compose.yaml").write_text(BESIDE)
    with (project / "Dockerfile").open("a") as file:
        file.write('EXPOSE 8123\nCMD ["python3", "inner/server.py"]\n')
    code, outcome, _ = run(project, capsys, "--aim", "safe")
    assert (code, outcome["verdict"]) == (0, "proven"), outcome
    assert claim(outcome, "http")["evidence"][0] == "port 8123 GET /: 200, 7 bytes"
    starts = claim(outcome, "starts")["evidence"]
    assert "beside the services store" in starts
    assert "with the files of the project at /run/secrets/key" in starts
