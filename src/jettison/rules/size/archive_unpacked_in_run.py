"""An archive that is downloaded and unpacked in RUN.

`ADD --unpack URL DIR` does both without curl, tar and their packages, and --checksum pins what came. Needs a recent
frontend (docker/dockerfile 1.17), so off unless it is selected.

Source: Dockerfile reference, "ADD --unpack".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that pipes a download into tar or unpacks what it just downloaded."""
    for run in model.runs:
        loads = [c for c in run.commands if c.name in ("curl", "wget") and any("://" in w for w in c.arguments)]
        unpacks = [
            c for c in run.commands if c.name == "tar" and any("x" in w.partition("=")[0] for w in c.arguments[:2])
        ]
        if len(loads) == 1 and len(unpacks) == 1 and loads[0].span.start < unpacks[0].span.start:
            yield RULE.at(loads[0].span)


RULE = Rule(
    code="JT147",
    name="archive-unpacked-in-run",
    group="size",
    message="ADD --unpack downloads and unpacks without curl and tar",
    check=check,
    triggers=("tar ",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/prefer-add-unpack",),
    examples=(
        Example(before="FROM debian:12\nRUN curl -fsSL https://e.org/a.tar.gz | tar -xz -C /opt\n", lines=(2,)),
        Example(before="FROM debian:12\nRUN tar -cf /a.tar /a\nADD --unpack=true https://e.org/a.tar.gz /opt\n"),
    ),
)
