"""The build context holds a secret that nothing keeps out.

No instruction copies it yet. But the next `COPY .` will, a bind mount of the folder shows it to every RUN, and a
legacy or remote builder is sent the whole folder: the key then lies on a machine that has no use for it.

List it in .dockerignore; give a build its secrets with `RUN --mount=type=secret`.

Source: Docker documentation, "Build context" and "Build secrets".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Confidence, Finding, Fix, Severity
from jettison.knowledge.secret_marks import holds_secret, is_secret_file
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_READ_BYTES = 64 * 1024
_MAX_READ = 200
_SHOWN = 3
_PATTERN = frozenset("*?[]\\")


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding on the first FROM when secret files are sent that no instruction takes."""
    context = model.context
    if context is None or not model.stages:
        return
    candidates = [file for file in context.files() if is_secret_file(file.path)][:_MAX_READ]
    if not candidates:
        return
    # What is copied is the subject of secret-file-copied.
    taken = {file.path for copy in model.copied() if not copy.mount for file in copy.files}
    names = [
        file.path
        for file in candidates
        if file.path not in taken and holds_secret(file.path, context.read(file.path, _READ_BYTES))
    ]
    if not names:
        return
    shown = ", ".join(name[-60:] for name in names[:_SHOWN]) + (" and more" if len(names) > _SHOWN else "")
    fix = None
    lines = "".join(f"{name}\n" for name in names if _stands_for_itself(name))
    if context.ignore is None and lines:
        fix = Fix("Write a .dockerignore", (), UNSAFE, ((".dockerignore", lines),))
    yield RULE.at(model.stages[0].from_.span, f"no ignore file keeps {shown} out of the build context", fix)


def _stands_for_itself(name: str) -> bool:
    """Return whether a line of an ignore file that is this name means this name alone."""
    return name.isprintable() and name == name.strip() and name[0] not in "!#" and _PATTERN.isdisjoint(name)


RULE = Rule(
    code="JT370",
    name="secret-in-context",
    group="security",
    message="the build context holds a secret",
    check=check,
    needs_context=True,
    triggers=("from",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY app.py /srv/\n", lines=(1,), files=((".env", "KEY=x\n"), ("app.py", ""))
        ),
        Example(
            before="FROM debian:bookworm\nCOPY app.py /srv/\n",
            files=((".env", "KEY=x\n"), (".dockerignore", ".env\n"), ("app.py", "")),
        ),
        Example(before="FROM debian:bookworm\nCOPY . /srv/\n", files=((".env", "KEY=x\n"),)),
    ),
)
