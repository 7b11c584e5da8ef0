"""The certificate of a server is not checked.

Anyone between the builder and the server can then replace what is downloaded, and it runs in the image. When
a certificate is not known, add the authority's certificate (`update-ca-certificates`) instead.

Where a checksum in the same RUN is compared with what came, the finding is of low severity: the checksum decides.

The options and variables of each tool are in `knowledge/unsafe_options.toml`.

Source: the manual of each tool.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.knowledge.unsafe_options import TLS, is_unsafe, unsafe_word
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command

_DOWNLOADS: Final = frozenset(("curl", "wget", "aria2c"))
_SUMS: Final = frozenset(("sha256sum", "sha384sum", "sha512sum", "b2sum", "shasum"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each option and variable that turns the check of certificates off."""
    for run in model.every_run:
        for command in run.commands:
            word = unsafe_word(command, TLS)
            if word is not None:
                found = RULE.at(word.span, f"{command.name} does not check the server's certificate")
                yield found._replace(severity=Severity.LOW) if _is_checked(run, command) else found
            for name, value in command.assignments:
                if is_unsafe(name, value.strip("\"'")):
                    yield RULE.at(command.span, f"{name} turns the check of certificates off")
    for node in model.instructions("ENV", "ARG"):
        for name_word, value_word in node.pairs:
            if value_word is not None and is_unsafe(name_word.value, value_word.value):
                yield RULE.at(name_word.span, f"{name_word.value} turns the check of certificates off")


def _is_checked(run: Run, command: Command) -> bool:
    """Return whether a checksum in the same RUN tells what was downloaded, whoever sent it."""
    return command.name in _DOWNLOADS and any(
        other.name in _SUMS and other.span.start > command.span.start for other in run.commands
    )


RULE = Rule(
    code="JT320",
    name="verification-off",
    group="security",
    message="the certificate of a server is not checked",
    check=check,
    triggers=(
        "curl", "insecure", "no-check", "sslverify", "ssl_verify", "ssl-verify", "strict-ssl", "strict_ssl",
        "trusted", "reject_unauthorized", "httpsverify", "verify", "nosum", "sumdb", "ca_bundle", "disable-tls", "secure-http",
    ),
    severity=Severity.HIGH,
    foreign=(
        "CKV2_DOCKER_2", "CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_5", "CKV2_DOCKER_6", "CKV2_DOCKER_12",
        "CKV2_DOCKER_13", "CKV2_DOCKER_14", "CKV2_DOCKER_15", "CKV2_DOCKER_16",
    ),
    examples=(
        Example(before="FROM debian:bookworm\nRUN curl -fsSLk https://e.org/x -o x\n", lines=(2,)),
        Example(before="FROM node:20\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\nRUN npm config set strict-ssl false\n", lines=(2, 3)),
        Example(before="FROM python:3.12\nRUN pip install --trusted-host mirror.example x==1\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN curl -fsSL https://e.org/x -o x && wget -q https://e.org/y\n"),
    ),
)  # fmt: skip
