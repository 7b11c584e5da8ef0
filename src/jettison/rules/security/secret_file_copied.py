"""A file that holds secrets is copied into the image.

Keys, `.env` files and credentials stay readable in the layer that copied them, also when a later
instruction deletes them. In a build stage they stay in the build cache.

Keep them out of the build context with .dockerignore; give them to a build with a secret mount and
to a container at run time. Where the build context is known, the files themselves decide: an
`.npmrc` without a token or a public key is not reported.

Source: Docker documentation, "Build context" and "Build secrets".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Severity
from jettison.knowledge.secret_marks import holds_secret, is_secret_file
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction
    from jettison.syntax.words import Word

_READ_BYTES = 64 * 1024
# A folder of thousands of such files is read only so far.
_MAX_READ, _SHOWN = 500, 3
_GLOB = frozenset("*?[$")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY or ADD that takes such a file, by name or with its folder."""
    for stage in model.stages:
        severity = Severity.HIGH if model.in_final_image(stage) else Severity.LOW
        where = "the image" if model.in_final_image(stage) else "a build stage"
        for node, later in stage.every("COPY", "ADD"):
            if not node.flag("from") and not node.flag("exclude"):
                for word, names in _taken(None if later else model.context, node):
                    listed = ", ".join(names[:_SHOWN]) + (" and more" if len(names) > _SHOWN else "")
                    yield RULE.at(word.span, f"this copies {listed} into {where}")._replace(severity=severity)


def _taken(context: BuildContext | None, node: Instruction) -> Iterator[tuple[Word, list[str]]]:
    for word in node.words[:-1]:
        path = posixpath.normpath(word.value).lstrip("/")
        if "://" in word.value or word.value.startswith("<<"):
            continue
        if context is None or _GLOB.intersection(path):
            names = [word.value] if is_secret_file(path) else []
        else:
            marked = (f.path for f in context.files() if _below(f.path, path) and is_secret_file(f.path))
            proven = (name for name in islice(marked, _MAX_READ) if holds_secret(name, context.read(name, _READ_BYTES)))
            names = list(islice(proven, _SHOWN + 1))
            if not names and is_secret_file(path) and not context.exists(path):
                # Not in the context as it is now: a build that succeeds will have it.
                names = [word.value]
        if names:
            yield word, names


def _below(path: str, folder: str) -> bool:
    return folder in ("", ".") or path == folder or path.startswith(f"{folder}/")


RULE = Rule(
    code="JT304",
    name="secret-file-copied",
    group="security",
    message="a file that holds secrets is copied into the image",
    check=check,
    triggers=("copy", "add"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    foreign=("CIS-DI-0010",),
    examples=(
        Example(before="FROM debian:bookworm\nCOPY .env /srv/.env\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nONBUILD COPY .env /srv/.env\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nCOPY . /srv\n", lines=(2,), files=((".env", "KEY=x\n"),)),
        Example(
            before="FROM debian:bookworm\nCOPY . /srv\n",
            lines=(),
            files=((".env", "KEY=x\n"), (".dockerignore", ".env\n")),
        ),
        Example(
            before="FROM debian:bookworm\nCOPY .npmrc /srv/\n",
            lines=(),
            files=((".npmrc", "save-exact=true\n"),),
        ),
        Example(before="FROM debian:bookworm\nCOPY .env.example ca.pem /srv/\n"),
    ),
)
