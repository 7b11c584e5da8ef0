"""JavaScript: what the scripts of package.json build and start, without the package manager in between."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from jettison.project.dependencies import json_object, table
from jettison.project.service import Program
from jettison.project.start_line import plain_words, procfile_line

if TYPE_CHECKING:
    from jettison.knowledge.ecosystem import Framework
    from jettison.project.dependencies import Dependencies
    from jettison.project.tree import Tree

_MAIN_NAMES: Final = ("server.js", "index.js", "app.js", "main.js", "src/server.js", "src/index.js", "src/app.js", "src/main.js",
                      "server.mjs", "index.mjs", "app.mjs", "src/index.mjs", "bin/www")  # fmt: skip
_SOURCE_NAMES: Final = ("server.ts", "index.ts", "main.ts", "app.ts")
_RUNNERS: Final = frozenset(("ts-node", "tsx", "nodemon", "ts-node-dev"))
_NODE_RUNNERS: Final = frozenset(("node", "bun"))


def program(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return how a JavaScript project is built and started."""
    package = json_object(tree.text("package.json"))
    scripts = {name: text for name, text in table(package, "scripts").items() if isinstance(text, str)}
    builds = "build" in scripts
    names = {"script": "build"}
    if framework and framework.web_root:
        return Program(names, builds=builds, web_root=_web_root(tree, framework, package), startable=builds, port=8080)
    if framework and framework.start:
        return Program(names, builds=framework.builds and builds)
    out = _out_folder(tree) if builds else ""
    words, env, notes = _start(tree, scripts, package, out)
    if not words:
        return Program(names, builds=builds, startable=False)
    made = ((out, out),) if out else ()
    return Program(
        names, words, env, artefacts=made, builds=bool(out) or (builds and not _has(tree, words)), notes=notes
    )


def _start(
    tree: Tree, scripts: dict[str, str], package: dict[str, Any], out: str
) -> tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]:
    for line in (
        procfile_line(tree),
        scripts.get("start:prod", ""),
        scripts.get("serve:prod", ""),
        scripts.get("start", ""),
    ):
        stated = plain_words(line)
        if stated is None:
            continue
        words, env = stated
        if words[0] in _NODE_RUNNERS and len(words) > 1 and "--watch" not in words:
            return words, env, ()
        if words[0] in _RUNNERS:
            return _compiled(tree, words, out)
        if words[0] not in ("npm", "yarn", "pnpm", "npx", "vite", "webpack", "cd"):
            return (f"node_modules/.bin/{words[0]}", *words[1:]), env, ()
    main = package.get("main")
    wanted = [posixpath.normpath(main)] if isinstance(main, str) else []
    found = next((path for path in (*wanted, *_MAIN_NAMES) if path in tree.files or f"{path}.js" in tree.files), "")
    if found:
        return ("node", found), {}, (f"{found} is taken for what starts it",)
    return _compiled(tree, (), out)


def _compiled(tree: Tree, words: tuple[str, ...], out: str) -> tuple[tuple[str, ...], dict[str, str], tuple[str, ...]]:
    """Return the start of what TypeScript sources are compiled to."""
    named = next((word for word in words[1:] if word.endswith((".ts", ".mts", ".js"))), "")
    options = table(json_object(tree.text("tsconfig.json")), "compilerOptions")
    root = str(options.get("rootDir", "src" if tree.has_folder("src") else ".")).removeprefix("./")
    source = posixpath.normpath(named) if named else next(
        (path for name in _SOURCE_NAMES for path in (posixpath.normpath(f"{root}/{name}"), name) if path in tree.files), "")  # fmt: skip
    if not source:
        return (), {}, ()
    if not out or source.endswith(".js"):
        return (
            ("node", source),
            {},
            (f"{source} is started by node itself, not by {words[0] if words else 'a runner'}",),
        )
    inside = source.removeprefix(f"{root}/") if root not in (".", "") else source
    target = posixpath.join(out, inside.rsplit(".", 1)[0] + ".js")
    return ("node", target), {}, (f"{target} is what {source} is taken to be compiled to",)


def _has(tree: Tree, words: tuple[str, ...]) -> bool:
    return any(word in tree.files for word in words[1:])


def _out_folder(tree: Tree) -> str:
    options = table(json_object(tree.text("tsconfig.json")), "compilerOptions")
    stated = options.get("outDir")
    if not isinstance(stated, str):
        return "dist" if tree.has("tsconfig.json") else ""
    folder = posixpath.normpath(stated)
    return "" if folder.startswith((".", "/")) else folder


def _web_root(tree: Tree, framework: Framework, package: dict[str, Any]) -> str:
    if framework.finds == "angular":
        projects = table(json_object(tree.text("angular.json")), "projects")
        name = next(iter(projects), str(package.get("name", "")))
        options = table(projects, name, "architect", "build", "options")
        path = options.get("outputPath")
        base = path if isinstance(path, str) else f"dist/{name}"
        # The application builder, the default since version 17, puts the pages for browsers in a folder of their own.
        builder = str(table(projects, name, "architect", "build").get("builder", ""))
        return f"{base}/browser" if builder.endswith(":application") else base
    configs = tuple(path for path in tree.files if "/" not in path and ".config." in path)
    match = tree.search(r"(?:outDir|outputDir)\s*:\s*[\"'](?:\./)?([\w./-]+)[\"']", configs)
    return match[1].rstrip("/") if match and not match[1].startswith((".", "/")) else framework.web_root


def links_to(tree: Tree) -> re.Match[str] | None:
    """Return where a workspace says that it has packages of its own below it."""
    return re.search(r'"workspaces"\s*:', tree.text("package.json"))
