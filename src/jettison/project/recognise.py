"""Which programs a source tree holds: one, several side by side, or a front end that a back end serves."""

from __future__ import annotations

import fnmatch
import os
import posixpath
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.knowledge.ecosystem import Ecosystem, Framework, ecosystems
from jettison.project import compiled, node, python, scripted
from jettison.project.dependencies import Dependencies, read_dependencies
from jettison.project.listening import health_path, listening
from jettison.project.made_folders import made_folders
from jettison.project.service import Program, Service
from jettison.project.tree import Tree, is_aside
from jettison.project.variables import variables
from jettison.project.version import read_version

if TYPE_CHECKING:
    from jettison.model.context import BuildContext

MAX_DEPTH: Final = 3
MAX_SERVICES: Final = 40
MAX_FOLDERS: Final = 200
Look = Callable[[Tree, Framework | None, Dependencies], Program]
_LOOKS: Final[dict[str, Look]] = {
    "python": python.program,
    "node": node.program,
    "go": compiled.go,
    "rust": compiled.rust,
    "java": compiled.java,
    "dotnet": compiled.dotnet,
    "c": compiled.native,
    "elixir": compiled.elixir,
    "deno": compiled.deno,
    "php": scripted.php,
    "ruby": scripted.ruby,
    "static": scripted.static,
}
# Settings files in which a framework's port is written.
_SETTINGS: Final = (
    "src/main/resources/application.properties",
    "src/main/resources/application.yml",
    "application.properties",
)


def recognise(context: BuildContext, only: str = "") -> tuple[Service, ...]:
    """Return the programs of a folder, the root's first. `only`: the name of the ecosystem to take.

    `context` must be read without an ignore file: what it keeps back can tell what a project is.
    """
    tree = Tree(context)
    found: list[Service] = []
    for folder in _folders(tree):
        if any(
            one.folder and folder.startswith(f"{one.folder}/") and one.ecosystem.language != "static" for one in found
        ):
            continue
        inner = _in_folder(tree.below(folder) if folder else tree, folder, only)
        found += [one for one in inner if not (_is_part(tree, one) and _around(found, one))]
        if len(found) >= MAX_SERVICES:
            break
    return _joined(tree, _without_mere_pages(found))


def unstartable(context: BuildContext) -> tuple[tuple[str, str], ...]:
    """Return (file, title of the ecosystem that it marks) where nothing to start was found, those near the root first."""
    tree = Tree(context)
    found: dict[str, str] = {}
    for folder in _folders(tree):
        inner = tree.below(folder) if folder else tree
        for one in ecosystems().values():
            mark = matches(inner, one)
            if mark:
                found.setdefault(posixpath.join(folder, mark), one.title)
    return tuple(found.items())


def _is_part(tree: Tree, inner: Service) -> bool:
    """Return whether a folder is a part of what lies around it: only a source file marks it, or it is built from above."""
    whole = inner.ecosystem.detect.whole
    alone = any(tree.has(posixpath.join(inner.folder, name)) for name in whole)
    return _is_bare(inner) or inner.program.part or bool(whole and not alone)


def _is_bare(service: Service) -> bool:
    """Return whether only a source file tells that something is a program."""
    return service.mark.endswith(service.ecosystem.sources)


def _around(found: list[Service], inner: Service) -> bool:
    return any(
        one.ecosystem.language == inner.ecosystem.language
        and (not one.folder or inner.folder.startswith(f"{one.folder}/"))
        for one in found
    )


def _folders(tree: Tree) -> list[str]:
    """Return the folders in which a file lies that may mark a program, the root first."""
    marks = {
        (pattern.count("/"), pattern.rpartition("/")[2])
        for one in ecosystems().values()
        for pattern in one.detect.files
    }
    names = re.compile("|".join(f"(?:{fnmatch.translate(name)})" for name in sorted({name for _, name in marks})))
    folders = {""}
    for path in tree.files:
        *parents, name = path.split("/")
        if len(parents) > MAX_DEPTH + 1 or not names.match(name) or is_aside("/".join((*parents, "x"))):
            continue
        found = {depth for depth, mark in marks if fnmatch.fnmatchcase(name, mark)}
        folders.update("/".join(parents[: len(parents) - depth]) for depth in found if depth <= len(parents))
    near = sorted(folders, key=lambda one: (one.count("/") + bool(one), one))
    return [one for one in near if one.count("/") < MAX_DEPTH][:MAX_FOLDERS]


def _in_folder(tree: Tree, folder: str, only: str) -> list[Service]:
    best: dict[str, Service] = {}
    for one in ecosystems().values():
        if one.language in best or (only and one.name != only) or (folder and one.language == "static"):
            continue
        mark = matches(tree, one)
        if not mark:
            continue
        service = _service(tree, folder, one, mark)
        if service.program.startable:
            best[one.language] = service
    # A script beside a program of another language is a helper; beside pages it may be what serves them.
    whole = any(not _is_bare(one) and not one.web_root and one.ecosystem.language != "static" for one in best.values())
    return [one for one in best.values() if not (whole and _is_bare(one))]


