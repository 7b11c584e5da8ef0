"""Other scanners: programs that answer in the documented form, joined with what we found; and every way to fail.

No database of Trivy or Grype can be had here, so the answers are written by hand after their documentation. How the
real Trivy fails without its database was seen; its words are the ones below.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jettison.cli.main import main

from . import small
from .test_scan_command import ids, scanned

TRIVY = {
    "SchemaVersion": 2,
    "ArtifactName": "image.tar",
    "Results": [
        {
            "Target": "image.tar (debian 12)",
            "Class": "os-pkgs",
            "Type": "debian",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2026-0012",
                    "PkgName": "curl",
                    "InstalledVersion": "7.88.1-10+deb12u5",
                    "FixedVersion": "7.88.1-10+deb12u6",
                    "Status": "fixed",
                    "Severity": "HIGH",
                    "Title": "curl: something",
                    "PkgIdentifier": {"PURL": "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12"},
                    "Layer": {"DiffID": "sha256:0"},
                    "PrimaryURL": "https://avd.aquasec.com/nvd/cve-2026-0012",
                },
                {
                    "VulnerabilityID": "CVE-2026-7777",
                    "PkgName": "curl",
                    "InstalledVersion": "7.88.1-10+deb12u5",
                    "Status": "will_not_fix",
                    "Severity": "LOW",
                    "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", "V3Score": 5.5}},
                },
            ],
        },
        {
            "Target": "Python",
            "Class": "lang-pkgs",
            "Type": "python-pkg",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2026-0001",
                    "PkgName": "old_thing",
                    "InstalledVersion": "1.6",
                    "FixedVersion": "1.7.1, 2.0",
                    "Severity": "CRITICAL",
                    "PkgPath": "usr/lib/python3/site-packages/old_thing-1.6.dist-info/METADATA",
                },
                {
                    "VulnerabilityID": "CVE-2026-8888",
                    "PkgName": "unseen",
                    "InstalledVersion": "3",
                    "Severity": "UNKNOWN",
                },
                {"VulnerabilityID": "\x1b[31m", "PkgName": "x"},
            ],
        },
        {"Target": "empty", "Type": "npm"},
    ],
}
GRYPE = {
    "matches": [
        {
            "vulnerability": {
                "id": "GHSA-aaaa-bbbb-cccc",
                "dataSource": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
                "severity": "Critical",
                "cvss": [{"version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "metrics": {"baseScore": 9.8}}],
                "fix": {"versions": ["2.0"], "state": "fixed"},
            },
            "relatedVulnerabilities": [{"id": "CVE-2026-0001", "description": "words"}],
            "artifact": {
                "name": "old-thing", "version": "1.6", "type": "python", "purl": "pkg:pypi/old-thing@1.6",
                "locations": [{"path": "/usr/lib/python3/site-packages/old_thing-1.6.dist-info/METADATA", "layerID": "sha256:1"}],
            },
        },
        {
            "vulnerability": {"id": "CVE-2026-9999", "severity": "Negligible", "fix": {"versions": [], "state": "wont-fix"}},
            "artifact": {"name": "curl", "version": "7.88.1-10+deb12u5", "type": "deb", "purl": "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5"},
        },
    ],
    "descriptor": {"name": "grype", "version": "0.80.0"},
}  # fmt: skip
NO_DATABASE = (
    "2026-11-25T20:52:37Z\tFATAL\tFatal error\trun error: init error: DB error: failed to download vulnerability DB"
)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for programs, the first on PATH; nothing else is on it but the shell's tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def program(folder: Path, name: str, answer: str, code: int = 0, words: str = "") -> None:
    (folder / f"{name}.out").write_text(answer)
    (folder / f"{name}.err").write_text(words)
    script = folder / name
    script.write_text(
        f'#!/bin/sh\necho "$@" > {folder}/{name}.args\ncat {folder}/{name}.err >&2\ncat {folder}/{name}.out\nexit {code}\n'
    )
    os.chmod(script, 0o755)


def by_name(found: dict[str, object]) -> dict[tuple[str, str], dict[str, object]]:
    return {(one["id"], one["package"]["name"]): one for one in found["vulnerabilities"]}  # type: ignore[attr-defined]


def test_trivy_joins_what_we_found(
    image: str,
    programs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program(programs, "trivy", json.dumps(TRIVY))
    main(["db", "import", *small.write(tmp_path / "advisories")])
    capsys.readouterr()
    alone = ids(scanned(capsys, image))
    found = scanned(capsys, image, "--scanner", "trivy")
    rows = by_name(found)
    assert found["sources"] == ["jettison", "trivy"]
    assert sorted(ids(found)) == sorted([*alone, "CVE-2026-7777", "CVE-2026-8888"])
    assert rows["CVE-2026-0001", "old-thing"]["sources"][-1] == "trivy"  # type: ignore[index]
    assert rows["CVE-2026-0001", "old-thing"]["fixed"] == ["2.0"]
    both = rows["CVE-2026-0012", "curl"]
    assert both["sources"] == ["tracker", "trivy"] and both["summary"] == "in curl"
    ours_not = rows["CVE-2026-7777", "curl"]
    assert (ours_not["score"], ours_not["severity"], ours_not["status"]) == (5.5, "low", "ignored")
    assert rows["CVE-2026-8888", "unseen"]["package"]["type"] == "pypi"  # type: ignore[index]
    arguments = (programs / "trivy.args").read_text().split()
    assert arguments == ["image", "--format", "json", "--quiet", "--scanners", "vuln", "--input", image]
    for form in ("text", "sarif", "markdown", "html", "openvex", "cyclonedx"):
        assert main(["scan", image, "--scanner", "trivy", "--format", form, "--all"]) == 0
        assert "CVE-2026-8888" in capsys.readouterr().out


def test_grype_alone_without_any_data_of_ours(
    image: str,
    programs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program(programs, "grype", json.dumps(GRYPE))
    found = scanned(capsys, image, "--scanner", "grype", "--fail-on", "critical", code=1)
    rows = by_name(found)
    assert set(rows) == {("CVE-2026-0001", "old-thing"), ("CVE-2026-9999", "curl")}
    first = rows["CVE-2026-0001", "old-thing"]
    assert (first["aliases"], first["score"], first["fixed"]) == (["GHSA-aaaa-bbbb-cccc"], 9.8, ["2.0"])
    assert first["package"]["layer"] == 1  # type: ignore[index]
    assert (programs / "grype.args").read_text().split() == ["--output", "json", "--quiet", "--", image]


@pytest.mark.parametrize(
    ("answer", "code", "words", "message"),
    [
        (
            "",
            1,
            NO_DATABASE,
            "trivy failed with exit code 1: Fatal error run error: init error: DB error: failed to download",
        ),
        ("", 7, "", "exit code 7: it said nothing"),
        ("", 0, "", "no JSON report that is understood"),
        ("[" * 20_000, 0, "", "no JSON report that is understood"),
        ('{"matches": []}', 0, "", "no JSON report that is understood"),
    ],
)
def test_failures_say_what_happened(
    answer: str,
    code: int,
    words: str,
    message: str,
    image: str,
    programs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program(programs, "trivy", answer, code, words)
    assert main(["scan", image, "--scanner", "trivy"]) == 3
    assert message in capsys.readouterr().err


def test_what_is_not_installed_is_named(image: str, programs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", image, "--scanner", "grype"]) == 3
    assert "grype is not installed" in capsys.readouterr().err


def test_a_bill_and_a_folder_are_handed_on_as_what_they_are(
    image: str,
    place: Path,
    programs: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("trivy", "grype"):
        program(programs, name, json.dumps({"SchemaVersion": 2, "ArtifactName": "x", "matches": []}))
    assert main(["sbom", image, "-o", "bill.json"]) == 0
    (place / "root").mkdir()
    expected = {
        ("trivy", "bill.json"): "sbom --format json --quiet -- bill.json",
        ("grype", "bill.json"): "--output json --quiet -- sbom:bill.json",
        ("trivy", "root"): "rootfs --format json --quiet --scanners vuln -- root",
        ("grype", "root"): "--output json --quiet -- dir:root",
    }
    for (name, target), arguments in expected.items():
        assert main(["scan", target, "--scanner", name]) == 0
        assert (programs / f"{name}.args").read_text().strip() == arguments
