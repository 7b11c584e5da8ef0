"""Start commands that a project states itself: Procfile lines and script entries, as words."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.project.tree import Tree

_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")
_SHELL: Final = re.compile(r"[|&;<>()`*?]|\$(?!PORT\b|\{PORT)")
_PORT: Final = re.compile(r"\$\{PORT(?::-?\w*)?\}|\$PORT\b")


def plain_words(line: str) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return (words, variables set before them) of a line that needs no shell; None for any other.

    `$PORT` becomes the placeholder of the port.
    """
    line = _PORT.sub("{port}", line.strip())
    if not line or _SHELL.search(line):
        return None
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    env: dict[str, str] = {}
    if words and words[0] in ("cross-env", "env"):
        words = words[1:]
    while words and _ASSIGNMENT.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        env[name] = value
    if words and words[0] == "exec":
        words = words[1:]
    return (tuple(words), env) if words else None


def procfile_line(tree: Tree) -> str:
    """Return the `web` line of a Procfile, empty without one."""
    match = re.search(r"^web:\s*(.+)$", tree.text("Procfile"), re.MULTILINE)
    return match[1] if match else ""
