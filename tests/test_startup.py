"""`jettison check`, and `inspect` of an image that is known, import nothing heavy. The lists are exact; no timing decides here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from image.archives import old_layout, tar_of

DENIED = {
    "dataclasses", "inspect", "typing_extensions", "logging", "subprocess", "asyncio", "http", "http.client", "urllib", "urllib.request",
    "ssl", "rich", "yaml", "jinja2", "importlib.metadata", "importlib.resources", "sqlite3", "concurrent.futures", "multiprocessing",
    "textual", "pygls", "tomllib", "shutil", "tempfile", "difflib", "json", "argparse", "gettext", "locale",
}  # fmt: skip
# What `inspect` has no use for where an earlier run read all layers; `platform` is not here, for zstandard imports it.
DENIED_WHEN_KNOWN = (DENIED - {"json"}) | {
    "ast", "dis", "tokenize", "linecache", "pathlib", "random", "bz2", "lzma", "queue", "threading", "signal", "urllib.parse",
    "ipaddress", "uuid", "jettison.findings", "jettison.syntax.tree", "jettison.syntax.tokens", "jettison.model",
    "jettison.image.layer_pool", "jettison.image.layer_worker", "jettison.image.mapped", "jettison.image.scan",
    "jettison.image.linked", "jettison.image.proof_collector", "jettison.image.registry", "jettison.secretscan.checks",
}  # fmt: skip
PROGRAM = """
import sys
from jettison.cli.main import main
code = main(sys.argv[1:])
sys.stderr.write("MODULES " + " ".join(sys.modules) + "\\n")
sys.exit(code)
"""


def run(*words: str, **environment: str) -> tuple[str, set[str]]:
    """Return what a command line prints, and what it loads that a bare interpreter does not."""
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(' '.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return done.stdout, set(done.stderr.rpartition("MODULES ")[2].split()) - set(bare.stdout.split())


def test_check_imports_nothing_heavy(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\nCMD python x.py\n")
    out, loaded = run("check", "--exit-zero", str(file))
    assert "JT104" in out
    # The exec-form fix writes JSON, so its rule may load json; nothing else of the list.
    assert sorted(loaded & DENIED - {"json"}) == []


def test_inspect_of_a_known_image_imports_nothing_heavy(tmp_path: Path) -> None:
    image = tmp_path / "image.tar"
    image.write_bytes(
        old_layout(tar_of(("etc/os-release", "file", b"ID=debian\nVERSION_ID=12\n"), ("a", "file", b"x")))
    )
    words = ("inspect", str(image), "--sbom", str(tmp_path / "sbom.json"))
    _, first = run(*words, JETTISON_CACHE=str(tmp_path / "cache"))
    out, loaded = run(*words, JETTISON_CACHE=str(tmp_path / "cache"))
    assert "jettison.image.mapped" in first
    assert "1 layer of an earlier run" in out
    # From Python 3.14 on, a library's own NamedTuple brings it.
    denied = DENIED_WHEN_KNOWN - {"ast"} if sys.version_info >= (3, 14) else DENIED_WHEN_KNOWN
    assert sorted(loaded & denied) == []


def test_rules_of_the_context_are_not_loaded_without_one(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:bookworm\nCOPY . /srv\n")
    _, loaded = run("check", "--no-context", "--exit-zero", str(tmp_path / "Dockerfile"))
    assert "jettison.lint.engine" in loaded
    assert "jettison.model.context" not in loaded
    assert "jettison.rules.size.unused_large_file" not in loaded


def test_machine_output_is_json(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian\n")
    done = subprocess.run([sys.executable, "-c", "import sys; from jettison.cli.main import main; sys.exit(main(sys.argv[1:]))",
                           "check", "--format", "json", str(file)], capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert json.loads(done.stdout)["files"][0]["findings"][-1]["code"] == "JT305"
