"""curl that does not follow redirects.

Download sites move: without --location the answer is a short page that says where the file is, it is saved in the
file's place, and the build fails later or not at all.

Source: curl manual, --location.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_METHODS: Final = (
    "-X",
    "--request",
    "-d",
    "--data",
    "--data-binary",
    "-I",
    "--head",
    "-F",
    "--form",
    "-T",
    "--unix-socket",
)
# What a variable called so holds is an address as well.
_URL: Final = re.compile(r"https?://|\$\{?\w*URL\b", re.IGNORECASE)
# Options of one letter that take no value: what follows them is an address.
_SWITCHES: Final = re.compile(r"-[#046Sfgijklnqsv]+\Z|--(?:fail|silent|show-error|compressed|progress-bar|insecure)\Z")
# They answer themselves and are asked for an answer, not for a file.
_LOCAL: Final = ("://localhost", "://127.0.0.1", "://[::1]", "://169.254.169.254")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each download by curl without -L."""
    for run in model.every_run:
        for command in run.commands:
            if command.name != "curl":
                continue
            words = command.arguments
            url = next((w for w in words if _URL.match(w)), None) or _last(words)
            if url is None or any(local in url for local in _LOCAL) or _follows(words):
                continue
            if any(w.partition("=")[0] in _METHODS for w in words) or any(w in ("-K", "--config") for w in words):
                continue
            if model.text_has(".curlrc") or model.text_has("curl_home"):
                continue
            yield RULE.at(command.span, fix=Fix("Follow redirects", (insert_word(command, 1, "-L"),), SAFE))


def _last(words: tuple[str, ...]) -> str | None:
    """Return the last word where it is a variable that no option takes for its value: curl reads it as an address."""
    # A variable alone, without quotes, may hold options as well.
    if not words or not words[-1].startswith('"$' if len(words) == 1 else ("$", '"$')):
        return None
    before = words[-2] if len(words) > 1 else ""
    return words[-1] if before[:1] != "-" or _SWITCHES.match(before) else None


def _follows(words: tuple[str, ...]) -> bool:
    return any(
        w in ("--location", "--location-trusted") or (w[:1] == "-" and w[1:2] != "-" and "L" in w) for w in words
    )


RULE = Rule(
    code="JT453",
    name="curl-without-redirects",
    group="runtime",
    message="curl without -L saves the redirect in place of the file",
    check=check,
    triggers=("curl",),
    severity=Severity.LOW,
    foreign=("tally/curl-should-follow-redirects",),
    examples=(
        Example(
            before="FROM debian:12\nRUN curl -fsS -o /a https://e.org/a\n",
            after="FROM debian:12\nRUN curl -L -fsS -o /a https://e.org/a\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:12\nONBUILD RUN curl -fsS -o /a https://e.org/a\n",
            after="FROM debian:12\nONBUILD RUN curl -L -fsS -o /a https://e.org/a\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:12\nARG TOOL_URL\nRUN curl -fsS -o /a $TOOL_URL\n",
            after="FROM debian:12\nARG TOOL_URL\nRUN curl -L -fsS -o /a $TOOL_URL\n",
            lines=(3,),
        ),
        Example(
            before='FROM debian:12\nRUN p=https://e.org/a && s=$(curl "$p".sha256) && curl -sS $p >/a && curl -o /a $p\n',
            after='FROM debian:12\nRUN p=https://e.org/a && s=$(curl -L "$p".sha256) && curl -L -sS $p >/a && curl -L -o /a $p\n',
            lines=(2, 2, 2),
        ),
        Example(before="FROM debian:12\nRUN curl $options && curl -x $proxy https://localhost/ -o $file\n"),
        Example(before="FROM debian:12\nRUN curl -fsSLo /a https://e.org/a && curl -X POST https://e.org/b\n"),
    ),
)
