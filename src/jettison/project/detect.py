"""What of a project the rewriting of its Dockerfile asks: its ecosystem, sources, port and health page.

`recognise` tells far more, for a folder that has no Dockerfile yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.project.listening import health_path, listening
from jettison.project.tree import Tree

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
# What is worked on where there is no program: a site of finished pages.
PAGES: Final = (".html", ".css")


class Project(NamedTuple):
    """A recognised source tree. ecosystem: "go", "python", "node" or "" when it is none of these.

    port_variable: the variable that says the port where it runs; history: how often its files change, None where that
    is not known.
    """

    ecosystem: str
    manifests: tuple[str, ...]
    sources: tuple[str, ...]
    port: int | None
    health_path: str
    port_variable: str = ""
    history: History | None = None


def detect(context: BuildContext, exposed: tuple[str, ...] = ()) -> Project:
    """Return what the context holds; the first manifest at its root decides."""
    names = {file.path for file in context.files()}
    ecosystem = next((kind for manifest, kind in MANIFESTS.items() if manifest in names), _by_sources(names))
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
    tree = Tree(context)
    sources = tree.sources(SOURCES[ecosystem])
    changed = sources or tree.sources(PAGES)
    port = next((int(number) for number in (each.split("/", 1)[0] for each in exposed) if number.isdigit()), None)
    if port is None:
        port = listening(tree, sources).port
    return Project(ecosystem, manifests, changed, port, health_path(tree, sources) or "/")


def _by_sources(names: set[str]) -> str:
    """Return the ecosystem that needs no manifest: Go builds a file as it is."""
    sources = [name for name in names if name.endswith(SOURCES[""])]
    return "go" if sources and all(name.endswith(".go") for name in sources) else ""


def _belongs(name: str, ecosystem: str) -> bool:
    return {"go.sum": "go", "package-lock.json": "node", "npm-shrinkwrap.json": "node"}.get(
        name, ecosystem
    ) == ecosystem
