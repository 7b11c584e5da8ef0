"""A base image from a registry that the organisation does not allow.

The setting `registries` lists what is allowed, as `host`, `host/path` or a pattern with `*`; docker.io stands
for names without a host. Without the setting the rule says nothing.

Source: the organisation's own rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each image of FROM or --from whose registry is not allowed."""
    allowed: list[str] = RULE.option(model, "registries")
    if not allowed:
        return
    for name, span in _images(model):
        full = name if _has_host(name) else f"docker.io/{name}"
        if not any(_matches(full, pattern) for pattern in allowed):
            yield RULE.at(span, f"{full.split('/')[0][:60]} is not an allowed registry")


def _images(model: Model) -> Iterable[tuple[str, Span]]:
    for stage in model.stages:
        base = stage.base
        if base.stage is None and not base.is_scratch and not base.unresolved:
            yield base.name, base.span
        for node, _ in stage.every("COPY", "ADD"):
            flag = node.flag("from")
            if flag is not None and flag.value and flag.value_span and any(mark in flag.value for mark in "/:"):
                yield flag.value.split("@")[0], flag.value_span


def _has_host(name: str) -> bool:
    first, slash, _ = name.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")


def _matches(full: str, pattern: str) -> bool:
    pattern = pattern.removesuffix("/")
    return (
        full == pattern
        or full.startswith(pattern + "/")
        or fnmatchcase(full.split("/")[0], pattern)
        or fnmatchcase(full, pattern)
    )


RULE = Rule(
    code="JT902",
    name="allowed-registries",
    group="policy",
    message="a registry that is not allowed",
    check=check,
    needs_options=True,
    triggers=("from",),
    severity=Severity.HIGH,
    foreign=("DL3026",),
    options={"registries": []},
    examples=(
        Example(before="FROM quay.io/x/y:1\n", lines=(1,), options={"registries": ["docker.io", "*.example.org"]}),
        Example(
            before="FROM debian:bookworm AS a\nFROM r.example.org/x:1\nCOPY --from=a /x /y\n",
            options={"registries": ["docker.io", "*.example.org"]},
        ),
        Example(
            before="FROM debian:bookworm\nONBUILD COPY --from=quay.io/x/y:1 /x /y\n",
            lines=(2,),
            options={"registries": ["docker.io"]},
        ),
        Example(before="FROM quay.io/x/y:1\n"),
    ),
)
