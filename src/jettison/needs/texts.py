"""Which files of a project are text that its program consists of, and worth looking through for hints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.model.context import BuildContext

ENDINGS: Final = (
    ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".go", ".rb", ".php", ".java", ".kt", ".rs", ".c", ".cc", ".cpp",
    ".h", ".cs", ".ex", ".exs", ".sh", ".pl", ".ini", ".conf", ".cfg", ".toml", ".yml", ".yaml", ".properties", ".ru",
)  # fmt: skip
MAX_TEXTS: Final = 600
MAX_BYTES: Final = 256 * 1024
_OTHERS: Final = frozenset(("node_modules", ".git", ".venv", "venv", "vendor", "target"))


def program_texts(context: BuildContext) -> list[str]:
    """Return paths of the context, at most so many, of moderate size."""
    found = []
    for file in context.files():
        if file.path.endswith(ENDINGS) and file.size <= MAX_BYTES and _OTHERS.isdisjoint(file.path.split("/")):
            found.append(file.path)
            if len(found) >= MAX_TEXTS:
                break
    return found
