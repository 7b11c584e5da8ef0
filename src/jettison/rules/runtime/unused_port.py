"""EXPOSE of a port that the start command visibly does not use.

Tools that publish what is exposed then publish the wrong port.

Reported when the start command names one port and EXPOSE names others only.

Source: Dockerfile reference, "EXPOSE".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_NAMED: Final = re.compile(
    r"(?:--(?:port|http-port|listen-port)[= ]|0\.0\.0\.0:|\[::\]:|--bind[= ]\S*:|-b \S*:|--server\.port=)(\d{2,5})\b"
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for EXPOSE when none of its ports is the one that the start command names."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    ports = {port.split("/")[0] for port in scope.exposed}
    text = " ".join(word.value for _, node in start_nodes(model, final) for word in node.words)
    named = set(_NAMED.findall(text[:4000]))
    if len(named) != 1 or not ports or named & ports or not all(port.isdigit() for port in ports):
        return
    node = next((n for s in reversed(model.lineage(final)) for n in s.instructions if n.keyword == "EXPOSE"), None)
    if node is not None:
        yield RULE.at(node.span, f"the start command listens on {min(named)}")


RULE = Rule(
    code="JT487",
    name="unused-port",
    group="runtime",
    message="EXPOSE of a port that the start command does not use",
    check=check,
    triggers=("expose",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(before='FROM debian:bookworm\nEXPOSE 8000\nCMD ["serve", "--port", "8080"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nEXPOSE 8080 9090\nCMD ["serve", "--bind", "0.0.0.0:8080"]\n'),
    ),
)
