"""Names of the environment variables that the sources read. Values are never read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.project.tree import Tree

_READS: Final = re.compile(
    r"(?:os\.environ(?:\.get)?|os\.getenv|ENV(?:\.fetch)?|getenv|os\.(?:Getenv|LookupEnv)|env::var|System\.getenv|System\.(?:get|fetch)_env!?|"
    r"Deno\.env\.get|GetEnvironmentVariable|env\.(?:str|int|bool|get)|\benv)\s*[\[(]\s*[\"']([A-Z][A-Z0-9_]{1,60})[\"']"
    r"|(?:process\.env|Bun\.env|import\.meta\.env)(?:\.|\[[\"'])([A-Z][A-Z0-9_]{1,60})"
)
_DOTENV: Final = re.compile(r"^\s*(?:export\s+)?([A-Z][A-Z0-9_]{1,60})\s*=", re.MULTILINE)
# Set by the system or by the image, not by who deploys.
_NOT_ASKED: Final = frozenset(
    "PATH HOME USER PWD HOSTNAME LANG TZ SHELL TERM TMPDIR NODE_ENV PYTHONPATH DEV PROD MODE "
    "CI PYTHONUNBUFFERED BUNDLE_GEMFILE RAILS_ENV RACK_ENV PIDFILE GIN_MODE".split()
)
_MAX: Final = 60


def variables(tree: Tree, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that the sources and the project's env files use, sorted."""
    found = {one or other for path in paths for one, other in _READS.findall(tree.text(path))}
    for name in (".env.example", ".env.sample", ".env.template", ".env"):
        found.update(_DOTENV.findall(tree.text(name)))
    return tuple(sorted(found - _NOT_ASKED))[:_MAX]
