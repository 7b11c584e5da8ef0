"""How often files change, from the git repository around a project.

The repository is a stranger's: nothing that its configuration names is run (hooks, pagers, signature checks, file
watchers, transports), nothing is fetched, and what is read is bounded.

Source: git-log(1), git-config(1), git(1) "Environment variables".
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Collection
from typing import Final, NamedTuple

MAX_COMMITS: Final = 1000
MAX_BYTES: Final = 16 * 1024 * 1024
# A commit of more files is an import or a new formatting: it tells nothing of how the files change.
MAX_FILES: Final = 1000
MAX_SECONDS: Final = 5.0
# Fewer commits tell nothing.
MIN_COMMITS: Final = 20
_MARK: Final = b"\x01"
_SETTINGS: Final = (
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "log.showSignature=false",
    "protocol.allow=never",
    # Reading is harmless with the settings above, whoever owns the folder.
    "safe.directory=*",
)
_LOG: Final = (
    "log", f"--max-count={MAX_COMMITS}", "--format=%x01", "--name-only", "-z", "--relative", "--no-merges", "--no-renames",
    "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes", "--no-color", "--", ".",
)  # fmt: skip


class History(NamedTuple):
    """The newest commits that changed something of a project: the paths of each, relative to the project's folder."""

    commits: tuple[frozenset[str], ...]

    def changes(self, paths: Collection[str]) -> int:
        """Return how many of the commits changed at least one of these files."""
        wanted = frozenset(paths)
        return sum(not commit.isdisjoint(wanted) for commit in self.commits)


def read_history(root: str) -> History | None:
    """Return the history of a folder; None without git, a repository, or enough commits in it."""
    argv = ["git", "--no-pager", "--no-replace-objects", "--no-optional-locks", "-C", root]
    for setting in _SETTINGS:
        argv += ["-c", setting]
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    data = _output([*argv, *_LOG], env)
    commits = tuple(found for part in data.split(_MARK) if (found := _paths(part)))
    return History(commits) if len(commits) >= MIN_COMMITS else None


def _paths(part: bytes) -> frozenset[str]:
    names = [os.fsdecode(name.lstrip(b"\n")) for name in part.split(b"\0")]
    found = frozenset(name for name in names if name)
    return found if len(found) <= MAX_FILES else frozenset()


def _output(argv: list[str], env: dict[str, str]) -> bytes:
    """Return what a program prints, up to the bounds of size and time; nothing where it cannot be run."""
    try:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
        )
    except OSError:
        return b""
    timer = threading.Timer(MAX_SECONDS, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        return process.stdout.read(MAX_BYTES)
    finally:
        process.kill()
        process.wait()
        timer.cancel()
        if process.stdout is not None:
            process.stdout.close()
