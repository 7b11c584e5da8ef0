"""Names of the packages that a project depends on, read from its manifests."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from jettison.project.tree import Tree

_REQUIREMENT: Final = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?", re.MULTILINE)
_INCLUDE: Final = re.compile(r"^\s*-(?:r|-requirement)[ =]?\s*(\S+)", re.MULTILINE)
_MAX_INCLUDES: Final = 20
# Bound for patterns that look for an end which may never come.
_MAX_OPEN: Final = 32 * 1024
# In JSON as tools for JavaScript read it; what is open at the end ends there, so that no start is looked at twice.
_STRING: Final = r'("(?>(?:[^"\\]|\\.?)*)(?:"|\Z))'
_COMMENT: Final = re.compile(_STRING + r"|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_LAST_COMMA: Final = re.compile(_STRING + r"|,(?=\s*[}\]])", re.DOTALL)


class Dependencies(NamedTuple):
    """Names as their registry spells them in lower case. run: what running needs; all: building and testing too."""

    run: frozenset[str]
    all: frozenset[str]


def read_dependencies(tree: Tree, language: str) -> Dependencies:
    """Return what the manifests of one language name; empty for languages without readable manifests."""
    reader = _READERS.get(language)
    return reader(tree) if reader else Dependencies(frozenset(), frozenset())


def _only(names: Iterable[str]) -> Dependencies:
    found = frozenset(name.lower() for name in names)
    return Dependencies(found, found)


def toml_table(text: str) -> dict[str, Any]:
    """Return the parsed text, empty when it is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def json_object(text: str) -> dict[str, Any]:
    """Return the parsed object, empty when it is none; comments and last commas (deno.jsonc, tsconfig.json) are tolerated."""
    try:
        data = json.loads(text)
    except RecursionError:
        return {}
    except ValueError:
        data = _tolerated(text)
    return data if isinstance(data, dict) else {}


def _tolerated(text: str) -> Any:
    plain = _COMMENT.sub(lambda found: found[1] or "", text)
    try:
        return json.loads(_LAST_COMMA.sub(lambda found: found[1] or "", plain))
    except (ValueError, RecursionError):
        return None


