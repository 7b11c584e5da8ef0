"""A .dockerignore from what is really in the context; what the user wrote stays."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_NAMES: Final = (
    ".git",
    ".gitignore",
    ".github",
    ".env",
    ".idea",
    ".vscode",
    ".devcontainer",
    ".DS_Store",
    ".venv",
    "venv",
    "__pycache__",
    "node_modules",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    "Dockerfile",
    ".dockerignore",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yaml",
    "compose.yml",
)
_HEAD: Final = "# Kept out of the build context by jettison: no build or image needs these.\n"


def new_dockerignore(model: Model) -> bytes | None:
    """Return the whole new text of the ignore file, or None when nothing is to be added."""
    context = model.context
    if context is None or context.truncated or context.ignore_path not in (None, ".dockerignore"):
        return None
    old = context.read(".dockerignore") if context.ignore_path else b""
    named = _named_sources(model)
    found = []
    for name in _NAMES:
        hits = [
            f
            for f in context.files()
            if name in f.path.split("/") and not (context.ignore and context.ignore.excludes(f.path))
        ]
        # Both files are sent whatever is listed; to list them keeps COPY . from taking them.
        if not hits or any(_needed(name, source) for source in named):
            continue
        found.append(name if all(file.path.split("/")[0] == name for file in hits) else f"**/{name}")
    if not found:
        return None
    if not old and ".dockerignore" not in found:
        found.append(".dockerignore")
    joint = b"\n" if old and not old.endswith(b"\n") else b""
    return old + joint + (_HEAD + "".join(f"{name}\n" for name in found)).encode()


def _named_sources(model: Model) -> list[str]:
    found: list[str] = []
    for node in model.instructions("COPY", "ADD"):
        if not node.flag("from"):
            found.extend(word.value.strip("/").removeprefix("./") for word in node.words[:-1])
    for run in model.runs:
        found.extend(word.value.removeprefix("./") for command in run.commands for word in command.argv)
    return [source for source in found if source not in ("", ".")]


def _needed(name: str, source: str) -> bool:
    return name in source.split("/") or fnmatch.fnmatchcase(name, source)
