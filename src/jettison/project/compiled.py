"""Compiled languages: the name of the program that the build writes."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from jettison.project.data_files import data_files
from jettison.project.dependencies import json_object, table, toml_table
from jettison.project.gradle import Gradle, gradle
from jettison.project.service import Program
from jettison.project.tree import is_aside

if TYPE_CHECKING:
    from jettison.knowledge.ecosystem import Framework
    from jettison.project.dependencies import Dependencies
    from jettison.project.tree import Tree

_GO_PACKAGE: Final = re.compile(r"^package main\b", re.MULTILINE)
_GO_MAIN: Final = re.compile(r"^func main\(\)", re.MULTILINE)
_GO_IMPORTS: Final = re.compile(r"^import\s+(\([^)]*\)|[^\n]+)", re.MULTILINE)
_GO_IMPORT: Final = re.compile(r"\"([^\"\n]+)\"")
# Sections of a pom.xml that speak of other artefacts.
_POM_SECTIONS: Final = ("parent", "dependencies", "dependencyManagement", "plugins", "profiles")
_SERVER_NAMES: Final = ("server", "api", "web", "app", "main")
_NOT_SERVERS: Final = re.compile(r"cli|ctl|migrat|tool|gen|client|seed|example")
_REFERENCE: Final = re.compile(r"<ProjectReference\s[^>]{0,200}?Include=\"([^\"]{1,500})\"")
_C: Final = (".c", ".cc", ".cpp", ".cxx")


def go(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the main package; of several, the one named like a server or like the module."""
    sources = tree.sources((".go",))
    folders = sorted(
        {
            path.rpartition("/")[0]
            for path in sources
            if _GO_PACKAGE.search(tree.text(path)) and _GO_MAIN.search(tree.text(path))
        }
    )
    if not tree.has("go.mod"):
        return _go_files(tree, sources)
    module = re.search(r"^module\s+(\S+)", tree.text("go.mod"), re.MULTILINE)
    name = re.sub(r"/v\d+$", "", module[1]).rsplit("/", 1)[-1] if module else "app"
    if not folders:
        return Program(startable=False)
    folder = min(folders, key=lambda one: (_server_rank(one.rsplit("/", 1)[-1] or name, name), one.count("/"), one))
    others = [one or "." for one in folders if one != folder]
    notes = (f"./{folder} is built; it also holds {', '.join(others[:4])}",) if others else ()
    app = folder.rsplit("/", 1)[-1] if folder and folder != "cmd" else name
    libc = tree.search(r'^import\s+"C"', sources) is not None
    return Program({"app": _safe_name(app), "package": f"./{folder}" if folder else "."}, libc=libc, notes=notes,
                   data=data_files(tree, sources, r"^//go:embed\s+(.+)$"))  # fmt: skip


def _go_files(tree: Tree, sources: tuple[str, ...]) -> Program:
    """Return the program of the root's files, which no module holds: only the standard library can be imported."""
    files = [path for path in sources if "/" not in path and not path.endswith("_test.go")]
    main = next((path for path in files if _GO_MAIN.search(tree.text(path))), "")
    imports = "\n".join(match for path in files for match in _GO_IMPORTS.findall(tree.text(path)))
    outside = any("." in name.split("/")[0] for name in _GO_IMPORT.findall(imports))
    if not main or outside or any(not _GO_PACKAGE.search(tree.text(path)) for path in files):
        return Program(startable=False)
    libc = '"C"' in imports
    return Program({"app": _safe_name(main.removesuffix(".go")), "package": " ".join(sorted(files))}, libc=libc,
                   data=data_files(tree, sources, r"^//go:embed\s+(.+)$"))  # fmt: skip


def _server_rank(name: str, module: str) -> int:
    """Return how unlikely a program of this name is the server of a module; 0 for one of the module's own name."""
    if name == module:
        return 0
    if _NOT_SERVERS.search(name):
        return len(_SERVER_NAMES) + 2
    return _SERVER_NAMES.index(name) + 1 if name in _SERVER_NAMES else len(_SERVER_NAMES) + 1


def _safe_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).strip(".-") or "app"


