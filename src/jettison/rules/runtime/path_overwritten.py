"""A search path is replaced instead of extended.

`ENV PATH=/opt/x/bin` takes the folders of the base away: ls, sh and the language itself are no longer found.

`ENV LD_LIBRARY_PATH=/opt/x/lib:$LD_LIBRARY_PATH` with nothing set before ends in an empty part, and that means the
current folder: a library that lies there is loaded. Where the base of an image (CUDA) sets the variable, all is well;
with Docker's official images of systems and languages it does not. Write `${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`.

Source: Dockerfile reference, "ENV".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction
    from jettison.syntax.words import Word

_SYSTEM: Final = ("/bin", "/usr/bin")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each PATH without the old one or the system's folders."""
    for stage in model.stages:
        if model.lineage(stage)[0].base.is_scratch:
            continue
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "ENV" else ():
                if name.value == "LD_LIBRARY_PATH" and value is not None:
                    yield from _library_path(model, stage, node, value)
                if name.value != "PATH" or value is None or "$" in value.raw or "%" in value.raw:
                    continue
                if not any(part in _SYSTEM for part in value.value.split(":")):
                    yield RULE.at(value.span)


def _library_path(model: Model, stage: Stage, node: Instruction, value: Word) -> Iterable[Finding]:
    base = model.lineage(stage)[0].base
    raw = value.value
    plain = raw.endswith((":$LD_LIBRARY_PATH", ":${LD_LIBRARY_PATH}")) or raw.startswith(
        ("$LD_LIBRARY_PATH:", "${LD_LIBRARY_PATH}:")
    )
    known = "/" not in base.name and not base.unresolved
    if plain and known and not model.scope_at(node, stage).env.get("LD_LIBRARY_PATH"):
        yield RULE.at(value.span, "LD_LIBRARY_PATH was empty: its empty part means the current folder")._replace(
            severity=Severity.LOW
        )


RULE = Rule(
    code="JT483",
    name="path-overwritten",
    group="runtime",
    message="PATH loses the folders of the base",
    check=check,
    triggers=("env path", "ld_library_path", " path="),
    severity=Severity.HIGH,
    examples=(
        Example(before="FROM debian:bookworm\nENV PATH=/opt/x/bin\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nENV LD_LIBRARY_PATH=/opt/x:$LD_LIBRARY_PATH\nENV LD_LIBRARY_PATH=/opt/y:$LD_LIBRARY_PATH\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nENV LD_LIBRARY_PATH=/opt/x${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\nFROM nvidia/cuda:12\nENV LD_LIBRARY_PATH=/x:$LD_LIBRARY_PATH\n"
        ),
        Example(before="FROM debian:bookworm\nENV PATH=/opt/x/bin:$PATH\nENV PATH=/usr/bin:/bin:/x\n"),
    ),
)
