"""What kind of project a build context holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.project.history import History

MANIFESTS: Final = {"go.mod": "go", "requirements.txt": "python", "package.json": "node"}
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "go": (".go",),
    "python": (".py",),
    "node": (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".vue", ".svelte", ".astro"),
    # What no rewriter knows by name: it is read for its port and its health page all the same.
    "": (
        *(".rb", ".php", ".java", ".kt", ".scala", ".groovy", ".rs", ".c", ".cc", ".cpp", ".cxx", ".cs", ".fs", ".vb"),
        *(".ex", ".exs", ".py", ".go", ".js", ".ts", ".sh"),
    ),
}
MAX_SOURCES: Final = 400
MAX_SOURCE_BYTES: Final = 256 * 1024
_HEALTH: Final = re.compile(r"""["'`](/(?:healthz?|health-?check|livez|readyz|ready|ping|status|_health))["'`]""")
_PORT: Final = re.compile(
    r"""(?:port\s*[=:,]\s*|PORT["']?\s*[,)]\s*["']?|PORT["'\])]*\s*(?:\|\||\?\?|or\b)\s*["']?|\.listen\(\s*|:)(\d{2,5})\b""",
    re.IGNORECASE,
)


class Project(NamedTuple):
    """A recognised source tree. ecosystem: "go", "python", "node" or "" when it is none of these.

    history: how often its files change, None where that is not known.
    """

    ecosystem: str
    manifests: tuple[str, ...]
    sources: tuple[str, ...]
    port: int | None
    health_path: str
    history: History | None = None


def detect(context: BuildContext, exposed: tuple[str, ...] = ()) -> Project:
    """Return what the context holds; the first manifest at its root decides."""
    names = {file.path for file in context.files()}
    ecosystem = next((kind for manifest, kind in MANIFESTS.items() if manifest in names), "")
    manifests = tuple(
        name
        for name in (
            "go.mod",
            "go.sum",
            "requirements.txt",
            "package.json",
            "package-lock.json",
            "npm-shrinkwrap.json",
        )
        if name in names and MANIFESTS.get(name, ecosystem) == ecosystem and _belongs(name, ecosystem)
    )
    sources = tuple(f.path for f in context.files() if f.path.endswith(SOURCES[ecosystem]) and _own(f.path))
    texts = [context.read(path, MAX_SOURCE_BYTES).decode("utf-8", "replace") for path in sources[:MAX_SOURCES]]
    return Project(ecosystem, manifests, sources, _port(exposed, texts if ecosystem else []), _health(texts))


def _belongs(name: str, ecosystem: str) -> bool:
    return {"go.sum": "go", "package-lock.json": "node", "npm-shrinkwrap.json": "node"}.get(
        name, ecosystem
    ) == ecosystem


def _own(path: str) -> bool:
    return not any(part in ("node_modules", "vendor", ".venv", "venv") for part in path.split("/"))


def _port(exposed: tuple[str, ...], texts: list[str]) -> int | None:
    for port in exposed:
        number = port.split("/", 1)[0]
        if number.isdigit():
            return int(number)
    for text in texts:
        match = _PORT.search(text)
        if match and 0 < int(match[1]) < 65536:
            return int(match[1])
    return None


def _health(texts: list[str]) -> str:
    for text in texts:
        match = _HEALTH.search(text)
        if match:
            return match[1]
    return "/"
