"""The builds of a Compose file: every service with `build`, in the short and the long form.

Source: the Compose specification, "Compose Build Specification".
"""

from __future__ import annotations

import os

from jettison.compose.application import read_application
from jettison.compose.node import Node
from jettison.compose.project import is_remote, joined
from jettison.lint.build import Build


def read_compose(path: str, data: bytes) -> tuple[list[Build], list[tuple[int, str]], frozenset[str]]:
    """Return the builds of all services, whatever their profile, what is wrong with single ones, and `steered`.

    steered: the files that it includes in another way than they stand alone, as `Application` has it.

    Raises:
        BuildFileError: the file is not YAML, or is no Compose file.
    """
    application = read_application([path], data)
    builds: list[Build] = []
    problems = list(application.problems)
    for name, service in application.services.items():
        build = service.get("build")
        if build is None or build.data is None:
            continue
        if isinstance(build.data, list):
            problems.append((build.line, f"services.{name}.build: a folder or a table was expected"))
            continue
        found = _build(path, name, build, application.values)
        if found is not None:
            builds.append(found)
    return builds, problems, application.steered


def _build(path: str, name: str, build: Node, values: dict[str, str]) -> Build | None:
    """Return a build; None where a variable of the user's machine decides it, or what it is of lies elsewhere."""
    context, named = (
        _text(build if isinstance(build.data, str) else build.get("context")),
        _text(build.get("dockerfile")),
    )
    inline = build.get("dockerfile_inline")
    remote = is_remote(context) if context else False
    if context is None or named is None or (remote and inline is None):
        return None
    root = context or os.path.dirname(path) or "."
    target = _text(build.get("target"))
    return Build(
        dockerfile=f"{path}#{name}" if inline is not None else joined(root, named or "Dockerfile"),
        context=None if remote else root,
        target=target or None,
        args=tuple(sorted(pairs(build.get("args"), values).items())),
        contexts=tuple(sorted(pairs(build.get("additional_contexts"), values))),
        inline=inline.text if inline is not None else None,
        origin=f"{path}: service {name}",
        origin_path=path,
        line=build.line,
    )


def _text(node: Node | None) -> str | None:
    """Return a text, "" where there is none, None where a variable in it has no value."""
    if node is None:
        return ""
    return node.text if node.sure else None


def pairs(node: Node | None, values: dict[str, str], unsure: bool = False) -> dict[str, str]:
    """Return a table that may be written as a list of NAME=VALUE; what has no known value is left out.

    unsure: a variable without a value is an empty text, as when Compose runs.
    """
    found: dict[str, str] = {}
    if node is None:
        return found
    for name, item in node.table.items():
        if (item.sure or unsure) and item.data is not None:
            found[name] = item.text
        elif name in values:
            found[name] = values[name]
    for item in node.items:
        name, equals, given = item.text.partition("=")
        if (item.sure or unsure) and equals:
            found[name] = given
        elif item.sure and name in values:
            found[name] = values[name]
    return found
