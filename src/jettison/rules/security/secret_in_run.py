"""A secret stands in a command or a here-document.

The text of RUN, CMD, ENTRYPOINT and HEALTHCHECK is in the image's history or configuration, and a
build prints it to its log. What a here-document writes is a file of a layer. Looked for are keys of
well-known services, private keys, passwords in URLs, assignments such as `export API_TOKEN=...`, and
passwords that stand in the options of curl, wget, sshpass or a registry login.

Give secrets to a build with `RUN --mount=type=secret` and read them from `/run/secrets`. A secret
that was ever in a pushed image is burnt: replace it.

Source: Docker documentation, "Build secrets".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Severity
from jettison.model.secrets import text_secrets
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_WHERE = {"RUN": "in the image's history and the build log", "COPY": "in a layer", "ADD": "in a layer"}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each place where a literal secret stands."""
    for secret in text_secrets(model):
        keyword = secret.instruction.keyword
        where = _WHERE.get(keyword, "in the image's configuration")
        yield RULE.at(secret.span, f"a secret stands in this {keyword}: it is readable {where}")


RULE = Rule(
    code="JT303",
    name="secret-in-run",
    group="security",
    message="a secret stands in a command or a here-document",
    check=check,
    triggers=("run", "cmd", "entrypoint", "copy", "add", "healthcheck"),
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    foreign=("DS-0031", "tally/secrets-in-code", "c3e1b6ae-d92c-44b3-8ed5-1f5442bab6a4"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN curl -u admin:hunter2 https://example.org/x -o /x\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN git clone https://bot:hunter2@example.org/x.git\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN export API_TOKEN=hunter2 && ./fetch\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nRUN PASSWORD_FILE=/run/x MAX_TOKEN=4096 API_TOKEN=$(cat /x) SECRET_KEY_BASE=dummy ./build\n"
        ),
        Example(
            before="FROM debian:bookworm\nRUN --mount=type=secret,id=pw curl -u admin:$(cat /run/secrets/pw) https://example.org/x -o /x\n"
        ),
        Example(before='FROM debian:bookworm\nRUN git clone "https://bot:${TOKEN}@example.org/x.git" && echo a:b@c\n'),
    ),
)
