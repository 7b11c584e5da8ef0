"""A secret stands in ARG, ENV or LABEL.

Values of ENV and LABEL are in the image's configuration, values of ARG in its history and in the
build log: anyone who can pull the image reads them. Deleting them later changes nothing. That holds
for an ARG without a default too, once a command uses it or an ENV keeps it.

Give secrets to a build with `RUN --mount=type=secret`, to a container at run time. A secret that
was ever in a pushed image is burnt: replace it. Names that say where a secret is kept
(`DB_PASSWORD_FILE`), switches, empty values and stand-ins such as `dummy` are not reported, nor is `user:pass@localhost`.

An ARG that only commands of RUN use is fixed with `--unsafe`: they get it by a secret mount. The build has to be
called with `--secret id=NAME,env=NAME` then, in place of `--build-arg NAME`, and fails when the secret is missing.

Source: Docker documentation, "Build secrets".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Confidence, Effort, Finding, Fix, Severity
from jettison.knowledge.secret_marks import is_secret_name
from jettison.model.run import read_mounts
from jettison.model.secrets import variable_secrets
from jettison.rules.base import Example, Rule
from jettison.rules.secret_mount import mount_of_argument
from jettison.syntax.expand import references

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction
    from jettison.syntax.words import Word


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each variable that holds a secret, or is given one by the build."""
    for secret in variable_secrets(model):
        where = "history" if secret.instruction.keyword == "ARG" else "configuration"
        yield RULE.at(secret.span, f"the value of {secret.name} is readable in the image's {where}")
    for node in model.meta_args:
        for name, value in node.pairs:
            if _without_default(name, value) and is_secret_name(name.value):
                yield from _asked_for(model, (), name)
    for stage in model.stages:
        yield from _given(model, stage)


def _without_default(name: Word, value: Word | None) -> bool:
    # ARG TOKEN=${TOKEN} is given nothing by itself.
    return value is None or value.value in (f"${name.value}", f"${{{name.value}}}")


def _given(model: Model, stage: Stage) -> Iterator[Finding]:
    # ARG TOKEN ... ENV TOKEN=$TOKEN   or   ARG TOKEN ... RUN curl -H "Authorization: $TOKEN"
    declared: set[str] = set()
    for at, node in enumerate(stage.instructions):
        if node.keyword == "ARG":
            for name, value in node.pairs:
                declared.add(name.value)
                if _without_default(name, value) and is_secret_name(name.value):
                    fix = mount_of_argument(model, stage, node, name.value) if value is None else None
                    yield from _asked_for(model, stage.instructions[at + 1 :], name, fix)
        elif node.keyword == "ENV":
            for name, value in node.pairs:
                if value is None or not is_secret_name(name.value):
                    continue
                kept = {ref for ref, _, _ in references(value.raw, model.file.escape)}
                if kept & declared:
                    yield RULE.at(
                        name.span,
                        f"{name.value} keeps the build argument's value in the image's configuration",
                    )


def _asked_for(model: Model, nodes: tuple[Instruction, ...], word: Word, fix: Fix | None = None) -> Iterator[Finding]:
    name, mounted = word.value, False
    for node in nodes:
        if node.keyword == "ENV" and any(value and name in value.raw for _, value in node.pairs):
            # Reported where the ENV keeps it.
            return
        if node.keyword != "RUN":
            continue
        if any(name in (m.options.get("id"), m.options.get("env")) for m in read_mounts(node)):
            mounted = True
            continue
        text = model.source.text(node.span)
        if f"${name}" in text or f"${{{name}" in text:
            message = f"{name} comes in by a build argument and stays in the history and the build log"
            yield RULE.at(word.span, message, fix)._replace(confidence=Confidence.MEDIUM)
            return
    if not mounted:
        message = f"{name} is asked for as a build argument, which is no place for a secret; use a secret mount"
        yield RULE.at(word.span, message)._replace(confidence=Confidence.LOW)


RULE = Rule(
    code="JT302",
    name="secret-in-arg-or-env",
    group="security",
    message="a secret stands in ARG, ENV or LABEL",
    check=check,
    triggers=("env", "arg", "label"),
    severity=Severity.HIGH,
    effort=Effort.MEDIUM,
    foreign=("SecretsUsedInArgOrEnv", "DS-0031", "DL3064", "tally/ruby/secrets-in-arg-or-env"),
    examples=(
        Example(before="FROM debian:bookworm\nENV DB_PASSWORD=hunter2\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nENV DB_PASSWORD="${DB_PASSWORD:-hunter2}"\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nENV DB_PASSWORD=${DB_PASSWORD:-} RESET_PASSWORD=resetPassword.sh\n"),
        Example(
            before="FROM debian:bookworm\nARG NPM_TOKEN\nRUN echo //example.org/:_authToken=$NPM_TOKEN > .npmrc\n",
            after='FROM debian:bookworm\nRUN --mount=type=secret,id=NPM_TOKEN,required=true export NPM_TOKEN="$(cat /run/secrets/NPM_TOKEN)" && echo //example.org/:_authToken=$NPM_TOKEN > .npmrc\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="# syntax=docker/dockerfile:1\nFROM debian:bookworm\nARG API_TOKEN\nRUN make\nRUN --network=host ./fetch ${API_TOKEN}\n",
            after="# syntax=docker/dockerfile:1\nFROM debian:bookworm\nRUN make\nRUN --mount=type=secret,id=API_TOKEN,env=API_TOKEN,required=true --network=host ./fetch ${API_TOKEN}\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before='FROM debian:bookworm\nARG API_TOKEN\nRUN ["sh", "-c", "./fetch $API_TOKEN"]\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nARG TOKEN\nENV TOKEN=$TOKEN\n", lines=(3,)),
        Example(
            before='FROM debian:bookworm\nENV DB_PASSWORD_FILE=/run/secrets/db SECRET_KEY_BASE=dummy POSTGRES_PASSWORD=""\n'
        ),
        Example(before='FROM debian:bookworm\nARG LICENSE_KEY=${LICENSE_KEY}\nRUN a -k "${LICENSE_KEY}"\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nARG COMPOSER_AUTH=false\nENV COMPOSER_AUTH=$COMPOSER_AUTH\n", lines=(3,)),
        Example(
            before="FROM node:22\nENV DATABASE_URL=postgresql://user:pass@localhost:5432/dummy\nRUN npm run build\n"
        ),
        Example(before="FROM node:22\nENV DATABASE_URL=postgresql://user:pass@db.e.org/shop\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nARG AWS_SECRET_ACCESS_KEY\n", lines=(2,)),
        Example(
            before='FROM debian:bookworm\nARG SSH_KEY\nRUN echo "$SSH_KEY" >/root/.ssh/id_rsa\nENV DB_PWORD=p4s\n',
            lines=(2, 4),
        ),
        Example(
            before='FROM debian:bookworm\nARG TOKEN\nRUN --mount=type=secret,id=TOKEN,env=TOKEN curl -H "X: $TOKEN" https://example.org/\n'
        ),
    ),
)
