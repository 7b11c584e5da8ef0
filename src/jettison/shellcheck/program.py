"""The ShellCheck program: where it is, and one run of it over many scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any, Final

from jettison.errors import UsageError

# A run takes some milliseconds a script; one that takes longer than this is given up, with its scripts.
SECONDS: Final = 60
BATCH: Final = 100
MAX_OUTPUT: Final = 32 * 1024 * 1024
# 1090, 1091: a sourced file is not at hand. 2148, 1128: what stands for the interpreter line is ours.
# 2187: an ash is a dash here.
EXCLUDED: Final = "SC1090,SC1091,SC1128,SC2148,SC2187"


def find() -> str:
    """Return the path of the program: the one that the extra brings, else the first on PATH.

    Raises:
        UsageError: there is none; the message says how to get it.
    """
    beside = os.path.join(os.path.dirname(sys.executable), "shellcheck")
    found = beside if os.access(beside, os.X_OK) else shutil.which("shellcheck")
    if found is None:
        raise UsageError("shellcheck is not installed; `pip install 'jettison[shellcheck]'` brings it")
    return found


def run(program: str, scripts: Sequence[str]) -> list[list[dict[str, Any]] | None]:
    """Return the comments of each script, None for those of a batch that failed; one process checks a batch."""
    found: list[list[dict[str, Any]] | None] = []
    for start in range(0, len(scripts), BATCH):
        found.extend(_batch(program, scripts[start : start + BATCH]))
    return found


def _batch(program: str, scripts: Sequence[str]) -> list[list[dict[str, Any]] | None]:
    with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
        names = [f"{number}.sh" for number in range(len(scripts))]
        for name, script in zip(names, scripts, strict=True):
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
                file.write(script)
        words = [program, "--norc", "--format=json1", f"--exclude={EXCLUDED}", "--", *names]
        try:
            done = subprocess.run(words, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return [None] * len(scripts)
    return _sorted(done.stdout, names)


def _sorted(output: bytes, names: Sequence[str]) -> list[list[dict[str, Any]] | None]:
    import json

    try:
        comments = json.loads(output)["comments"] if len(output) <= MAX_OUTPUT else None
    except (ValueError, KeyError, TypeError):
        comments = None
    if comments is None:
        return [None] * len(names)
    by_name: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for comment in comments:
        by_name.get(comment["file"], []).append(comment)
    return [by_name[name] for name in names]
