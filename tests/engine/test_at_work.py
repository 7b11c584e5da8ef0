"""`jettison clean` takes nothing away from a run that still works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# In what is said of an engine, and not in the refusal.
DEAD = "docker"
WAITS = "from jettison.engine import at_work; at_work.begin(); print('ready', flush=True); input()"


def clean(cache: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run it on an engine that is dead, so that nothing is removed: what it says of that tells that it went on."""
    env = {**os.environ, "DOCKER_HOST": f"unix://{cache}/dead.sock", "JETTISON_CACHE": str(cache)}
    code = "import sys; from jettison.cli.main import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, "clean", "--engine", "docker", *options],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_clean_waits_for_no_run_and_disturbs_none(tmp_path: Path) -> None:
    env = {**os.environ, "JETTISON_CACHE": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None and run.stdout.readline() == "ready\n"
        refused = clean(tmp_path)
        assert refused.returncode == 4 and "another run is at work" in refused.stderr
        assert DEAD in clean(tmp_path, "--dry-run").stderr
        assert DEAD in clean(tmp_path, "--force").stderr
        # Killed outright it holds nothing any more.
        run.kill()
    assert DEAD in clean(tmp_path).stderr
