"""EXPOSE of something that is no port.

A port is a number from 0 to 65535, or a range, with /tcp, /udp or /sctp. An address or a pair of ports is
the business of `docker run -p`; here the build refuses it or it says nothing.

Source: Dockerfile reference, "EXPOSE"; BuildKit build checks, ExposeInvalidFormat.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.model.ports import exposed_range
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each word of EXPOSE that is no port."""
    for stage in model.stages:
        for node in stage.instructions:
            if node.keyword != "EXPOSE":
                continue
            scope = model.scope_at(node, stage)
            for word in node.words:
                text = scope.value(word.raw, model.file.escape)
                if text and exposed_range(text) is None and not ("$" in word.raw and not text.strip("-/tcpud")):
                    yield RULE.at(word.span, f"{text[:40]!r} is no port")


RULE = Rule(
    code="JT711",
    name="invalid-port",
    group="correctness",
    message="EXPOSE of something that is no port",
    check=check,
    triggers=("expose",),
    severity=Severity.HIGH,
    foreign=("DL3011", "ExposeInvalidFormat", "DS-0008", "71bf8cf8-f0a1-42fa-b9d2-d10525e0a38e"),
    examples=(
        Example(before="FROM debian:bookworm\nEXPOSE 80000\nEXPOSE 127.0.0.1:80:80\nEXPOSE 90-80\n", lines=(2, 3, 4)),
        Example(before="FROM debian:bookworm\nARG P\nEXPOSE 80 53/udp 8000-8010 $P\n"),
    ),
)
