"""A secret stands in ARG or ENV.

Values of ENV are in the image's configuration, values of ARG in its history: anyone who can pull
the image reads them. Deleting them later changes nothing.

Give secrets to a build with `RUN --mount=type=secret`, to a container at run time. A secret that
was ever in a pushed image is burnt: replace it.

Source: Docker documentation, "Build secrets".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?|AUTH)(?:_|$)",
    re.IGNORECASE,
)
_POINTER = re.compile(r"_(?:FILE|PATH|DIR|URL|NAME|ID|ALGORITHM|TYPE|LENGTH|EXPIRY|TTL)$|^PWD$|^OLDPWD$", re.IGNORECASE)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ENV or ARG that holds a literal secret."""
    for node in (*model.meta_args, *model.instructions("ENV", "ARG")):
        for name, value in node.pairs:
            if value is None or not _is_secret(name.value, value.value):
                continue
            yield RULE.at(name.span, f"the value of {name.value} is readable in the image")


def _is_secret(name: str, value: str) -> bool:
    if not _NAME.search(name) or _POINTER.search(name):
        return False
    return bool(value) and not value.startswith("$") and value.lower() not in ("true", "false", "0", "1", "none", "null")


RULE = Rule(
    code="JT302",
    name="secret-in-arg-or-env",
    group="security",
    message="a secret stands in ARG or ENV",
    check=check,
    triggers=("env", "arg"),
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    foreign=("SecretsUsedInArgOrEnv", "DS-0031"),
    examples=(
        Example(before="FROM debian:bookworm\nENV DB_PASSWORD=hunter2\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nENV DB_PASSWORD_FILE=/run/secrets/db\nARG TOKEN\n"),
    ),
)
