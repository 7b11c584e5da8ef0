"""The trust contract on a real engine: needs are started, evidence holds, a branch tells each change, all is gone."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from jettison.cli.main import main
from jettison.engine.base import Engine, Leftover
from jettison.optimize.accept import NotAccepted, write
from jettison.optimize.evidence import digest_of
from jettison.optimize.job import optimize
from jettison.optimize.records import Request
from jettison.report.optimize_json import render_json

DOCS = Path(__file__).parent.parent.parent / "docs"
NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
NETWORK_OPTION = ["--build-network", NETWORK] if NETWORK else []
pytestmark = pytest.mark.engine

STORE = """
FROM python:3.11-slim
STOPSIGNAL SIGKILL
CMD ["python", "-m", "http.server", "9000"]
"""
# It ends at once without its store.
APP = """
import http.server, os, signal, sys, urllib.request
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))
with urllib.request.urlopen(os.environ["STORE"], timeout=5) as answer:
    assert answer.status == 200
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"found the store\\n")
    def log_message(self, *arguments):
        pass
http.server.HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""
DOCKERFILE = """\
FROM python:3.11-slim
WORKDIR /app
ADD app.py .
EXPOSE 8000
CMD python app.py
"""
COMPOSE = """
services:
  app:
    build: app
    environment: {STORE: "http://store:9000/", API_TOKEN: hunter2hunter2}
    depends_on: [store]
    volumes: ["/:/host"]
  store:
    build: store
    volumes: ["/:/host"]
    privileged: true
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project in a git repository, with a Compose file beside it."""
    for name in ("app", "store"):
        (tmp_path / name).mkdir()
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "store" / "Dockerfile").write_text(STORE)
    (tmp_path / "app" / "app.py").write_text(APP)
    (tmp_path / "app" / "Dockerfile").write_text(DOCKERFILE)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A. Tester")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tester@example.org")
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("jettison.proof.observe.STAY_SECONDS", 0.5)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "app", "store", "compose.yaml")
    git(tmp_path, "commit", "-qm", "start")
    return tmp_path / "app"


def known_vulnerabilities(folder: Path) -> None:
    """Make two of a package of the base image known: one counts, as low, and the other does not concern it."""
    affected = {
        "package": {"ecosystem": "Debian:12", "name": "glibc"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
    }
    for number in (7, 8):
        advisory = {"id": f"CVE-2026-{number}", "modified": "2026-08-01T00:00:00Z", "affected": [affected]}
        (folder / f"{number}.json").write_text(json.dumps(advisory))
        assert main(["db", "import", str(folder / f"{number}.json")]) == 0
    statement = {
        "vulnerability": {"name": "CVE-2026-8"},
        "status": "not_affected",
        "justification": "component_not_present",
    }
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "timestamp": "2026-08-01T00:00:00Z",
        "statements": [statement],
    }
    (folder / "vex.json").write_text(json.dumps(document))
    (folder / "jettison.toml").write_text('[scan]\nvex = ["vex.json"]\nseverity = { CVE-2026-7 = "low" }\n')


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout


