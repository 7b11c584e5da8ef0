"""The whole job on a real engine: proven rewrites, defects that are caught, nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from browser import Browser
from jettison.cli.main import main
from jettison.engine.base import Engine
from jettison.optimize import recorded
from jettison.optimize.job import Job, optimize
from jettison.optimize.records import Outcome, Request
from jettison.report.html.optimize_page import render_outcome_page
from jettison.report.optimize_json import render_json
from jettison.report.optimize_text import render_outcome
from jettison.terminal import Palette
from vulnerabilities import advisory_data, small

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
pytestmark = pytest.mark.engine


def run(project: Path, **settings: object) -> Outcome:
    return optimize(Request(str(project), network=NETWORK, **settings), lambda text: None)  # type: ignore[arg-type]


def copy_of(name: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / name, tmp_path / name))


@pytest.mark.parametrize(
    ("name", "times_smaller", "at_most"), [("go-web", 20, 15e6), ("python-web", 4, 1e9), ("node-web", 3, 1e9)]
)
def test_bundled_projects_are_proven(
    engine: Engine,
    browser: Browser,
    name: str,
    times_smaller: float,
    at_most: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = copy_of(name, tmp_path)
    if name == "go-web":
        monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
        advisories = advisory_data.folder(tmp_path / "advisories")
        # Two of the compiler, which the original ships and the result does not.
        of_compiler = [
            small.osv(f"DEBIAN-CVE-2026-{number}", "Debian:12", "gcc-12", ("introduced", "0")) for number in (7, 8)
        ]
        made = tmp_path / "made"
        made.mkdir()
        for advisory in of_compiler:
            (made / f"{advisory['id']}.json").write_text(json.dumps(advisory))
        assert main(["db", "import", str(advisories / "go-osv.tar.xz"), str(made)]) == 0
    outcome = run(project)
    report = render_outcome(outcome, Palette(False))
    if name == "go-web":
        vulnerabilities_are_counted(outcome, report)
    assert outcome.verdict == "proven", report
    assert outcome.before is not None and outcome.after is not None and outcome.proof is not None
    assert outcome.before.size_unpacked >= times_smaller * outcome.after.size_unpacked, report
    assert outcome.after.size_unpacked <= at_most
    assert {claim.id for claim in outcome.proof.claims} >= {
        "builds",
        "config",
        "closure",
        "entry",
        "starts",
        "ports",
        "http",
        "health",
        "stop",
    }
    assert (project / "Dockerfile").read_bytes() == (EXAMPLES / name / "Dockerfile").read_bytes(), (
        "nothing is written unasked"
    )
    assert '"verdict": "proven"' in render_json(outcome)
    page = tmp_path / "page.html"
    page.write_text(render_outcome_page(outcome))
    browser.open(page)
    assert (browser.complaints(), browser.requests()) == ([], [])
    assert browser.run("maps.map((map) => map.root.size)") == [
        outcome.before.size_unpacked,
        outcome.after.size_unpacked,
    ]

    assert outcome.chosen is not None
    # What marks the images of a run, and what Buildah marks its own with, is not the project's.
    assert b"dev.jettison" not in outcome.chosen.dockerfile and b"io.buildah" not in outcome.chosen.dockerfile
    for comment in [line for line in (project / "Dockerfile").read_text().splitlines() if line.startswith("#")]:
        assert comment in outcome.chosen.dockerfile.decode()
    (project / "Dockerfile").write_bytes(outcome.chosen.dockerfile)
    if outcome.chosen.dockerignore is not None:
        (project / ".dockerignore").write_bytes(outcome.chosen.dockerignore)
    again = run(project, build=False)
    assert (again.verdict, again.diff) == ("unchanged", ""), again.diff


def vulnerabilities_are_counted(outcome: Outcome, report: str) -> None:
    before, after = (side.vulnerabilities for side in outcome.sides)
    assert before is not None and after is not None and outcome.gone is not None, report
    assert before.total > 0 and outcome.gone.vulnerabilities is not None
    assert before.total - outcome.gone.vulnerabilities + (outcome.gone.new_vulnerabilities or 0) == after.total
    assert outcome.gone.vulnerabilities >= 2 and after.total <= before.total - 2, report
    packages = [side.packages for side in outcome.sides]
    assert packages[0] - outcome.gone.packages + outcome.gone.new_packages == packages[1] < packages[0] - 100
    # What is known of each line adds up to no less than the whole: two lines may bring the same.
    assert sum(cost.vulnerabilities or 0 for cost in outcome.costs) >= before.total
    worth = {one.code: one.impact.vulnerabilities for one in outcome.findings if one.impact.vulnerabilities}
    assert worth["JT013"].at_least and worth["JT013"].total <= before.total
    assert [bool(one.impact.secrets) for one in outcome.findings] == sorted(
        (bool(one.impact.secrets) for one in outcome.findings), reverse=True
    )
    schema = json.loads((EXAMPLES.parent / "docs" / "optimize.schema.json").read_text())
    jsonschema.validate(json.loads(render_json(outcome)), schema)
    for text in (f"at least {before.total:,}", f"{outcome.gone.vulnerabilities:,} gone", "vuln  "):
        assert text in report, report


def go_project(tmp_path: Path, body: str) -> Path:
    project = tmp_path / "app"
    project.mkdir()
    (project / "go.mod").write_text("module example.org/app\n\ngo 1.19\n")
    (project / "main.go").write_text(body)
    (project / "Dockerfile").write_text(
        'FROM golang:1.19\nWORKDIR /app\nCOPY . .\nRUN go build -o app .\nEXPOSE 8080\nCMD ["./app"]\n'
    )
    return project


def test_an_original_that_does_not_build_is_said(engine: Engine, tmp_path: Path) -> None:
    project = go_project(tmp_path, "package main\nfunc main() { undefined() }\n")
    outcome = run(project)
    assert outcome.verdict == "not proven"
    assert "does not build" in outcome.unproven_reason
    assert "undefined" in outcome.build_failure
    assert outcome.diff, "the static result is still offered"


def test_the_smallest_is_taken_after_all_were_measured(
    engine: Engine, base_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens, which takes the whole patience.
    monkeypatch.setattr("jettison.proof.stand.START_SECONDS", 4.0)
    (tmp_path / "run.sh").write_text("#!/bin/sh\ntrap exit TERM\ntail -f /dev/null &\nwait\n")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "Gemfile").write_text("")
    (tmp_path / "Dockerfile").write_text(
        f"FROM {base_image}\nADD Gemfile /app/\nRUN mkdir /opt/gems && head -c 99999 /dev/zero > /opt/gems/a\n"
        'ADD run.sh /app/\nCMD ["/app/run.sh"]\n'
    )
    request = Request(
        str(tmp_path), network=NETWORK, aim="smallest", trace=False, recorded=True, dependency_change=True
    )
    outcome = optimize(request, lambda text: None)
    report = render_outcome(outcome, Palette(False))
    sizes = {attempt.candidate: attempt.size_unpacked or 0 for attempt in outcome.attempts}
    assert len(sizes) >= 2, report
    assert outcome.chosen is not None and outcome.before is not None and outcome.after is not None
    assert outcome.after.size_unpacked == sizes[outcome.chosen.name] == min(sizes.values()), report
    assert outcome.before.dependency_seconds and outcome.after.dependency_seconds
    # What was there before the source was copied comes from a stage that a source line does not build again.
    text = outcome.chosen.dockerfile.decode()
    assert "FROM deps AS build\nCOPY run.sh" in text and "COPY --from=deps /opt/gems /opt/gems" in text, text
    assert "deps-stage" in {change.id for change in outcome.changes}
    for text in ("larger than the smallest", "rebuild, one dependency", "What is left in the new image"):
        assert text in report

    # The same content again: not a single build, and the report says that it is from an earlier run.
    built: list[str] = []
    again = optimize(request, built.append)
    assert (outcome.recorded_at, built) == (None, []) and again.recorded_at is not None
    assert "proven by an earlier run" in render_outcome(again, Palette(False))
    for part in ("chosen", "diff", "findings", "proof", "before", "after", "attempts", "costs", "bases", "image_after"):
        assert getattr(again, part) == getattr(outcome, part), part
    (tmp_path / "other").write_text("x")
    assert recorded.find(Job(request, outcome.source.data, outcome.dockerfile, engine, print, None), engine) is None


def test_the_safe_aim_keeps_a_shell_on_a_small_base(engine: Engine, tmp_path: Path) -> None:
    outcome = run(copy_of("go-web", tmp_path), aim="safe", trace=False)
    assert outcome.verdict == "proven", render_outcome(outcome, Palette(False))
    assert outcome.chosen is not None and outcome.chosen.name == "multi-stage on alpine:3.22"
    assert {claim.verdict for claim in outcome.proof.claims if claim.id == "health"} == {"proven"}  # type: ignore[union-attr]


def test_refused_proof_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    project = go_project(tmp_path, "package main\nfunc main() { undefined() }\n")
    before = (project / "Dockerfile").read_bytes()
    code = main(["optimize", str(project), "--write", *(["--build-network", NETWORK] if NETWORK else [])])
    assert code == 1
    assert (project / "Dockerfile").read_bytes() == before
    assert not (project / ".dockerignore").exists()


def python_project(tmp_path: Path, app: str) -> Path:
    project = tmp_path / "app"
    (project / "static").mkdir(parents=True)
    (project / "static" / "page.html").write_text("<h1>hello</h1>\n")
    (project / "app.py").write_text(app)
    (project / "requirements.txt").write_text("six==1.16.0\n")
    (project / "Dockerfile").write_text(
        "FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
        'EXPOSE 8000\nCMD ["python", "app.py"]\n'
    )
    return project


# It stops when it is asked to: what does not takes ten seconds, each time.
SERVER = """
import http.server, os, signal, six, sys
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = answer()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
"""
START = "http.server.HTTPServer(('0.0.0.0', 8000), Handler).serve_forever()\n"


def test_a_program_that_writes_as_root_keeps_its_user(engine: Engine, tmp_path: Path) -> None:
    write = "def answer():\n    open('/var/lib/counter', 'w').write('1')\n    return b'written'\n"
    outcome = run(python_project(tmp_path, SERVER + write + START))
    report = render_outcome(outcome, Palette(False))
    assert "user" in [backed.change for backed in outcome.backed_out], report
    assert outcome.verdict == "proven", report
    assert outcome.chosen is not None and b"USER" not in outcome.chosen.dockerfile


def test_a_file_that_the_ignore_file_would_take_away_is_kept(engine: Engine, tmp_path: Path) -> None:
    read = "def answer():\n    return open('.e' + 'nv', 'rb').read()\n"
    project = python_project(tmp_path, SERVER + read + START)
    (project / ".env").write_text("COLOUR=blue\n")
    outcome = run(project)
    report = render_outcome(outcome, Palette(False))
    assert "dockerignore" in [backed.change for backed in outcome.backed_out], report
    assert outcome.verdict == "proven", report


def test_a_data_folder_that_only_a_built_name_opens_is_missed_and_refuted(engine: Engine, tmp_path: Path) -> None:
    project = go_project(
        tmp_path,
        # net alone: compiling net/http of every candidate would take most of the time.
        'package main\nimport ("bufio"; "fmt"; "net"; "os"; "strings")\n'
        "func main() {\n"
        '  name := strings.Join([]string{"pa", "ges"}, "") + "/index.html"\n'
        '  listener, _ := net.Listen("tcp", ":8080")\n'
        "  for {\n    c, err := listener.Accept()\n    if err != nil { return }\n"
        "    bufio.NewReader(c).ReadString('\\n')\n    status := \"200 OK\"\n    text, err := os.ReadFile(name)\n"
        '    if err != nil { status, text = "500 Missing", nil }\n'
        '    fmt.Fprintf(c, "HTTP/1.1 %s\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s", status, len(text), text)\n'
        "    c.Close()\n  }\n}\n",
    )
    (project / "pages").mkdir()
    (project / "pages" / "index.html").write_text("<h1>hello</h1>\n")
    outcome = run(project)
    report = render_outcome(outcome, Palette(False))
    recipe = "multi-stage on gcr.io/distroless/static-debian12:nonroot"
    assert {a.outcome for a in outcome.attempts if a.candidate == recipe} == {"refuted"}, report
    assert "Backed out multi-stage: refuted" in report
    assert outcome.verdict == "proven", report
    assert outcome.chosen is not None and outcome.chosen.name != recipe, report
    # What is kept answers with the page, which the original did as well.
    assert outcome.proof is not None
    assert next(claim for claim in outcome.proof.claims if claim.id == "http").evidence[0].endswith("/: 200, 15 bytes")


def test_without_an_engine_the_rewrite_is_shown_and_not_called_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = copy_of("go-web", tmp_path)
    assert main(["optimize", str(project), "--no-build"]) == 1
    out = capsys.readouterr().out
    assert "not proven" in out and "nothing was proven" in out
    assert "+FROM gcr.io/distroless/static-debian12:nonroot" in out
