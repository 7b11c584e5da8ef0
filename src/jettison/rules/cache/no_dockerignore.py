"""The build context holds what no image needs.

A COPY of everything takes along repository history, dependencies installed on the developer's machine,
build results, caches and secrets. They are sent to the builder, end up in the image, and every change in
them throws the cache away. Dependencies built for another system even break the program.

List them in .dockerignore. The table of names is `knowledge/context_contents.toml`; a name such as `vendor`
or `target` counts only beside the manifest of the tool that fills it, and `.git` not where a RUN calls git.

Source: Docker documentation, "Build context", ".dockerignore files".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Finding, Fix, Impact
from jettison.knowledge.context_contents import UNNEEDED
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import ContextFile
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when a COPY or ADD takes the whole context and it holds such files."""
    context = model.context
    if context is None:
        return
    copies = [copy for copy in model.copied() if copy.whole and not copy.mount]
    if not copies:
        return
    used = {command.name for run in model.runs for command in run.commands}
    found = unneeded(copies[0].files, used)
    if not found:
        return
    names = sorted(found, key=lambda name: (-found[name], name))
    shown = ", ".join(f"{name} ({UNNEEDED[name]['what']})" for name in names[:4])
    fix = None
    if context.ignore is None:
        content = "".join(f"{line}\n" for name in sorted(found) for line in ignore_lines(name))
        fix = Fix("Write a .dockerignore", (), UNSAFE, ((".dockerignore", content),))
    size = sum(found.values())
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    yield RULE.at(
        copies[0].node.span,
        f"the context holds {shown}{more}",
        fix,
        Impact(context_bytes=(size, size), basis="measured"),
        "" if context.ignore is None else f"{context.ignore_path} does not list: {', '.join(names)}",
    )


def ignore_lines(name: str) -> tuple[str, ...]:
    """Return the ignore lines that take this name out at any depth."""
    return (name, f"**/{name}") if name != ".git" else (name,)


def unneeded(files: tuple[ContextFile, ...], used: set[str]) -> dict[str, int]:
    """Return the bytes that each kind of unneeded name takes; `used`: programs that RUNs call."""
    wanted = {name for name, facts in UNNEEDED.items() if not used.intersection(facts["keep"])}
    places = {file.path for file in files if file.path.rsplit("/", 1)[-1] in _BESIDE}
    found: dict[str, int] = {}
    for file in files:
        parts = file.path.split("/")
        for depth, part in enumerate(parts):
            if part in wanted and _proven(part, parts, depth, places):
                found[part] = found.get(part, 0) + file.size
                break
    return found


_BESIDE = frozenset(name for facts in UNNEEDED.values() for name in facts["beside"])


def _proven(name: str, parts: list[str], depth: int, places: set[str]) -> bool:
    if name == "obj":
        return "/".join((*parts[: depth + 1], "project.assets.json")) in places
    beside = UNNEEDED[name]["beside"]
    return not beside or any("/".join((*parts[:depth], other)) in places for other in beside)


RULE = Rule(
    code="JT203",
    name="no-dockerignore",
    group="cache",
    message="the build context holds what no image needs",
    check=check,
    needs_context=True,
    triggers=("copy", "add"),
    foreign=("DKL-LI-0003",),
    examples=(
        Example(before="FROM debian:bookworm\nCOPY . /srv\n", lines=(2,), files=((".env", "KEY=x\n"),)),
        Example(
            before="FROM debian:bookworm\nCOPY . /srv\n",
            lines=(2,),
            files=(("Cargo.toml", "[package]\n"), ("target/debug/app", "x\n")),
        ),
        Example(
            before="FROM debian:bookworm\nCOPY . /srv\n",
            files=((".env", "KEY=x\n"), (".dockerignore", ".env\n")),
        ),
        Example(
            before="FROM golang:1.23\nCOPY . /srv\nRUN git describe > version\n",
            files=((".git/HEAD", "x\n"), ("vendor/modules.txt", "x\n"), ("go.mod", "module x\n")),
        ),
    ),
)
