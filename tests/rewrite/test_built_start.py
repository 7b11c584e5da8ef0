"""A program that its start command would compile is built in a stage of its own, and shipped alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.optimize.job import optimize
from jettison.optimize.records import Request

MAIN = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n'


@pytest.mark.parametrize("start", ['["go", "run", "main.go"]', "go run .", '["go", "run", "./"]'])
def test_go_run_becomes_a_build(start: str, tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(MAIN)
    (tmp_path / "go.mod").write_text("module example.org/shop\n")
    (tmp_path / "Dockerfile").write_text(f"FROM golang:1.22\nWORKDIR /src\nCOPY . .\nEXPOSE 8080\nCMD {start}\n")
    outcome = optimize(Request(str(tmp_path), build=False), lambda text: None)
    assert outcome.chosen is not None
    text = outcome.chosen.dockerfile.decode()
    assert "FROM gcr.io/distroless/static-debian12:nonroot\n" in text
    assert "COPY --from=build /usr/local/bin/app /usr/local/bin/app\n" in text
    assert text.rstrip().endswith('CMD ["/usr/local/bin/app"]')
    assert "cmd" in {field for change in outcome.chosen.changes for field in change.config}


def test_what_go_run_is_told_beyond_that_is_left(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text(MAIN)
    (tmp_path / "Dockerfile").write_text('FROM golang:1.22\nWORKDIR /src\nCOPY . .\nCMD ["go", "run", "-race", "."]\n')
    outcome = optimize(Request(str(tmp_path), build=False), lambda text: None)
    assert outcome.chosen is None or b'CMD ["go", "run", "-race", "."]' in outcome.chosen.dockerfile
