"""A command that the house wants to see with a secret mount.

Option `commands` names programs (pip, npm, ...) whose RUN must carry `--mount=type=secret`, for registries that
need a token. Nothing is reported while it is empty.

Source: Docker documentation, "Build secrets".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each named command in a RUN without a secret mount."""
    wanted = frozenset(RULE.option(model, "commands"))
    for run in model.runs if wanted else ():
        if any(mount.type == "secret" for mount in run.mounts):
            continue
        command = next((c for c in run.commands if c.name in wanted), None)
        if command is not None:
            yield RULE.at(command.span, f"{command.name[:40]} needs a secret mount here")


RULE = Rule(
    code="JT921",
    name="required-secret-mount",
    group="policy",
    message="this command needs a secret mount here",
    check=check,
    needs_options=True,
    triggers=("run",),
    foreign=("tally/require-secret-mounts",),
    options={"commands": []},
    examples=(
        Example(before="FROM debian:12\nRUN pip install a\n", lines=(2,), options={"commands": ["pip"]}),
        Example(before="FROM debian:12\nRUN --mount=type=secret,id=pip pip install a\n", options={"commands": ["pip"]}),
    ),
)
