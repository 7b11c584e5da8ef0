"""The container runs as root.

Without USER the program is root inside the container: an attacker who takes it over owns every file
of the image and needs one kernel bug less to leave it.

Create a user, or name a numeric one, and switch to it before CMD.

Source: Docker documentation, "Building best practices", USER.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_NON_ROOT_MARKS = ("nonroot", "unprivileged", "rootless")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when the final image is known to run as root."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    first = model.lineage(final)[0]
    user = scope.user.split(":", 1)[0]
    if user in ("root", "0"):
        node = next((n for n in reversed(final.instructions) if n.keyword == "USER"), final.from_)
        yield RULE.at(node.span, "the last USER is root")
    elif not user and (scope.cmd or scope.entrypoint) and not first.base.unresolved:
        if not any(mark in first.base.raw for mark in _NON_ROOT_MARKS):
            yield RULE.at(final.from_.span)


RULE = Rule(
    code="JT301",
    name="root-user",
    group="security",
    message="no USER is set: the container runs as root",
    check=check,
    triggers=("from",),
    effort=Effort.MEDIUM,
    foreign=("DL3002", "DS-0002", "CKV_DOCKER_3"),
    examples=(
        Example(before='FROM debian:bookworm\nCMD ["sleep", "1"]\n', lines=(1,)),
        Example(before='FROM debian:bookworm\nUSER root\nCMD ["sleep", "1"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nUSER 10001\nCMD ["sleep", "1"]\n'),
    ),
)
