"""The build context holds what no image needs.

Everything in the folder is sent to the builder before the first step: repository history,
dependency folders, secrets. A COPY of everything then puts it into the image, and every change in
it throws the cache away.

List it in .dockerignore.

Source: Docker documentation, "Build context".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Finding, Fix, Impact
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model

NEVER_NEEDED = {
    ".git": "repository history",
    "node_modules": "installed dependencies",
    "__pycache__": "byte code",
    ".venv": "a virtual environment",
    ".env": "secrets",
    ".idea": "editor settings",
    ".vscode": "editor settings",
    ".pytest_cache": "test cache",
    ".mypy_cache": "type checker cache",
}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when a COPY or ADD takes the whole context and it holds such files."""
    context = model.context
    if context is None or context.truncated:
        return
    copies = [
        n
        for n in model.instructions("COPY", "ADD")
        if not n.flag("from") and len(n.words) == 2 and n.words[0].value in (".", "./", "/")
    ]
    if not copies:
        return
    found = unneeded(context)
    if not found:
        return
    size = sum(found.values())
    names = ", ".join(sorted(found))
    fix = None
    if context.ignore is None:
        content = "".join(f"{line}\n" for name in sorted(found) for line in ignore_lines(name))
        fix = Fix("Write a .dockerignore", (), UNSAFE, ((".dockerignore", content),))
    yield RULE.at(
        copies[0].span,
        f"the context holds {names}",
        fix,
        Impact(context_bytes=(size, size), basis="measured"),
    )


def ignore_lines(name: str) -> tuple[str, ...]:
    """Return the ignore lines that take this name out at any depth."""
    return (name, f"**/{name}") if name != ".git" else (name,)


def unneeded(context: BuildContext) -> dict[str, int]:
    """Return the bytes that each kind of unneeded name takes in the context."""
    found: dict[str, int] = {}
    for file in context.files():
        name = next((part for part in file.path.split("/") if part in NEVER_NEEDED), None)
        if name is not None:
            found[name] = found.get(name, 0) + file.size
    return found


RULE = Rule(
    code="JT203",
    name="no-dockerignore",
    group="cache",
    message="the build context holds what no image needs",
    check=check,
    triggers=("copy", "add"),
    examples=(
        Example(before="FROM debian:bookworm\nCOPY . /srv\n", lines=(2,), files=((".env", "KEY=x\n"),)),
        Example(
            before="FROM debian:bookworm\nCOPY . /srv\n",
            files=((".env", "KEY=x\n"), (".dockerignore", ".env\n")),
        ),
    ),
)
