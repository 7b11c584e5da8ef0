"""What a health check asks, as the running original shows it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.engine.base import Engine
from jettison.optimize.measured_service import as_measured
from jettison.project.detect import Project
from jettison.proof.behaviour import Answer, Behaviour
from jettison.rewrite.health_probe import go_probe, probe_words

SAID = Project("", (), (), None, "/health")
SEEN = Behaviour(True, 0, (8080,), {}, {}, None, 0, 0.1, "")


def answering(statuses: dict[tuple[int, str], int]) -> Behaviour:
    answers = {key: Answer(status, "", b"") for key, status in statuses.items()}
    return replace(SEEN, ports=tuple(sorted({port for port, _ in statuses})), answers=answers)


@pytest.mark.parametrize(
    ("said", "env", "own", "port", "variable"),
    [
        # The base exposes 80, PORT of the image says 8080.
        (80, {"PORT": "8080"}, {"PORT": "8080"}, 8080, "PORT"),
        (None, {"PORT": "8080", "WEB_PORT": "8080"}, {"PORT": "8080"}, 8080, "PORT"),
        (None, {"WEB_PORT": "8080"}, {"WEB_PORT": "8080"}, 8080, "WEB_PORT"),
        (None, {"A_PORT": "8080", "B_PORT": "8080"}, {}, 8080, ""),
        (None, {"DB_PORT": "5432"}, {}, 8080, ""),
        # Given for this run alone: without it the program listens where it says itself.
        (3000, {"PORT": "8080"}, {}, 3000, "PORT"),
        (None, {"PORT": "8080"}, {}, 8080, "PORT"),
    ],
)
def test_the_port_is_the_one_that_was_measured(
    said: int | None, env: dict[str, str], own: dict[str, str], port: int, variable: str
) -> None:
    found = as_measured(SAID._replace(port=said), SEEN, env, own)
    assert found is not None
    assert (found.port, found.port_variable) == (port, variable)


def test_the_page_is_one_that_answered() -> None:
    seen = answering(
        {
            (9000, "GET /health"): 404,
            (8080, "GET /"): 404,
            (8080, "GET /health"): 500,
            (8080, "POST /login"): 200,
            (8080, "GET /jettison-no-such-page"): 200,
            (8080, "GET /a'b"): 200,
            (8080, "GET /api/items"): 200,
        }
    )
    found = as_measured(SAID, seen, {}, {})
    assert found is not None and (found.port, found.health_path) == (8080, "/api/items")
    healthy = answering({(8080, "GET /"): 200, (8080, "GET /health"): 204})
    found = as_measured(SAID, healthy, {}, {})
    assert found is not None and found.health_path == "/health"
    assert as_measured(SAID, answering({(8080, "GET /"): 404}), {}, {}) is None


def test_what_was_not_seen_stays_as_it_is_said() -> None:
    said = SAID._replace(port=80)
    assert as_measured(said, replace(SEEN, ports=()), {}, {}) == said


def test_probes_take_the_port_from_its_variable() -> None:
    project = SAID._replace(port=8080, port_variable="PORT")
    assert probe_words("busybox", project, 8080)[-1].endswith("http://127.0.0.1:${PORT:-8080}/health")
    assert "os.environ.get('PORT', '8080') + '/health'" in probe_words("python", project, 8080)[-1]
    assert "(process.env.PORT || 8080) + '/health'" in probe_words("node", project, 8080)[-1]
    assert probe_words("php", SAID, 80)[-1].startswith("exit(@file_get_contents('http://127.0.0.1:80/health')")
    assert 'v, _ := Getenv("PORT")' in go_probe(project) and "if p == 0 { p = 8080 }" in go_probe(project)
    assert "p := 8080" in go_probe(project._replace(port_variable=""))


SERVER = """
import http.server, os, signal, sys
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))
http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.engine
def test_what_listens_elsewhere_than_its_base_exposes_keeps_its_health_check(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jettison.proof.observe.STAY_SECONDS", 0.5)
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    project = tmp_path / "web"
    project.mkdir()
    (project / "web").write_text(SERVER)
    (project / "Dockerfile").write_text(
        'FROM python:3.11-slim\nWORKDIR /srv\nCOPY web .\nENV PORT=8124\nEXPOSE 80\nCMD ["python", "web"]\n'
    )
    network = os.environ.get("JETTISON_BUILD_NETWORK")
    options = ["--no-trace", "--format", "json", *(["--build-network", network] if network else [])]
    code = main(["optimize", str(project), *options])
    outcome = json.loads(capsys.readouterr().out)
    assert (code, outcome["verdict"]) == (0, "proven"), outcome
    verdicts = {claim["id"]: claim["verdict"] for claim in outcome["claims"]}
    assert verdicts["health"] == "proven"
    assert "os.environ.get('PORT', '8124')" in outcome["diff"] or "${PORT:-8124}" in outcome["diff"], outcome["diff"]