def matches(tree: Tree, one: Ecosystem) -> str:
    """Return the file by which a folder is of this ecosystem, or ""."""
    detect = one.detect
    if any(tree.matching(pattern) for pattern in detect.without):
        return ""
    if detect.beside and not any(tree.matching(pattern) for pattern in detect.beside):
        return ""
    for pattern in detect.files:
        for path in tree.matching(pattern):
            wanted = detect.text.get(pattern)
            if wanted is None or re.search(wanted, tree.text(path)):
                return path
    return ""


def _service(tree: Tree, folder: str, one: Ecosystem, mark: str) -> Service:
    known = read_dependencies(tree, one.language)
    framework = next((f for f in one.frameworks if _fits(tree, f, known)), None)
    program = _LOOKS[one.language](tree, framework, known)
    sources = tree.sources(one.sources)
    settings = tuple(path for path in _SETTINGS if path in tree.files)
    seen = listening(tree, sources + settings)
    natives = [native for native in one.natives if known.all.intersection(native.names)]
    asked = variables(tree, sources)
    low = seen.port if seen.port is not None and seen.port < 1024 and _keeps_port(one, program, asked) else None
    if low is not None:
        note = f"it listens on port {low}, which only root may open on some engines; better let it read PORT"
        program = replace(program, port=low, notes=(*program.notes, note))
    port = _port(one, framework, program, seen.port, seen.listens or "PORT" in asked)
    packages = [
        tuple(dict.fromkeys(name for native in natives for name in getattr(native, kind)))
        for kind in ("build", "run", "extensions")
    ]
    return Service(
        folder=folder,
        name=_name(folder or os.path.basename(os.path.realpath(tree.root))),
        ecosystem=one,
        framework=framework,
        version=read_version(tree, one.version),
        program=program,
        port=port,
        health=(framework.health if framework else "")
        or health_path(tree, sources)
        or ("/" if program.web_root else ""),
        mark=mark,
        build_packages=packages[0],
        run_packages=packages[1],
        extensions=tuple(dict.fromkeys((*one.run.extensions, *packages[2]))),
        libc=program.libc or any(native.libc or native.run for native in natives),
        variables=asked,
        makes=made_folders(tree, sources),
        tools={name: read_version(tree, tool).text for name, tool in one.tools.items()},
    )


def _keeps_port(one: Ecosystem, program: Program, asked: Collection[str]) -> bool:
    """Return whether nothing outside of the sources tells a program its port."""
    compiled_alone = one.language in ("go", "rust", "c")
    return compiled_alone and program.port is None and not any("PORT" in name for name in asked)


def _port(one: Ecosystem, framework: Framework | None, program: Program, seen: int | None, listens: bool) -> int | None:
    if program.port is not None:
        return program.port
    # A web server in front (Apache, FPM) decides the port, whatever the sources say.
    if one.language == "php":
        return one.run.port
    if seen is not None:
        return seen if seen >= 1024 else one.run.port
    if framework and framework.port is not None:
        return framework.port
    return one.run.port if listens or any("{port}" in word for word in program.start) else None


def _fits(tree: Tree, framework: Framework, known: Dependencies) -> bool:
    if not known.all.issuperset(framework.needs) or known.all.intersection(framework.without):
        return False
    # Its files may lie one folder down, where none of its build commands names them.
    if not all(tree.has(path) or (not framework.build and tree.matching(f"*/{path}")) for path in framework.files):
        return False
    return all(tree.search(pattern, tree.matching(glob)) for glob, pattern in framework.text.items())


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", text.rsplit("/", 1)[-1].lower()).strip("-") or "app"


def _without_mere_pages(found: list[Service]) -> list[Service]:
    programs = [one for one in found if one.ecosystem.language != "static"]
    return programs or found


def _joined(tree: Tree, found: list[Service]) -> tuple[Service, ...]:
    """Return the services with each front end that a back end serves made a part of it."""
    fronts = [one for one in found if one.web_root and one.ecosystem.language == "node"]
    backs = [one for one in found if not one.web_root]
    taken: set[int] = set()
    joined = []
    for back in backs:
        own = [front for front in fronts if id(front) not in taken and _serves(tree, back, front)]
        taken.update(id(front) for front in own)
        joined.append(replace(back, assets=tuple(own)) if own else back)
    rest = [one for one in found if one.web_root and id(one) not in taken]
    return tuple(
        sorted((*joined, *rest), key=lambda one: (one.folder.count("/") + bool(one.folder), one.folder, one.name))
    )


def _serves(tree: Tree, back: Service, front: Service) -> bool:
    """Return whether the back end's sources name the folder of the front end's pages."""
    if not (front.folder == back.folder or front.folder.startswith(f"{back.folder}/".lstrip("/")) or not back.folder):
        return False
    root = posixpath.relpath(posixpath.join(front.folder or ".", front.web_root), back.folder or ".")
    inner = tree.below(back.folder) if back.folder else tree
    whole = rf"[\"'`](?:\.{{0,2}}/)*{re.escape(root)}/?[\"'`*/]"
    # path.join(__dirname, "client", "dist"), ROOT / "client" / "dist"
    in_parts = r"[\"'`]\s*[,/]\s*[\"'`]".join(re.escape(part) for part in root.split("/"))
    pattern = re.compile(f"{whole}|[\"'`]{in_parts}[\"'`]")
    paths = [
        path
        for path in inner.sources(back.ecosystem.sources)
        if not front.folder or not path.startswith(f"{front.folder}/")
    ]
    return any(pattern.search(inner.text(path)) for path in paths)
