"""A health check that is asked too often, too rarely, or longer than it is apart.

A check every second or two costs a process each time; one every ten minutes sees a dead service late; a
timeout above the interval lets checks pile up.

Source: Dockerfile reference, "HEALTHCHECK".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|ns)")
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "ns": 1e-9}
_SHORTEST: Final = 3.0
_LONGEST: Final = 300.0
# Dockerfile reference: 30 s each when nothing is said.
_DEFAULT: Final = 30.0


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each health check with such times."""
    for node in model.instructions("HEALTHCHECK"):
        interval, timeout = _seconds(node, "interval"), _seconds(node, "timeout")
        if interval is not None and interval < _SHORTEST:
            yield RULE.at(node.span, f"every {interval:g} s is a process every {interval:g} s")
        elif interval is not None and interval > _LONGEST:
            yield RULE.at(node.span, f"every {interval:g} s: a dead service stays unseen that long")
        elif timeout is not None and timeout > (interval or _DEFAULT):
            yield RULE.at(node.span, f"a timeout of {timeout:g} s is longer than the interval")


def _seconds(node: Instruction, name: str) -> float | None:
    flag = node.flag(name)
    if flag is None or not flag.value or "$" in flag.value:
        return None
    parts = _PART.findall(flag.value[:40])
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else None


RULE = Rule(
    code="JT488",
    name="health-timing",
    group="runtime",
    message="a health check with unlucky times",
    check=check,
    triggers=("healthcheck",),
    severity=Severity.LOW,
    examples=(
        Example(before="FROM debian:bookworm\nHEALTHCHECK --interval=1s CMD x\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nHEALTHCHECK --interval=5s --timeout=1m CMD x\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nHEALTHCHECK --interval=30s --timeout=5s CMD x\n"),
    ),
)
