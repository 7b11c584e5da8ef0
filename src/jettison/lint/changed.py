"""Which files differ from a revision, asked of git."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from jettison.errors import UsageError

TIMEOUT: Final = 60
_FIRST_LINE: Final = 300


def changed_since(revision: str) -> frozenset[str]:
    """Return the real paths of files changed since a revision, new untracked files included.

    Raises:
        UsageError: git is missing, this is no repository, or it knows no such revision.
    """
    if revision.startswith("-"):
        raise UsageError(f"--changed-since: {revision!r} is not a revision")
    top = _git("rev-parse", "--show-toplevel").rstrip(b"\n")
    listed = _git("diff", "--name-only", "--no-ext-diff", "-z", revision, "--")
    untracked = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/")
    names = (listed + untracked).split(b"\0")
    return frozenset(os.path.realpath(os.fsdecode(os.path.join(top, name))) for name in names if name)


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False, timeout=TIMEOUT)
    except FileNotFoundError as error:
        raise UsageError("--changed-since needs git, and there is none") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError("--changed-since: git did not answer") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0][:_FIRST_LINE]
        raise UsageError(f"--changed-since: {said or 'git failed'}")
    return done.stdout
