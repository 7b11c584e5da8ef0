"""The image reference is not valid while the build arguments have their default values.

A plain `docker build .` then fails; the file cannot be built without knowing which arguments it needs.
Give the ARG a default, or write `${NAME:-default}`.

Source: BuildKit build checks, InvalidDefaultArgInFrom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.model.scope import PLATFORM_ARGS
from jettison.rules.base import Example, Rule
from jettison.syntax.expand import expand, references

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_PART: Final = r"[a-z0-9]++(?>(?:(?:\.|__?|-++)[a-z0-9]++)*)"
_IMAGE: Final = re.compile(
    rf"(?:[A-Za-z0-9][A-Za-z0-9.-]*+(?::[0-9]++)?/)?{_PART}(?>(?:/{_PART})*)(?::\w[\w.-]{{0,127}}+)?(?:@\w[\w+.-]*+:\w++)?"
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each FROM that is no image reference by default."""
    if not any("$" in stage.from_.words[0].raw for stage in model.stages):
        return
    declared = {name.value for node in model.meta_args for name, _ in node.pairs}
    values = {**dict.fromkeys(PLATFORM_ARGS, "x"), **model.meta}
    stages = {stage.name.lower() for stage in model.stages if stage.name}
    for stage in model.stages:
        raw = stage.from_.words[0].raw
        names = {name for name, _, _ in references(raw, model.file.escape)}
        # An undeclared variable is the subject of undefined-arg-in-from.
        if not names or not names <= declared | PLATFORM_ARGS:
            continue
        text = expand(raw, values, model.file.escape)[0]
        if "$" in text or text.lower() in stages:
            continue
        if not text or not _IMAGE.fullmatch(text):
            yield RULE.at(stage.from_.span, f"without build arguments the base is {text[:60]!r}, which is no image")


RULE = Rule(
    code="JT706",
    name="invalid-default-arg-in-from",
    group="correctness",
    message="without build arguments the base is no image",
    check=check,
    triggers=("$",),
    foreign=("InvalidDefaultArgInFrom",),
    examples=(
        Example(before="ARG TAG\nFROM busybox:${TAG}\n", lines=(2,)),
        Example(before="ARG BASE\nFROM $BASE\n", lines=(2,)),
        Example(before="ARG TAG\nFROM python:${TAG}-slim\n", lines=(2,)),
        Example(before="ARG ARCH\nFROM scratch AS for-amd64\nFROM for-${ARCH}\n", lines=(3,)),
        Example(before="ARG KIND=Debug\nFROM scratch AS for-Debug\nFROM for-${KIND}\n"),
        Example(before="ARG REGISTRY=localhost:5000/\nFROM ${REGISTRY}a/b_c--d.e:1@sha256:0a\n"),
        Example(before="ARG TAG=1.36\nFROM busybox:${TAG}\n"),
        Example(before="ARG TAG\nFROM busybox:${TAG:-1.36}\n"),
        Example(before="ARG VARIANT\nFROM busybox:1.36${VARIANT}\n"),
    ),
)
