"""`init` on projects without a Dockerfile: built, started, healthy, answered and stopped on a real engine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.engine.base import Engine

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "init"
# The kinds whose bases CI has; benchmarks/init.py runs the others.
CHOSEN = ("go-http", "python-plain", "static-site")


@pytest.mark.engine
@pytest.mark.parametrize("name", CHOSEN)
def test_the_first_try_works(engine: Engine, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Path(shutil.copytree(EXAMPLES / name, tmp_path / name))
    code = main(["init", "--yes", str(project)])
    shown = capsys.readouterr().out
    assert code == 0, shown
    for claim in (
        "does not run as root",
        "starts and stays up",
        "health check passes",
        "answers from outside",
        "stops on SIGTERM",
    ):
        assert f"ok   it {claim}" in shown or f"ok   its {claim}" in shown, shown
    assert (project / "Dockerfile").exists()


@pytest.mark.engine
def test_what_does_not_work_is_not_written(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Path(shutil.copytree(EXAMPLES / "python-plain", tmp_path / "broken"))
    (project / "main.py").write_text("raise SystemExit('no database')\n# server = HTTPServer(('0.0.0.0', 8000), H)\n")
    before = sorted(os.listdir(project))
    assert main(["init", "--yes", str(project)]) == 1
    assert "it ended with code 1" in capsys.readouterr().out
    assert sorted(os.listdir(project)) == before
    # To replace files is not to want what does not work.
    assert main(["init", "--yes", "--force", str(project)]) == 1
    assert sorted(os.listdir(project)) == before
    assert main(["init", "--yes", "--anyway", str(project)]) == 1
    assert (project / "Dockerfile").exists()


@pytest.mark.engine
def test_a_folder_that_the_program_makes_can_be_written(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Path(shutil.copytree(EXAMPLES / "python-plain", tmp_path / "logging"))
    source = (project / "main.py").read_text()
    makes = 'import os\nif not os.path.exists("logs"):\n    os.mkdir("logs")\nopen("logs/a", "w").close()\n'
    (project / "main.py").write_text(makes + source)
    code = main(["init", "--yes", str(project)])
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert "only /tmp and /app/logs can be written" in shown
    assert ":/app/logs\n" in (project / "compose.yaml").read_text()
    assert "read_only: true" in (project / "compose.yaml").read_text()