def rust(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the program of the package, or of the first member of the workspace that has one."""
    data = toml_table(tree.text("Cargo.toml"))
    names = (
        [one.get("name") for one in data.get("bin", []) if isinstance(one, dict)]
        if isinstance(data.get("bin"), list)
        else []
    )
    package = table(data, "package").get("name")
    if package and tree.has("src/main.rs"):
        names = names or [package]
    if package:
        # Cargo finds these without being told.
        own = (re.fullmatch(r"src/bin/(?:([\w-]+)\.rs|([\w-]+)/main\.rs)", path) for path in tree.files)
        stated = {one.get("path") for one in data.get("bin", []) if isinstance(one, dict)}
        names += [each[1] or each[2] for each in own if each and each[0] not in stated]
    if not names:
        members = [path for path in tree.files if path.endswith("src/main.rs") and not is_aside(path)]
        names = [
            table(toml_table(tree.text(path.replace("src/main.rs", "Cargo.toml"))), "package").get("name")
            for path in members
        ]
    found = list(dict.fromkeys(_safe_name(name) for name in names if isinstance(name, str)))
    if package:
        # Of several programs of one package the one named like it, or like a server.
        found.sort(
            key=lambda name: min(_server_rank(part, str(package)) for part in (name, re.split("[-_]", name)[-1]))
        )
    locked = " --locked" if tree.has("Cargo.lock") else ""
    if not found:
        return Program(startable=False)
    notes = (f"{found[0]} is built; it also holds {', '.join(found[1:5])}",) if len(found) > 1 else ()
    sources = tree.sources((".rs",))
    data_found = data_files(tree, sources, r"include_(?:str|bytes|dir)!\(\s*\"([^\"]+)\"")
    return Program({"app": found[0], "locked": locked}, data=data_found, libc=True, notes=notes)


def java(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the archive that the build writes, and the main class where it is not in it."""
    maven = tree.has("pom.xml")
    build = None if maven else gradle(tree)
    names = build.names if build else {"jar": _maven_jar(tree)}
    if framework is not None:
        return Program(names)
    if build and build.distribution:
        return _distribution(tree, build, names)
    if build.in_jar if build else _in_manifest(tree.text("pom.xml")):
        return Program(names)
    main = _main_class(tree)
    if not main:
        return Program(startable=False)
    return Program(
        {**names, "main": main}, ("java", "-cp", "/app/app.jar", main), notes=(f"{main} is taken for the main class",)
    )


def _in_manifest(pom: str) -> bool:
    """Return whether Maven writes the main class into the archive."""
    return bool(re.search(r"<mainClass>|Main-Class", pom) and re.search(r"shade|assembly|jar-plugin", pom))


def _distribution(tree: Tree, build: Gradle, names: dict[str, str]) -> Program:
    """Return a program whose build lays its libraries beside it (Gradle's application plugin)."""
    main = build.main or _main_class(tree.below(build.folder[:-1]) if build.folder else tree)
    if not main:
        return Program(startable=False)
    libraries = f"{build.folder}build/install/{build.name}/lib"
    return Program(
        {**names, "gradle_task": "installDist", "main": main},
        ("java", "-cp", "/app/lib/*", main),
        artefacts=((libraries, "lib"),),
        notes=() if build.main else (f"{main} is taken for the main class",),
    )


def _main_class(tree: Tree) -> str:
    """Return the class of the first source file that has a main method, "" without one."""
    sources = tree.sources((".java", ".kt"))
    path = next(
        (f for f in sources if re.search(r"static\s+void\s+main\s*\(|^fun main\(", tree.text(f), re.MULTILINE)), ""
    )
    if not path:
        return ""
    package = re.search(r"^package\s+([\w.]+)", tree.text(path), re.MULTILINE)
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0] + ("Kt" if path.endswith(".kt") else "")
    return f"{package[1]}.{stem}" if package else stem


def _maven_jar(tree: Tree) -> str:
    text = _own_part(tree.text("pom.xml"))
    final = re.search(r"<finalName>\s*([\w.-]+)\s*</finalName>", text)
    if final:
        return f"{final[1]}.jar"
    name = re.search(r"<artifactId>\s*([\w.-]+)", text)
    version = re.search(r"<version>\s*([\w.-]+)", text)
    if version is None:
        parent = tree.text("pom.xml").partition("<parent>")[2].partition("</parent>")[0]
        version = re.search(r"<version>\s*([\w.-]+)", parent)
    return f"{name[1] if name else 'app'}-{version[1] if version else '*'}.jar"


def _own_part(text: str) -> str:
    """Return a pom without the sections that speak of other artefacts."""
    for name in _POM_SECTIONS:
        kept: list[str] = []
        while text:
            before, _, rest = text.partition(f"<{name}>")
            kept.append(before)
            text = rest.partition(f"</{name}>")[2]
        text = "".join(kept)
    return text