def table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return the object at a path of keys, empty when there is none."""
    value: Any = data
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _python(tree: Tree) -> Dependencies:
    texts: list[str] = []
    waiting = [*tree.matching("requirements.txt"), *tree.matching("requirements/*.txt")]
    seen: set[str] = set()
    while waiting and len(seen) < _MAX_INCLUDES:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        texts.append(tree.text(path))
        folder = path.rpartition("/")[0]
        waiting += [f"{folder}/{name}".lstrip("/") for name in _INCLUDE.findall(texts[-1])]
    names = [name for text in texts for name in _requirements(text)]
    data = toml_table(tree.text("pyproject.toml"))
    project = table(data, "project").get("dependencies")
    if isinstance(project, list):
        names += [name for one in project if isinstance(one, str) for name in _requirements(one)]
    names += [*table(data, "tool", "poetry", "dependencies"), *table(toml_table(tree.text("Pipfile")), "packages")]
    setup = re.search(r"install_requires\s*=\s*\[([^\]]*)\]", tree.text("setup.py")[:_MAX_OPEN])
    names += re.findall(r"[\"']([A-Za-z0-9._-]+)", setup[1]) if setup else []
    conda = tree.text("environment.yml") + tree.text("environment.yaml")
    names += re.findall(r"^\s*-\s*([A-Za-z0-9._-]+)", conda, re.MULTILINE)
    return _only(re.sub(r"[-_.]+", "-", name) for name in names)


def _requirements(text: str) -> list[str]:
    found = []
    for name, extras in _REQUIREMENT.findall(text):
        found.append(name)
        # `fastapi[standard]` brings its server; so does `uvicorn[standard]`.
        if name.lower() == "fastapi" and re.search(r"\b(?:standard|all)\b", extras):
            found.append("uvicorn")
    return found


def _node(tree: Tree) -> Dependencies:
    data = json_object(tree.text("package.json"))
    run = frozenset(name.lower() for name in table(data, "dependencies"))
    return Dependencies(run, run | frozenset(name.lower() for name in table(data, "devDependencies")))


def _go(tree: Tree) -> Dependencies:
    return _only(re.findall(r"^(?:require\s+|\s+)([\w.-]+\.[\w./-]+)\s+v", tree.text("go.mod"), re.MULTILINE))


def _java(tree: Tree) -> Dependencies:
    pom = "".join(tree.text(path) for path in (*tree.matching("pom.xml"), *tree.matching("*/pom.xml")))
    gradle = "".join(
        tree.text(p)
        for n in ("build.gradle", "build.gradle.kts")
        for p in (*tree.matching(n), *tree.matching(f"*/{n}"))
    )
    names = re.findall(r"<artifactId>\s*([\w.-]+)", pom) + re.findall(r"[\"'(][\w.-]+:([\w.-]+)", gradle)
    names += re.findall(r"id[ (]*[\"']([\w.-]+)", gradle)
    for mark in ("spring-boot", "quarkus"):
        if any(mark in name or name == "org.springframework.boot" for name in names):
            names.append(mark)
    return _only(names)


def _rust(tree: Tree) -> Dependencies:
    names = list(table(toml_table(tree.text("Cargo.toml")), "dependencies"))
    return _only(names + re.findall(r'^name = "([\w-]+)"', tree.text("Cargo.lock"), re.MULTILINE))


def _php(tree: Tree) -> Dependencies:
    data = json_object(tree.text("composer.json"))
    run = frozenset(name.lower() for name in table(data, "require"))
    return Dependencies(run, run | frozenset(name.lower() for name in table(data, "require-dev")))


def _ruby(tree: Tree) -> Dependencies:
    return _only(re.findall(r"^\s*gem\s+[\"']([\w-]+)", tree.text("Gemfile"), re.MULTILINE))


def _elixir(tree: Tree) -> Dependencies:
    return _only(re.findall(r"\{:(\w+),", tree.text("mix.exs")))


def _dotnet(tree: Tree) -> Dependencies:
    projects = [path for path in tree.files if path.endswith((".csproj", ".fsproj"))][:50]
    return _only(
        name for path in projects for name in re.findall(r'PackageReference\s+Include="([\w.]+)"', tree.text(path))
    )


def _native(tree: Tree) -> Dependencies:
    makefiles = "".join(
        tree.text(name)[:_MAX_OPEN]
        for name in ("Makefile", "makefile", "GNUmakefile", "Makefile.am", "src/Makefile.am")
    )
    names = re.findall(r"(?:^|\s)-l(\w+)", makefiles) + re.findall(
        r"pkg-config [^`)\n]{0,200}?\b(\w+)\s*[`)]", makefiles
    )
    cmake = tree.text("CMakeLists.txt")[:_MAX_OPEN]
    names += re.findall(r"find_package\s*\(\s*(\w+)", cmake)
    names += [
        n for body in re.findall(r"target_link_libraries\s*\(\s*\w+([^)]*)\)", cmake) for n in re.findall(r"\w+", body)
    ]
    names += re.findall(r"dependency\s*\(\s*'([\w+-]+)'", tree.text("meson.build"))
    names += re.findall(
        r"(?:PKG_CHECK_MODULES\s*\(\s*\[?\w+\]?\s*,\s*\[?|AC_CHECK_LIB\s*\(\s*\[?)([\w-]+)", tree.text("configure.ac")
    )
    return _only(names)


_READERS: Final[dict[str, Callable[[Tree], Dependencies]]] = {
    "python": _python,
    "node": _node,
    "go": _go,
    "java": _java,
    "rust": _rust,
    "php": _php,
    "ruby": _ruby,
    "elixir": _elixir,
    "dotnet": _dotnet,
    "c": _native,
}
