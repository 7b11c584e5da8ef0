"""A RUN asks for more rights than a build has.

`--security=insecure` runs the step without confinement, `--network=host` in the host's network. Both need a
builder that was told to allow them, and both make the build depend on the machine.

Source: Dockerfile reference, "RUN --security" and "RUN --network".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such flag."""
    for node in model.instructions("RUN"):
        for flag in node.flags:
            if (flag.name, flag.value) in (("security", "insecure"), ("network", "host")):
                yield RULE.at(flag.span, f"--{flag.name}={flag.value}: this step is not confined")


RULE = Rule(
    code="JT331",
    name="insecure-build",
    group="security",
    message="a RUN asks for more rights than a build has",
    check=check,
    triggers=("--security", "--network"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN --security=insecure mount x\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN --network=none make\n"),
    ),
)
