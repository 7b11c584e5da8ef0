"""The recipe for Go: which program a build writes, with a manifest or without."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.optimize.job import optimize
from jettison.optimize.records import Request

MAIN = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n'


@pytest.mark.parametrize(
    ("manifest", "source", "build", "program"),
    [
        ("", "server.go", "go build server.go", "server"),
        ("", "cmd/web.go", "go build -tags netgo -v cmd/web.go", "web"),
        ("module example.org/shop/v2\n", "main.go", "go build .", "shop"),
        ("module example.org/shop\n", "cmd/shopd/main.go", 'go build -ldflags "-s -w" ./cmd/shopd', "shopd"),
        ("module example.org/shop\n", "main.go", "go build ./...", ""),
    ],
)
def test_the_program_that_is_built_is_shipped_alone(
    tmp_path: Path, manifest: str, source: str, build: str, program: str
) -> None:
    (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / source).write_text(MAIN)
    if manifest:
        (tmp_path / "go.mod").write_text(manifest)
    start = program or "shop"
    (tmp_path / "Dockerfile").write_text(
        f'FROM golang:1.22 \nWORKDIR /app\nCOPY . .\nRUN {build}\nEXPOSE 8080\nCMD ["/app/{start}"]\n'
    )
    outcome = optimize(Request(str(tmp_path), build=False), lambda text: None)
    assert outcome.chosen is not None
    text = outcome.chosen.dockerfile.decode()
    if not program:
        assert text.count("FROM ") == 1
        return
    assert text.startswith("FROM golang:1.22 AS build\n")
    assert f"COPY --from=build /app/{program} /app/{program}\n" in text.split("FROM gcr.io/distroless/static")[1]
