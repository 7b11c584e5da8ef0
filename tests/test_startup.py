"""`jettison check` imports nothing heavy. The list is exact; no timing decides here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DENIED = {
    "dataclasses", "inspect", "typing_extensions", "logging", "subprocess", "asyncio", "http", "http.client", "urllib", "urllib.request",
    "ssl", "rich", "yaml", "jinja2", "importlib.metadata", "importlib.resources", "sqlite3", "concurrent.futures", "multiprocessing",
    "textual", "pygls", "tomllib", "shutil", "tempfile", "difflib", "json", "argparse", "gettext", "locale",
}  # fmt: skip
PROGRAM = """
import sys
from jettison.cli.main import main
code = main(["check", "--exit-zero", sys.argv[1]])
sys.stderr.write("MODULES " + " ".join(sys.modules) + "\\n")
sys.exit(code)
"""


def test_check_imports_nothing_heavy(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\nCMD python x.py\n")
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, text=True, check=True)
    assert "JT104" in done.stdout
    loaded = set(done.stderr.rpartition("MODULES ")[2].split()) - set(bare.stdout.split())
    # The exec-form fix writes JSON, so its rule may load json; nothing else of the list.
    assert sorted(loaded & DENIED - {"json"}) == []


def test_rules_of_the_context_are_not_loaded_without_one(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:bookworm\nCOPY . /srv\n")
    program = PROGRAM.replace('"check",', '"check", "--no-context",')
    words = [sys.executable, "-c", program, str(tmp_path / "Dockerfile")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "jettison.model.context" not in done.stderr
    assert "jettison.rules.size.unused_large_file" not in done.stderr


def test_machine_output_is_json(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian\n")
    done = subprocess.run([sys.executable, "-c", "import sys; from jettison.cli.main import main; sys.exit(main(sys.argv[1:]))",
                           "check", "--format", "json", str(file)], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["files"][0]["findings"][-1]["code"] == "JT305"
