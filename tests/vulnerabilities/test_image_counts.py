"""The figures that `optimize` shows beside sizes: only with data, never a 0 for what was not looked up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.image.collect import InventoryCollector
from jettison.image.inspection import inventory_of
from jettison.image.source import open_image
from jettison.optimize.records import Outcome, Request, Side
from jettison.proof.measure import Measurement
from jettison.report.measured_rows import measured_rows
from jettison.report.optimize_json import render_json
from jettison.span import SourceText
from jettison.vulnerabilities.image_counts import ImageCounts, LookedUp, counts_of, look_up
from jettison.vulnerabilities.judgement import Judgement

from . import small


def counted(name: str) -> ImageCounts | None:
    found = look_up(LookedUp(inventory_of(open_image(name, InventoryCollector()))), judgement=Judgement())
    return counts_of(found[0]) if found else None


def outcome(*counts: ImageCounts | None) -> Outcome:
    figures = Measurement(1000, 500, 2, 100, 1.0, None, "", "")
    sides = tuple(Side(None, 3, (), one) for one in counts)
    return Outcome(
        Request("."), "Dockerfile", ".dockerignore", SourceText(b""), None, (), "proven", before=figures, sides=sides
    )


def test_nothing_is_counted_without_data(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert counted(image) is None
    assert not any("vulnerabilities" in row.title for row in measured_rows(outcome(None, None)))
    assert json.loads(render_json(outcome(None)))["vulnerabilities"] == [None]


def test_before_and_after_with_the_age_of_the_data(image: str, tmp_path: Path) -> None:
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    before = counted(image)
    assert before is not None
    assert (before.total, before.of("critical", "high"), before.exploited) == (6, 2, 1)
    assert (before.packages, before.looked_up, before.at_least) == (3, 3, True)
    after = ImageCounts((("high", 1),), 0, 2, 2, False, "2026-08-01", 3)
    rows = {row.title: row for row in measured_rows(outcome(before, after))}
    first = rows["known vulnerabilities"]
    assert (first.before, first.after) == ("at least 6", "1")
    assert first.gain == f"data {before.age} days old"
    assert rows["  known to be exploited"].before == "at least 1"
    only = {row.title: row for row in measured_rows(outcome(None, after))}["known vulnerabilities"]
    assert (only.before, only.after) == ("-", "1")
    data = json.loads(render_json(outcome(before, after)))["vulnerabilities"]
    assert data[0]["counts"]["critical"] == 1 and data[1]["counts_are"] == "exact"


def test_an_image_of_which_nothing_is_known_has_no_count(tmp_path: Path) -> None:
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    root = tmp_path / "root" / "node_modules" / "x"
    root.mkdir(parents=True)
    (tmp_path / "root" / "empty").write_text("x")
    assert counted(str(tmp_path / "root")) is None
