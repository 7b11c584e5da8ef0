"""A file that holds secrets is copied into the image.

Keys, `.env` files and credentials stay readable in the layer that copied them, also when a later
instruction deletes them.

Keep them out of the build context with .dockerignore; give them to a build with a secret mount and
to a container at run time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Effort, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

SECRET_FILE = re.compile(
    r"(?:^|/)(?:\.env(?:\.(?!example|sample|template|dist)[\w.-]+)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.pypirc|\.netrc|"
    r"\.pgpass|\.htpasswd|credentials(?:\.json)?|service-account\.json|[\w.-]+\.(?:p12|pfx|jks|keystore)|[\w.-]*private[\w.-]*\.pem|[\w.-]+\.key)\Z",
    re.IGNORECASE,
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY or ADD that takes such a file, by name or with its folder."""
    for node in model.instructions("COPY", "ADD"):
        if node.flag("from") or len(node.words) < 2:
            continue
        for word in node.words[:-1]:
            if SECRET_FILE.search(word.value):
                yield RULE.at(word.span, f"{word.value} is copied into the image")
            elif word.value in (".", "./", "/") and model.context is not None:
                found = [file.path for file in model.context.files() if SECRET_FILE.search(file.path)]
                if found:
                    names = ", ".join(found[:3])
                    yield RULE.at(word.span, f"this copies {names}{' and more' if len(found) > 3 else ''} into the image")


RULE = Rule(
    code="JT304",
    name="secret-file-copied",
    group="security",
    message="a file that holds secrets is copied into the image",
    check=check,
    triggers=("copy", "add"),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    effort=Effort.LOW,
    examples=(
        Example(before="FROM debian:bookworm\nCOPY .env /srv/.env\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nCOPY . /srv\n", lines=(2,), files=((".env", "KEY=x\n"),)),
        Example(before="FROM debian:bookworm\nCOPY .env.example /srv/\n"),
    ),
)
