"""The recipe for Python: what the runtime stage gets without a built original, and what it does not ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.optimize.job import optimize
from jettison.optimize.records import Request


def runtime_stage(project: Path) -> tuple[str, str]:
    outcome = optimize(Request(str(project), build=False), lambda text: None)
    assert outcome.chosen is not None
    build, runtime = outcome.chosen.dockerfile.decode().split("\nFROM ")
    return build, runtime


def project(tmp_path: Path, packages: str, app: str = "", requirements: str = "six\n", tag: str = "3.11") -> Path:
    (tmp_path / "app.py").write_text(app)
    (tmp_path / "requirements.txt").write_text(requirements)
    (tmp_path / "Dockerfile").write_text(
        f"FROM python:{tag}\nRUN apt-get update && apt-get install -y {packages}\nWORKDIR /app\nCOPY . .\n"
        'RUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n'
    )
    return tmp_path


@pytest.mark.parametrize(
    ("tag", "installed"),
    [("3.11", "libpq5 libffi8 "), ("3.11-bullseye", "libpq5 libffi7 "), ("3.11-bookworm", "libpq5 libffi8 ")],
)
def test_the_library_of_a_development_package_is_in_the_runtime_stage(tmp_path: Path, tag: str, installed: str) -> None:
    _, runtime = runtime_stage(project(tmp_path, "gcc libpq-dev=15.1 libffi-dev libunknown-dev", tag=tag))
    assert f"--no-install-recommends {installed}" in runtime
    assert "-dev" not in runtime and "gcc" not in runtime


def test_what_only_installs_stays_behind(tmp_path: Path) -> None:
    build, _ = runtime_stage(project(tmp_path, "gcc"))
    assert build.index("pip install") < build.index("pip uninstall -y pip")


@pytest.mark.parametrize(
    ("app", "requirements"), [("import pkg_resources\n", "six\n"), ("", "six\nsetuptools==65.0\n")]
)
def test_a_program_that_uses_setuptools_keeps_it(tmp_path: Path, app: str, requirements: str) -> None:
    build, _ = runtime_stage(project(tmp_path, "gcc", app, requirements))
    assert "uninstall" not in build


def test_requirements_go_where_the_sources_went_although_the_working_folder_is_set_later(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi\nuvicorn\n")
    (tmp_path / "Dockerfile").write_text(
        "FROM python:3.11\nCOPY . /app\nWORKDIR /app\nRUN pip install -r requirements.txt\nCMD uvicorn main:app\n"
    )
    build, _ = runtime_stage(tmp_path)
    assert "COPY requirements.txt /app/\nWORKDIR /app\nRUN" in build
