"""A VOLUME on a folder that holds the program.

Every container then gets a copy of the code in a volume of its own, and a volume that is kept hides the code
of the next image: the update does not arrive.

Source: Docker documentation, "Volumes", populating a volume.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each VOLUME on the working folder that the project is copied to, or on the system."""
    final = model.final
    if final is None:
        return
    for stage in model.lineage(final):
        copied = _copied(model, stage)
        for node in stage.instructions:
            for word in node.words if node.keyword == "VOLUME" else ():
                path = word.value.rstrip("/") or "/"
                if path in copied or path in ("/", "/usr", "/bin", "/etc", "/lib"):
                    yield RULE.at(word.span, f"{path[:60]} holds the program: a kept volume hides the next version")


def _copied(model: Model, stage: object) -> set[str]:
    found = set()
    for each in model.stages:
        if each is not stage:
            continue
        for node in each.instructions:
            if (
                node.keyword in ("COPY", "ADD")
                and len(node.words) == 2
                and node.words[0].value in (".", "./", "src", "src/", "app", "app/")
            ):
                scope = model.scope_at(node, each)
                target = scope.value(node.words[1].raw, model.file.escape)
                path = target if target.startswith("/") else f"{scope.workdir or '/'}/{target}"
                found.add("/" + "/".join(part for part in path.split("/") if part not in ("", ".")))
    return found


RULE = Rule(
    code="JT531",
    name="code-in-volume",
    group="persistence",
    message="a VOLUME on a folder that holds the program",
    check=check,
    triggers=("volume",),
    examples=(
        Example(before="FROM node:20\nWORKDIR /app\nCOPY . .\nVOLUME /app\n", lines=(4,)),
        Example(before="FROM node:20\nWORKDIR /app\nCOPY . .\nVOLUME /app/data /var/lib/x\n"),
    ),
)
