"""Packages are installed without a check of their signatures.

A mirror or anyone on the way can then put any program into the image, as root. Import the repository's key
(apt: `signed-by=` with a key file) and leave the check on.

The options of each manager are in `knowledge/unsafe_options.toml`.

Source: the manual of each package manager.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.knowledge.unsafe_options import UNSIGNED, unsafe_word
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_LOCAL: Final = re.compile(r"trusted=yes[^\]]{0,80}\]\s{1,8}(?:file|copy|cdrom):")
_IN_FILES: Final = ("[trusted=yes]", "trusted=yes", "gpgcheck=0", "gpgcheck = 0", "SigLevel = Never", "SigLevel=Never")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each option or repository line that leaves signatures out."""
    for run in model.every_run:
        for command in run.commands:
            word = unsafe_word(command, UNSIGNED)
            if word is not None:
                yield RULE.at(word.span, f"{command.name} installs without a check of signatures")
            elif any(mark in argument for argument in command.arguments for mark in _IN_FILES):
                if any(_LOCAL.search(argument) for argument in command.arguments):
                    # Packages that the same build made or copied come from nobody else.
                    continue
                yield RULE.at(command.span, "a repository whose packages need no signature")


RULE = Rule(
    code="JT321",
    name="unsigned-packages",
    group="security",
    message="packages are installed without a check of their signatures",
    check=check,
    triggers=(
        "unauthenticated",
        "force-yes",
        "nogpg",
        "no-gpg",
        "gpgcheck",
        "untrusted",
        "nosignature",
        "nodigest",
        "trusted=yes",
        "siglevel",
        "insecure",
        "unsigned",
    ),
    severity=Severity.HIGH,
    foreign=("CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN apt-get install -y --allow-unauthenticated x\n", lines=(2,)),
        Example(before="FROM fedora:40\nRUN dnf install -y --nogpgcheck x\n", lines=(2,)),
        Example(
            before='FROM debian:bookworm\nRUN echo "deb [trusted=yes] https://e.org x main" > /etc/apt/sources.list.d/x.list\n',
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y x\n"),
        Example(
            before='FROM debian:bookworm\nRUN echo "deb [ trusted=yes ] file://$made ./" > /etc/apt/sources.list.d/x.list\n'
        ),
    ),
)
