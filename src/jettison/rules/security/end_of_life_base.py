"""The release of the base image gets no security fixes any more.

From that day on every newly found hole stays open in your image, and its package servers are sooner or
later moved or switched off: then the image cannot be built either.

Go to a release that is still maintained. The dates are in `knowledge/end_of_life.toml`, as endoflife.date
and the makers give them; paid extensions (Ubuntu Pro, Debian ELTS) are not counted. A tag that names two
parts, such as `python:3.6-buster`, ends with the first of them. The setting `today` takes the place of the
clock.

Source: endoflife.date; the release pages of each project.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, Effort, Finding, Fix, Severity
from jettison.knowledge.end_of_life import STATE, end_of_life
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each FROM whose release had ended by today."""
    today = ""
    for stage in model.stages:
        base = stage.base
        if base.is_scratch or base.stage is not None or base.unresolved or not model.reaches_final(stage):
            continue
        end = end_of_life(base.name, base.tag)
        if end is None:
            continue
        today = today or str(RULE.option(model, "today")) or time.strftime("%Y-%m-%d", time.gmtime())
        if end[1] >= today:
            continue
        fix = Fix(f"Go to a release that is maintained (state of the dates: {STATE})", (), SHOW)
        found = RULE.at(base.span, f"{end[0][:40]} gets no security fixes since {end[1]}", fix)
        # A build stage is not shipped: its holes matter less.
        yield found if model.in_final_image(stage) else found._replace(severity=Severity.LOW)


RULE = Rule(
    code="JT385",
    name="end-of-life-base",
    group="security",
    message="the release of the base image gets no security fixes any more",
    check=check,
    triggers=("from",),
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    options={"today": ""},
    foreign=("tally/ruby/eol-ruby-version",),
    examples=(
        Example(before="FROM debian:stretch\n", lines=(1,)),
        Example(before="FROM ubuntu:18.04\n", lines=(1,)),
        Example(before="FROM python:3.6-buster\n", lines=(1,)),
        Example(before="FROM node:lts-alpine3.9\n", lines=(1,)),
        Example(before="FROM nvidia/cuda:10.2-base-ubuntu16.04\n", lines=(1,)),
        Example(before="FROM node:10 AS build\nRUN true\nFROM scratch\nCOPY --from=build /x /x\n", lines=(1,)),
        Example(before="FROM debian:bookworm\n", options={"today": "2026-01-01"}),
        Example(before="FROM debian:bookworm\n", lines=(1,), options={"today": "2030-01-01"}),
        Example(before="ARG V\nFROM debian:$V\nFROM debian:stable\nFROM mycompany/debian:1\n"),
    ),
)