def schema_of(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((DOCS / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_from_needs_to_branch_evidence_and_undo(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in project.iterdir()}
    evidence = project.parent / "jettison-evidence.json"
    known_vulnerabilities(project.parent)
    capsys.readouterr()
    code = main(["optimize", str(project), "--commit", "smaller", "--evidence", str(evidence), "--format", "json", "--aim", "safe", "--no-trace",
                 *NETWORK_OPTION])  # fmt: skip
    printed = capsys.readouterr()
    assert code == 0, printed
    outcome = json.loads(printed.out)
    schema_of("optimize.schema.json").validate(outcome)
    assert outcome["verdict"] == "proven"
    assert "store" in str([claim for claim in outcome["claims"] if claim["id"] == "starts"])
    assert {path: path.read_bytes() for path in project.iterdir()} == before

    log = git(project, "log", "--format=%s%n%b", "main..smaller" if _has(project, "main") else "master..smaller")
    assert log.count("Measured:") >= 2 and "image size:" in log and "build context:" in log
    assert log.count("packages: ") == log.count("Measured:") == len(outcome["stops"])
    assert f"known vulnerabilities: {outcome['stops'][-1]['vulnerabilities']}" in log
    assert outcome["stops"][0]["vulnerabilities"] and outcome["vulnerabilities"][0]["counts"]["low"] == 1
    assert sum(outcome["vulnerabilities"][0]["counts"].values()) == 1
    assert git(project, "status", "--porcelain", "app") == ""

    data = json.loads(evidence.read_bytes())
    schema_of("evidence.schema.json").validate(data)
    assert data["digest"] == digest_of(data)
    assert "hunter2" not in evidence.read_text() + printed.out + printed.err
    assert {base["name"] for base in data["inputs"]["bases"]} == {"python:3.11-slim"}

    assert main(["verify", str(evidence)]) == 1, "the proven file is not there yet"
    git(project, "checkout", "-q", "smaller")
    capsys.readouterr()
    assert main(["verify", str(evidence)]) == 0, capsys.readouterr()
    capsys.readouterr()
    rebuilt = main(["verify", str(evidence), "--rebuild", "--format", "json", *NETWORK_OPTION])
    again = json.loads(capsys.readouterr().out)
    assert (rebuilt, again["holds"]) == (0, True), again
    compose = project.parent / "compose.yaml"
    said = compose.read_text()
    compose.write_text(said + "# changed\n")
    assert main(["verify", str(evidence), "--no-engine"]) == 1
    assert "Compose file ../compose.yaml" in capsys.readouterr().out
    compose.write_text(said)
    assert main(["verify", str(evidence), "--no-engine"]) == 0
    (project / "app.py").write_text(APP + "# changed\n")
    assert main(["verify", str(evidence), "--no-engine"]) == 1
    data["verdict"] = "refused"
    evidence.write_text(json.dumps(data))
    assert main(["verify", str(evidence)]) == 3
    assert "was altered" in capsys.readouterr().err


def _has(folder: Path, branch: str) -> bool:
    return branch in git(folder, "branch", "--format", "%(refname:short)").split()


def test_without_what_it_needs_nothing_is_proven_and_undo_takes_back(
    engine: Engine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    original = (project / "Dockerfile").read_bytes()
    outcome = optimize(
        Request(str(project), network=NETWORK, services=False, aim="safe", trace=False), lambda text: None
    )
    assert outcome.verdict == "not proven"
    assert outcome.proof is not None
    starts = next(claim for claim in outcome.proof.claims if claim.id == "starts")
    assert "the original itself ends with code 1" in starts.evidence[0]
    schema_of("optimize.schema.json").validate(json.loads(render_json(outcome)))
    with pytest.raises(NotAccepted, match="not proven"):
        write(outcome, unproven=False)
    assert (project / "Dockerfile").read_bytes() == original
    assert write(outcome, unproven=True)
    assert (project / "Dockerfile").read_bytes() != original
    assert main(["undo", str(project)]) == 0
    assert (project / "Dockerfile").read_bytes() == original
    assert sorted(path.name for path in project.iterdir()) == ["Dockerfile", "app.py"]
    capsys.readouterr()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_in_the_middle_leaves_nothing(
    engine: Engine, project: Path, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = {path: path.read_bytes() for path in project.iterdir()}
    temporary = tmp_path_factory.mktemp("temporary")
    # Other tests may run beside this one: all names that this child makes begin alike.
    mark = secrets.token_hex(4)

    def of_this_run() -> list[Leftover]:
        return [left for left in engine.leftovers() if mark in left.name]

    program = (
        "import signal, sys, uuid\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "made = uuid.uuid4\n"
        f"uuid.uuid4 = lambda: uuid.UUID({mark!r} + made().hex[8:])\n"
        "from jettison.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, "optimize", str(project), "--write", "--no-trace", *NETWORK_OPTION],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(temporary)}, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    said = ""
    for line in child.stderr:
        said += line
        if "running it" in line:
            break
    # A service or the image itself is soon running; the service is built first.
    deadline = time.monotonic() + 60
    while not {left.kind for left in of_this_run()} >= {"container", "network", "image"}:
        assert child.poll() is None and time.monotonic() < deadline, said
        time.sleep(0.1)
    child.send_signal(number)
    rest = child.communicate(timeout=60)[1]
    assert child.returncode == 130, rest
    assert "interrupted; nothing of the project was changed" in rest
    assert of_this_run() == []
    assert list(temporary.iterdir()) == []
    assert {path: path.read_bytes() for path in project.iterdir()} == before
