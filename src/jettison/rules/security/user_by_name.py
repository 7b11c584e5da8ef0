"""USER by name: a cluster cannot tell whether it is root.

Kubernetes' `runAsNonRoot` compares numbers. With a name in the image the container does not start, or the
check is left out. Write the number.

Source: Kubernetes documentation, "Configure a Security Context".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the USER of the final image when it is a name other than root."""
    final = model.final
    # Windows knows users by name alone.
    if final is None or is_windows(model, final):
        return
    nodes = [node for stage in model.lineage(final) for node in stage.instructions if node.keyword == "USER"]
    if not nodes or not nodes[-1].words:
        return
    name = nodes[-1].words[0].value.partition(":")[0]
    if name and not name.isdigit() and "$" not in name and name.lower() != "root":
        yield RULE.at(nodes[-1].words[0].span, f"{name[:40]} is a name: runAsNonRoot needs its number")


RULE = Rule(
    code="JT311",
    name="user-by-name",
    group="security",
    message="a user by name cannot be checked to be no root",
    check=check,
    triggers=("user",),
    severity=Severity.INFO,
    foreign=("DL3066",),
    examples=(
        Example(before="FROM debian:bookworm\nUSER app\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nUSER app\nRUN a\nUSER 10001:10001\n"),
        Example(before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nUSER ContainerUser\n"),
    ),
)
