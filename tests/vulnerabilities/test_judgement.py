"""What counts is the same for every command: VEX documents, the `[scan]` table, files with exceptions, the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jettison.cli.main import main
from jettison.optimize.decided import decided_in
from jettison.optimize.job import Job
from jettison.optimize.records import Request
from jettison.settings.find import Finder
from jettison.vulnerabilities.judgement import Judgement, Said

from . import small

Counts = Callable[..., dict[str, int]]
ALL = {"critical": 1, "high": 1, "medium": 1, "low": 1, "unknown": 2}


@pytest.fixture(autouse=True)
def database(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    capsys.readouterr()


@pytest.fixture(params=["scan", "check", "compare"])
def counts(request: pytest.FixtureRequest, image: str, place: Path, capsys: pytest.CaptureFixture[str]) -> Counts:
    """Return what a command counts of an image, by severity."""
    commands = {
        "scan": (["scan", image, "--scanners", "vuln"], _of_scan),
        "check": (["check", "Dockerfile", "--image", image, "--exit-zero"], _of_check),
        "compare": (["compare", image, image], lambda data: data["vulnerabilities"]["before"]["counts"]),
    }
    arguments, read = commands[request.param]
    (place / "Dockerfile").write_text("FROM debian:bookworm\n")

    def counted(*options: str) -> dict[str, int]:
        capsys.readouterr()
        assert main([*arguments, *options, "--format", "json"]) == 0
        found: dict[str, int] = read(json.loads(capsys.readouterr().out))
        return {name: number for name, number in found.items() if number}

    return counted


def _of_scan(data: Any) -> dict[str, int]:
    found: dict[str, int] = data["counts"]
    return found


def _of_check(data: Any) -> dict[str, int]:
    found = [one for one in data["files"][0]["findings"] if one["code"] == "JT013"]
    assert len(found) <= 1
    return found[0]["impact"]["vulnerabilities"]["counts"] if found else {}


def vex(path: Path, name: str, *products: str) -> Path:
    statement = {
        "vulnerability": {"name": name},
        "status": "not_affected",
        "justification": "vulnerable_code_not_present",
        **({"products": [{"@id": product} for product in products]} if products else {}),
    }
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-08-01T00:00:00Z"}
    path.write_text(json.dumps({**document, "statements": [statement]}))
    return path


def without(severity: str) -> dict[str, int]:
    left = {**ALL, severity: ALL[severity] - 1}
    return {name: number for name, number in left.items() if number}


def test_without_settings_all_count(counts: Counts) -> None:
    assert counts() == ALL


def test_vex_by_option_and_by_setting(counts: Counts, place: Path, image: str) -> None:
    path = vex(place / "app.vex.json", "CVE-2026-0001")
    assert counts("--vex", str(path)) == without("critical")
    (place / "jettison.toml").write_text('[scan]\nvex = ["app.vex.json"]\n')
    assert counts() == without("critical")
    assert counts("--no-config") == ALL


def test_vex_speaks_of_the_image_or_not(counts: Counts, place: Path, image: str) -> None:
    assert counts("--vex", str(vex(place / "one.json", "CVE-2026-0001", image))) == without("critical")
    assert counts("--vex", str(vex(place / "two.json", "CVE-2026-0001", "another/image:1"))) == ALL


def test_settings(counts: Counts, place: Path) -> None:
    (place / "jettison.toml").write_text(
        '[scan]\nignore-files = ["more.toml"]\n[scan.severity]\nCVE-2026-0001 = "low"\n'
        '[[scan.ignore]]\nid = "PYSEC-2"\nreason = "not called"\n'
    )
    (place / "more.toml").write_text('[[ignore]]\nid = "CVE-2026-0013"\nreason = "not built in"\n')
    assert counts() == {"high": 1, "low": 1, "unknown": 2}
    assert counts("--ignore-file", "more.toml", "--no-config") == without("low")


def test_only_what_a_version_fixes(counts: Counts, place: Path) -> None:
    (place / "jettison.toml").write_text("[scan]\nonly-fixed = true\n")
    fixed = counts()
    assert fixed == counts("--no-config", "--only-fixed") and 0 < sum(fixed.values()) < sum(ALL.values())


def test_another_database(counts: Counts, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(small.osv("PYSEC-9", "PyPI", "old-thing", ("introduced", "0"))))
    other = tmp_path / "other.sqlite"
    assert main(["db", "import", str(path), "--db", str(other)]) == 0
    assert counts("--db", str(other)) == {"unknown": 1}


@pytest.mark.parametrize("command", ["scan", "check", "compare", "optimize"])
@pytest.mark.parametrize(
    ("option", "code", "said"),
    [
        ("--vex", 3, "cannot be read"),
        ("--ignore-file", 2, "cannot be read"),
        ("--db", 3, "there is no such database"),
    ],
)
def test_a_missing_file_ends_the_run_before_the_work(
    command: str, option: str, code: int, said: str, image: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "Dockerfile").write_text("FROM debian:bookworm\n")
    arguments = {
        "scan": [image],
        "check": ["Dockerfile", "--image", image],
        "compare": [image, image],
        "optimize": [".", "--no-build"],
    }
    assert main([command, *arguments[command], option, "missing"]) == code
    assert said in capsys.readouterr().err


def test_what_was_decided_on_the_way_is_said(image: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / ".jettison-ignore.toml").write_text(
        '[[ignore]]\nid = "CVE-2026-0001"\nreason = "later"\nexpires = 2020-01-01\n'
    )
    assert main(["compare", image, image]) == 0
    assert ".jettison-ignore.toml:1: the exemption of CVE-2026-0001 ended on 2020-01-01" in capsys.readouterr().err


def test_optimize_judges_by_the_settings_of_the_project(place: Path) -> None:
    project = place / "app"
    project.mkdir()
    (project / "Dockerfile").write_text("FROM debian:bookworm\n")
    vex(place / "app.vex.json", "CVE-2026-0001")
    (place / "jettison.toml").write_text(
        '[scan]\nvex = ["app.vex.json"]\nmax-age = 3\nseverity = { "PYSEC-2" = "low" }\n'
    )
    (project / ".jettison-ignore.toml").write_text('[[ignore]]\nid = "CVE-2026-0013"\nreason = "not called"\n')
    path = project / "Dockerfile"
    request = Request(str(project), said=Said(only_fixed=True))
    judged = Job(request, path.read_bytes(), str(path), None, lambda text: None, None).decided.vulnerabilities
    assert [one.vulnerability for one in judged.statements] == [("CVE-2026-0001",)]
    assert ([one.id for one in judged.exemptions], judged.max_age, judged.only_fixed) == (["CVE-2026-0013"], 3, True)
    assert judged.severities == {"PYSEC-2": "low"}
    settings = Finder().settings_for(f"{project}/")
    assert decided_in(str(project), settings, request.said).vulnerabilities == judged != Judgement()
