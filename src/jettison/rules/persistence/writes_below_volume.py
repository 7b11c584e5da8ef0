"""Files are written below a VOLUME of the same file.

The classic builder drops what a RUN writes there after the VOLUME instruction; BuildKit keeps it. The image
depends on the builder, and at run time a mounted folder hides the files anyway.

Write first, and declare the VOLUME after.

Source: Dockerfile reference, "VOLUME", notes about specifying volumes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.shell_command import Command

_WRITERS: Final = frozenset(
    ("mkdir", "touch", "cp", "mv", "chown", "chmod", "tee", "install", "ln", "tar", "curl", "wget")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY, ADD or RUN that writes below an earlier VOLUME."""
    for stage in model.stages:
        volumes: set[str] = set()
        for node in stage.instructions:
            if node.keyword == "VOLUME":
                volumes.update(w.value.rstrip("/") for w in node.words if w.value.startswith("/") and len(w.value) > 1)
            elif volumes and node.keyword in ("COPY", "ADD") and node.words:
                scope = model.scope_at(node, stage)
                target = posixpath.join(scope.workdir or "/", scope.value(node.words[-1].raw, model.file.escape))
                if _below(target, volumes):
                    yield RULE.at(
                        node.span, f"{target[:60]} lies below a VOLUME: the classic builder drops it, BuildKit keeps it"
                    )
            elif volumes and node.keyword == "RUN":
                yield from _run(model.shell_body(node, stage).commands, volumes)


def _run(commands: tuple[Command, ...], volumes: set[str]) -> Iterable[Finding]:
    for command in commands:
        if command.name in _WRITERS:
            for word in command.argv[1:]:
                if word.value.startswith("/") and _below(word.value, volumes):
                    yield RULE.at(
                        word.span,
                        f"{word.value[:60]} lies below a VOLUME: the classic builder drops it, BuildKit keeps it",
                    )
                    break


def _below(path: str, volumes: set[str]) -> bool:
    # The path and its parents; PATH_MAX of Linux is 4096.
    path = posixpath.normpath(path[:4096])
    while len(path) > 1:
        if path in volumes:
            return True
        path = path[: path.rfind("/")]
    return False


RULE = Rule(
    code="JT530",
    name="writes-below-volume",
    group="persistence",
    message="files are written below a VOLUME",
    check=check,
    triggers=("volume",),
    examples=(
        Example(before="FROM debian:bookworm\nVOLUME /data\nCOPY seed /data/\nRUN chown 1000 /data\n", lines=(3, 4)),
        Example(before="FROM debian:bookworm\nCOPY seed /data/\nVOLUME /data\nRUN mkdir /database\n"),
    ),
)
