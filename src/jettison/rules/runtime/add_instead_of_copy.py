"""ADD where COPY serves.

ADD also downloads and unpacks. Where neither is wanted, COPY says what happens and cannot surprise
when a file is one day an archive.

Source: Dockerfile reference, "ADD or COPY".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_SPECIAL = re.compile(r"(?i)^(?:https?|ftp|git|ssh)://|^git@|\.git(?:#|$)|\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst)\b|[*?\[$]")
_FLAGS = frozenset(("chown", "chmod", "link", "exclude"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ADD of plain local files."""
    for node in model.instructions("ADD"):
        if len(node.words) < 2 or node.heredocs or any(_SPECIAL.search(word.value) for word in node.words[:-1]):
            continue
        if any(flag.name not in _FLAGS for flag in node.flags):
            continue
        word = "copy" if model.source.text(node.keyword_span).islower() else "COPY"
        yield RULE.at(node.span, fix=Fix("Use COPY", (Edit(node.keyword_span, word),), SAFE))


RULE = Rule(
    code="JT403",
    name="add-instead-of-copy",
    group="runtime",
    message="ADD where COPY serves",
    check=check,
    triggers=("add",),
    severity=Severity.LOW,
    foreign=("DL3020", "DS-0005", "CKV_DOCKER_4"),
    examples=(
        Example(before="FROM debian:bookworm\nADD app.py /srv/\n", after="FROM debian:bookworm\nCOPY app.py /srv/\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nADD app.tar.gz /srv/\nADD https://example.org/x /x\n"),
    ),
)
