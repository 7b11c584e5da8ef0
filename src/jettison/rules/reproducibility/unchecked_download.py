"""A download whose content nobody compares with anything.

What the server sends today is in the image: another file tomorrow, or somebody else's. Write the checksum
into the file: `ADD --checksum=sha256:... URL`, or `echo "HASH  FILE" | sha256sum -c` after the download.

Only programs and archives that are downloaded from a fixed address are reported; a package manager checks
what it fetches.

Source: Dockerfile reference, "ADD --checksum".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.shell_command import Command

_CHECKS: Final = frozenset(
    "sha256sum sha512sum sha1sum sha384sum md5sum b2sum shasum gpg gpgv cosign minisign openssl rpm".split()
)
_PROGRAM: Final = re.compile(
    r"https?://\S+\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|zip|deb|rpm|jar|war|bin|run|sh|exe|AppImage|gz|xz|bz2)\Z",
    re.IGNORECASE,
)
_RELEASE: Final = re.compile(r"https?://(?:github|gitlab)\.com/\S+/releases/\S*download/\S+")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each downloaded program or archive in a RUN that compares nothing."""
    for run in model.every_run:
        if any(command.name in _CHECKS for command in run.commands):
            continue
        for command in run.commands:
            if command.name in ("curl", "wget", "aria2c") and _fetches(command):
                yield RULE.at(command.span, "nothing checks what is downloaded here")
    for node, _ in model.every("ADD"):
        if not node.flag("checksum"):
            for word in node.words[:-1]:
                if word.value.startswith(("http://", "https://")) and not word.value.endswith(".git"):
                    yield RULE.at(word.span, "nothing checks what is downloaded here")


def _fetches(command: Command) -> bool:
    return any(_PROGRAM.match(a) or _RELEASE.match(a) for a in (word.value.strip("\"'") for word in command.argv[1:]))


RULE = Rule(
    code="JT620",
    name="unchecked-download",
    group="reproducibility",
    message="nothing checks what is downloaded",
    check=check,
    triggers=("http",),
    severity=Severity.LOW,
    effort=Effort.MEDIUM,
    foreign=("4b410d24-1cbe-4430-a632-62c9a931cf1c",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN curl -fsSLO https://e.org/x-1.0.tar.gz && tar xf x-1.0.tar.gz\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nONBUILD ADD https://e.org/x.bin /x\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nADD https://e.org/x.bin /x\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nRUN curl -fsSLO https://e.org/x.tgz && echo 00 x.tgz | sha256sum -c\nRUN curl -fsS https://e.org/health\n"
        ),
    ),
)
