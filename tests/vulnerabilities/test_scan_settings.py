"""`scan` goes by the `[scan]` table of the settings; the command line goes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jettison.cli.main import main

from . import small


@pytest.fixture(autouse=True)
def database(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    capsys.readouterr()


def scanned(image: str, capsys: pytest.CaptureFixture[str], *options: str, code: int = 0) -> dict[str, object]:
    assert main(["scan", image, "--format", "json", *options]) == code
    data = json.loads(capsys.readouterr().out)
    assert isinstance(data, dict)
    return data


def test_what_the_settings_say_is_done(place: Path, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "jettison.toml").write_text(
        '[scan]\nfail-on = "critical"\nscanners = ["vuln"]\nmax-age = 100000\n\n'
        '[scan.severity]\nPYSEC-1 = "low"\n\n'
        '[[scan.ignore]]\nid = "CVE-2026-0012"\nreason = "not compiled in"\n'
    )
    before = scanned(image, capsys, "--no-config", "--fail-on", "critical", code=1)
    after = scanned(image, capsys)
    assert after["scanners"] == ["vuln"]
    assert before["counts"]["critical"] - 1 == after["counts"]["critical"]  # type: ignore[index]
    assert any("counts as low" in note for note in after["notes"])  # type: ignore[attr-defined]
    ignored = {(one["id"], one["reason"]) for one in after["ignored"]}  # type: ignore[attr-defined]
    assert ignored == {("CVE-2026-0012", "not compiled in")}
    assert not any(one["stale"] for one in after["data"])  # type: ignore[attr-defined]
    assert main(["scan", image, "--fail-on", "low"]) == 1
    assert main(["scan", image, "--fail-on", "never"]) == 0


def test_files_are_relative_to_the_settings(place: Path, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = place / "service"
    folder.mkdir()
    (folder / "jettison.toml").write_text('[scan]\nignore-files = ["more.toml"]\n')
    (folder / "more.toml").write_text('[[ignore]]\nid = "CVE-2026-0001"\nreason = "none of ours"\n')
    (folder / "Dockerfile").write_text("FROM debian:12\nRUN pip install old_thing\n")
    data = scanned(image, capsys, "-f", str(folder / "Dockerfile"))
    assert [one["id"] for one in data["ignored"]] == ["CVE-2026-0001"]  # type: ignore[attr-defined]
    assert scanned(image, capsys)["ignored"] == []
    named = scanned(image, capsys, "--config", str(folder / "jettison.toml"))
    assert len(named["ignored"]) == 1  # type: ignore[arg-type]
