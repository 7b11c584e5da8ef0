"""A label key that breaks the rules for label keys.

Keys are lower-case letters, digits, dots and hyphens, begin with a letter or digit, and have no doubled
separators; com.docker.*, io.docker.* and org.dockerproject.* belong to Docker.

Source: Docker documentation, "Docker object labels", key format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9]|[.\-_/](?=[a-z0-9]))*\Z")
_RESERVED: Final = ("com.docker.", "io.docker.", "org.dockerproject.")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each label key out of form or out of a reserved space."""
    for node in model.instructions("LABEL"):
        for name, _ in node.pairs:
            key = name.value
            if "$" in name.raw:
                continue
            if key.startswith(_RESERVED):
                yield RULE.at(name.span, f"{key[:60]}: this space is Docker's own")
            elif not _KEY.match(key):
                yield RULE.at(name.span, f"{key[:60]!r} is no valid label key")


RULE = Rule(
    code="JT723",
    name="label-key",
    group="correctness",
    message="a label key out of form",
    check=check,
    triggers=("label",),
    severity=Severity.LOW,
    foreign=("DL3048", "tally/labels/valid-key"),
    examples=(
        Example(before="FROM debian:bookworm\nLABEL Version=1 com.docker.x=2 a..b=3\n", lines=(2, 2, 2)),
        Example(before="FROM debian:bookworm\nLABEL org.opencontainers.image.version=1 build-date=x\n"),
    ),
)
