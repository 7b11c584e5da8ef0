"""A download over plain HTTP.

Anyone on the way can replace it. Where the server has no HTTPS, compare a checksum that stands in the file.
Package managers that check signatures (apt, dnf, apk) are not meant.

Source: Docker documentation, "Building best practices".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.words import Word

_LOCAL: Final = re.compile(
    r"\Ahttp://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|\$|host\.docker\.internal|[\w-]+(?::\d+)?/|[\w-]+\.(?:local|internal)\b)"
)
_CHECKS: Final = frozenset(
    ("sha256sum", "sha512sum", "sha1sum", "md5sum", "shasum", "gpg", "gpgv", "cosign", "openssl")
)
_TOOLS: Final = frozenset(("curl", "wget", "aria2c", "git", "pip", "pip3", "npm", "svn"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each address with http:// that a RUN or ADD downloads without a checksum."""
    for run in model.every_run:
        if any(command.name in _CHECKS for command in run.commands):
            continue
        for command in run.commands:
            for word in command.argv[1:] if command.name in _TOOLS else ():
                yield from _finding(word)
    for node, _ in model.every("ADD"):
        if not node.flag("checksum"):
            for word in node.words[:-1]:
                yield from _finding(word)


def _finding(word: Word) -> Iterable[Finding]:
    if not word.value.startswith("http://") or _LOCAL.match(word.value):
        return
    start = word.span.start + (1 if word.raw[:1] in "\"'" else 0)
    yield RULE.at(word.span, fix=Fix("Use HTTPS", (Edit(Span(start, start + 7), "https://"),), UNSAFE))


RULE = Rule(
    code="JT329",
    name="plain-http",
    group="security",
    message="a download over plain HTTP",
    check=check,
    triggers=("http://",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN curl -o x http://e.org/x\n",
            after="FROM debian:bookworm\nRUN curl -o x https://e.org/x\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nONBUILD ADD http://e.org/x /x\n",
            after="FROM debian:bookworm\nONBUILD ADD https://e.org/x /x\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nRUN curl http://localhost:80/ && curl -o x http://e.org/x && sha256sum -c x.sum\n"
        ),
    ),
)
