"""The base image's release gets no security fixes any more.

Holes that are found after the end stay open in every image built on it, and its package archives move away,
so that builds fail.

The dates are in `knowledge/end_of_life.toml`, with the day they were taken. The setting `today` (an ISO date)
makes a report the same on every day.

Source: endoflife.date and each project's release page.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Severity
from jettison.knowledge.end_of_life import end_of_life
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each base image that has ended."""
    today = RULE.option(model, "today") or time.strftime("%Y-%m-%d")
    for stage in model.stages:
        base = stage.base
        if base.stage is not None or base.unresolved or not model.reaches_final(stage):
            continue
        ended = end_of_life(base.name, base.tag)
        if ended is not None and ended[1] <= today:
            yield RULE.at(base.span, f"{ended[0]} gets no security fixes since {ended[1]}")


RULE = Rule(
    code="JT380",
    name="end-of-life-base",
    group="security",
    message="the base image gets no security fixes any more",
    check=check,
    triggers=("from",),
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    options={"today": ""},
    examples=(
        Example(before="FROM python:3.6-buster\n", lines=(1,), options={"today": "2026-01-01"}),
        Example(before="FROM node:22-alpine3.12\n", lines=(1,), options={"today": "2026-01-01"}),
        Example(before="FROM debian:bookworm-slim\nCOPY --from=node:8 /a /b\n", options={"today": "2026-01-01"}),
    ),
)
