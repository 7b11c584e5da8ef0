"""The `[scan]` table: read, refused where it is wrong, shown as it is in force."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.settings import scan_table
from jettison.settings.find import Finder
from jettison.settings.problem import ConfigError
from jettison.settings.settings import Scanning
from jettison.vulnerabilities import scan, severity

TABLE = """\
[scan]
fail-on = "high"
scanners = ["vuln"]
only-fixed = true
max-age = 14
vex = ["a.vex.json"]
ignore-files = ["more.toml"]
severity = { "CVE-2024-1" = "low" }

[[scan.ignore]]
id = "CVE-2024-2"
reason = "not compiled in"
expires = 2027-01-31
"""
READ = Scanning(
    "high",
    ("vuln",),
    True,
    14,
    ("a.vex.json",),
    ("more.toml",),
    ({"id": "CVE-2024-2", "reason": "not compiled in", "expires": datetime.date(2027, 1, 31)},),
    {"CVE-2024-1": "low"},
)


def test_table_is_read_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "jettison.toml"
    path.write_text(TABLE)
    assert Finder().settings_for(f"{tmp_path}/").scan == READ
    assert main(["config", "show", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert f"[scan]  # {path}:1" in shown
    # What is shown is a settings file that says the same.
    again = tmp_path / "again"
    again.mkdir()
    (again / "jettison.toml").write_text(shown)
    assert Finder().settings_for(f"{again}/").scan == READ


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("failon = 'high'", "did you mean 'fail-on'"),
        ("fail-on = 'severe'", "is not one of critical, high"),
        ("scanners = ['vulns']", "did you mean 'vuln'"),
        ("max-age = -1", "a number of days"),
        ("max-age = true", "a number of days"),
        ("severity = { CVE-1 = 'bad' }", "is not one of critical"),
        ("ignore = ['CVE-2024-1']", "a list of tables with id and reason"),
        ("ignore = [{ id = 'CVE-2024-1' }]", "reason is missing"),
        ("ignore = [{ id = 'CVE-2024-1', reason = 'x', until = 1 }]", "no such key: until"),
        ("ignore = [{ id = 'CVE-2024-1', reason = 'x', expires = 'soon' }]", "a date such as"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "jettison.toml").write_text(f"[scan]\n{text}\n")
    with pytest.raises(ConfigError, match=message) as caught:
        Finder().settings_for(f"{tmp_path}/")
    assert "jettison.toml:2: scan." in str(caught.value)


def test_the_names_are_those_of_the_scan() -> None:
    assert scan_table.FAIL_LEVELS == scan.FAIL_LEVELS
    assert scan_table.KINDS == scan.KINDS
    assert set(scan_table.GRADES) < set(severity.SEVERITIES)