def dotnet(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the project file of the program: a web project before a console one."""
    projects = [path for path in tree.files if path.endswith((".csproj", ".fsproj", ".vbproj")) and not is_aside(path)]
    web = [path for path in projects if "Microsoft.NET.Sdk.Web" in tree.text(path)]
    programs = web or [
        p for p in projects if re.search(r"<OutputType>\s*(?:Win)?Exe|Sdk\.Worker", tree.text(p), re.IGNORECASE)
    ]
    if not programs:
        return Program(startable=False)
    path = min(programs, key=lambda one: (one.count("/"), one))
    outside = [each for each in projects if _reaches_out(each, tree.text(each))]
    assembly = re.search(r"<AssemblyName>\s*([\w.-]+)", tree.text(path))
    notes = (
        (f"{path} is built; it also holds {', '.join(p for p in programs if p != path)}",) if len(programs) > 1 else ()
    )
    return Program(
        {"project": path, "app": assembly[1] if assembly else posixpath.basename(path).rsplit(".", 1)[0]},
        notes=notes,
        part=bool(outside),
    )


def _reaches_out(path: str, text: str) -> bool:
    """Return whether a project file refers to one above the folder that is looked at: alone it cannot be built."""
    folder = posixpath.dirname(path)
    named = (match[1].replace("\\", "/") for match in _REFERENCE.finditer(text))
    return any(posixpath.normpath(posixpath.join(folder, name)).startswith("../") for name in named)


def native(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the program that make, CMake, Meson or Autotools writes."""
    sources = tree.sources(_C)
    patterns = (
        ("CMakeLists.txt", r"add_executable\s*\(\s*([\w.-]+)"),
        ("src/CMakeLists.txt", r"add_executable\s*\(\s*([\w.-]+)"),
        ("meson.build", r"executable\s*\(\s*'([\w.-]+)'"),
        ("Makefile.am", r"bin_PROGRAMS\s*=\s*([\w.-]+)"),
        ("src/Makefile.am", r"bin_PROGRAMS\s*=\s*([\w.-]+)"),
        ("Makefile", r"^(?:TARGET|BIN|PROG|PROGRAM|EXE|EXECUTABLE|NAME|APP|OUT)\s*[:?]?=\s*([\w./-]+)"),
        ("makefile", r"^(?:TARGET|BIN|PROG|PROGRAM|EXE|EXECUTABLE|NAME|APP|OUT)\s*[:?]?=\s*([\w./-]+)"),
        ("Makefile", r"\s-o\s+([\w./-]+)(?:\s|$)"),
        ("makefile", r"\s-o\s+([\w./-]+)(?:\s|$)"),
        ("Makefile", r"^(?!all|clean|install|test|\.PHONY)([\w./-]+)\s*:.*\.(?:c|o|cpp)\b"),
    )
    for path, pattern in patterns:
        for match in re.finditer(pattern, tree.text(path), re.MULTILINE):
            if not match[1].endswith((".o", ".a", ".so")) and not re.search(r"test", match[1]):
                name = match[1]
                target = name if re.search(rf"^{re.escape(name)}\s*:", tree.text(path), re.MULTILINE) else ""
                return Program({"app": posixpath.basename(name), "app_path": name, "target": target}, libc=True,
                               data=data_files(tree, sources, ""))  # fmt: skip
    return Program(startable=False)


def elixir(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the name of the release."""
    text = tree.text("mix.exs")
    match = re.search(r"releases:\s*\[\s*(\w+):", text) or re.search(r"\bapp:\s*:(\w+)", text)
    return Program({"app": match[1]}) if match else Program(startable=False)


def deno(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the main module, and the permissions that the project's own task grants."""
    data = json_object(tree.text("deno.json") or tree.text("deno.jsonc"))
    task = table(data, "tasks").get("start")
    words = task.split() if isinstance(task, str) else []
    names = ("main.ts", "server.ts", "mod.ts", "index.ts", "src/main.ts", "main.js", "server.js")
    main = next((word for word in words if word.endswith((".ts", ".js", ".tsx", ".mjs"))), "") or next(
        (n for n in names if tree.has(n)), ""
    )
    flags = tuple(word for word in words if word.startswith("--allow-"))
    start = ("deno", "run", *flags, "--cached-only", "{main}") if flags else ()
    return Program({"main": main}, start, startable=bool(main))
