"""Python: where the application object is, and what starts it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.project.service import Program
from jettison.project.start_line import plain_words, procfile_line

if TYPE_CHECKING:
    from jettison.knowledge.ecosystem import Framework
    from jettison.project.dependencies import Dependencies
    from jettison.project.tree import Tree

_MAIN_NAMES: Final = (
    "main.py",
    "app.py",
    "server.py",
    "run.py",
    "wsgi.py",
    "asgi.py",
    "bot.py",
    "worker.py",
    "start.py",
    "api.py",
)
_GUARD: Final = re.compile(r"^if\s+__name__\s*==\s*[\"']__main__[\"']", re.MULTILINE)
_SERVERS: Final = ("gunicorn", "uvicorn", "waitress", "hypercorn", "daphne", "granian")


def program(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return how a Python project starts."""
    sources = tree.sources((".py",))
    stated = plain_words(procfile_line(tree))
    made = _collected(tree, sources) if framework and framework.build else ()
    if stated and stated[0][0] in (*_SERVERS, "python", "python3"):
        return Program(start=stated[0], env=stated[1], artefacts=made, notes=("started as its Procfile says",))
    if framework and framework.finds:
        found = _object(tree, framework, sources)
        if found:
            return replace(_served(tree, framework, known, *found), artefacts=made)
    if framework and framework.start and not framework.finds:
        main = _main(tree, sources, framework.name.lower())
        return Program({"main": main}, framework.start, startable=bool(main))
    main = _main(tree, sources, "")
    package = next((f.rpartition("/")[0] for f in sources if f.endswith("/__main__.py")), "")
    if main:
        return Program(
            {"main": main}, notes=(f"{main} is taken for what starts it",) if main not in _MAIN_NAMES[:3] else ()
        )
    if package:
        root, inside = _root(package)
        return Program({"main": package}, ("python", "-m", inside.replace("/", ".")), _path_env(tree, root))
    return Program(startable=False)


def _served(tree: Tree, framework: Framework, known: Dependencies, path: str, name: str) -> Program:
    root, inside = _managed(tree, path) if framework.finds == "wsgi" else _root(path)
    module = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    adds = tuple(one for one in framework.adds if one.partition("==")[0] not in known.run)
    notes = (
        (
            f"{', '.join(one.partition('==')[0] for one in adds)} is not among the dependencies: the Dockerfile installs it; better name it there",
        )
        if adds
        else ()
    )
    # Only a server of the project's own makes its port matter; else any will do.
    return Program(
        {"module": module, "object": name, "main": path}, framework.start, _path_env(tree, root), adds=adds, notes=notes
    )


def _collected(tree: Tree, sources: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the folder to which Django collects its static files."""
    match = tree.search(r"^STATIC_ROOT\s*=.*[\"']([\w-]+)[\"']\)*\s*$", sources)
    return ((match[1], match[1]),) if match else ()


def _managed(tree: Tree, path: str) -> tuple[str, str]:
    """Return what _root does for Django, which imports from the folder of its manage.py."""
    parts = path.split("/")
    for depth in range(len(parts) - 1, 0, -1):
        folder = "/".join(parts[:depth])
        if tree.has(f"{folder}/manage.py"):
            return folder, "/".join(parts[depth:])
    return _root(path)


def _root(path: str) -> tuple[str, str]:
    """Return (folder that is imported from, path below it)."""
    return ("src", path.removeprefix("src/")) if path.startswith("src/") else ("", path)


def _path_env(tree: Tree, root: str) -> dict[str, str]:
    return {"PYTHONPATH": f"{{root}}/{root}"} if root else {}


def _object(tree: Tree, framework: Framework, sources: tuple[str, ...]) -> tuple[str, str] | None:
    if framework.finds == "wsgi":
        path = next((f for f in sources if f.endswith("wsgi.py") and "get_wsgi_application" in tree.text(f)), None)
        return (path, "application") if path else None
    assigned = re.compile(rf"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?{framework.finds}\(", re.MULTILINE)
    factory = re.compile(r"^def (create_app|make_app|get_app|build_app)\(", re.MULTILINE)
    made = re.compile(
        r"^(app|application|server|api)\s*=\s*(?:\w+\.)?(?:create_app|make_app|get_app|build_app)\(", re.MULTILINE
    )
    for pattern, call in ((assigned, ""), (made, ""), (factory, "()")):
        hits = [(path, match[1]) for path in sources if (match := pattern.search(tree.text(path)))]
        if call:
            hits = [(path, name) for path, name in hits if f"{framework.finds}(" in tree.text(path)]
        if hits:
            path, name = min(hits, key=lambda hit: (hit[0].count("/"), _rank(hit[0])))
            asgi = any("uvicorn" in word for word in framework.start)
            return path, name + ("" if asgi else call)
    return None


def _rank(path: str) -> int:
    name = path.rpartition("/")[2]
    return _MAIN_NAMES.index(name) if name in _MAIN_NAMES else len(_MAIN_NAMES)


def _main(tree: Tree, sources: tuple[str, ...], marks: str) -> str:
    named = [f for f in sources if f.rpartition("/")[2] in _MAIN_NAMES and f.count("/") <= 1]
    if marks:
        named = [f for f in sources if f"import {marks}" in tree.text(f)] or named
    if named:
        return min(named, key=lambda path: (path.count("/"), _rank(path)))
    guarded = [
        f for f in sources if "/" not in f and f not in ("setup.py", "manage.py") and _GUARD.search(tree.text(f))
    ]
    return guarded[0] if len(guarded) == 1 else ""
