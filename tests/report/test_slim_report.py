"""The report of `slim` fits the terminal and shows no secret of the image's history."""

from __future__ import annotations

import json

from jettison.report.slim import render_json, render_text
from jettison.secretscan.mask import Redactor
from jettison.slim.records import Gone, SlimOutcome
from jettison.terminal import Palette

SECRET = "Kx93mVpq7Rt2Zw81Ln5Y"
STEP = f"RUN |1 NPM_TOKEN={SECRET} /bin/sh -c {'echo a long command; ' * 10} --password={SECRET} # buildkit"


def outcome() -> SlimOutcome:
    gone = (
        Gone("packages that nothing started or loaded needs", STEP, 3, 50_000_000, "install them in a build stage"),
    )
    dockerfile = f"FROM scratch\nENV NPM_TOKEN={SECRET}\n".encode()
    tried = (f"the packages it needs: not built: {'x' * 180}{SECRET}",)
    return SlimOutcome("app:1", "proven", "app:slim", 2, 1, dockerfile, gone, tried, None, (), Redactor((SECRET,)))


def test_no_secret_and_no_wide_line() -> None:
    text = render_text(outcome(), Palette(False))
    assert "from: echo a long command; echo" in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("Tried")) <= 100
    told = json.loads(render_json(outcome()))
    assert told["dockerfile"] == "FROM scratch\nENV NPM_TOKEN=***\n"
    for shown in (text, json.dumps(told)):
        assert all(SECRET[:size] not in shown for size in (8, 20))
