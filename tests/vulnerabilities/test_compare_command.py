"""`compare` tells which known vulnerabilities went and came, by data of which age; nothing where there is no data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from image.archives import old_layout, tar_of
from jettison.cli.main import main

from . import small
from .images import BASE, metadata


@pytest.fixture
def pair(image: str, tmp_path: Path) -> tuple[str, str]:
    """Return an image, and one in which a package was updated and another came."""
    after = tmp_path / "after.tar"
    lodash = ("app/node_modules/lodash/package.json", "file", b'{"name": "lodash", "version": "4.17.20"}')
    after.write_bytes(old_layout(BASE, tar_of(metadata("old_thing", "2.0"), lodash)))
    return image, str(after)


def _json(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["compare", *pair, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)["vulnerabilities"]
    assert data is None or isinstance(data, dict)
    return data or {}


def test_without_data_nothing_is_said(pair: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(pair, capsys) == {}
    assert main(["compare", *pair]) == 0
    assert "vulnerabilit" not in capsys.readouterr().out


def test_what_went_and_what_came(pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    data = _json(pair, capsys)
    gone, new = ([(one["id"], one["package"]) for one in data[key]] for key in ("gone", "new"))  # type: ignore[attr-defined]
    assert gone == [("CVE-2026-0001", "old-thing"), ("PYSEC-2", "old-thing")]
    assert new == [("CVE-2026-0005", "lodash")]
    before, after = data["before"], data["after"]
    assert isinstance(before, dict) and isinstance(after, dict)
    assert before["total"] - len(gone) + len(new) == after["total"]
    assert (before["exploited"], after["exploited"]) == (1, 0)
    assert all(one["age_days"] >= 0 and one["dated"] for one in before["data"])

    page = tmp_path / "page.html"
    reports = []
    for options in ([], ["--format", "markdown"], ["--html", str(page)]):
        assert main(["compare", *pair, *options]) == 0
        reports.append(capsys.readouterr().out)
    for report in (*reports[:2], page.read_text()):
        for text in ("CVE-2026-0001", "CVE-2026-0005", "days old", "at least"):
            assert text in report, text
    assert max(len(line) for line in reports[0].splitlines()) <= 100


def test_a_side_that_no_data_speaks_of_is_not_compared(
    image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it would read as gone."""
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    other = tmp_path / "other.tar"
    release = ("etc/os-release", "file", b"ID=wolfi\nVERSION_ID=20230201\n")
    installed = ("lib/apk/db/installed", "file", b"P:curl\nV:8.0-r0\nA:x86_64\n\n")
    other.write_bytes(old_layout(tar_of(release, installed)))
    capsys.readouterr()
    assert main(["compare", image, str(other), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["vulnerabilities"] is None
    assert "no data speaks of the second image" in err
