"""A download is run at once.

`curl ... | sh` runs whatever the server sends today, as root, unseen and with no checksum; a connection that
breaks in the middle runs half of it.

Download to a file, compare its checksum, then run it; or `ADD --checksum=sha256:...`.

Source: Docker documentation, "Building best practices"; Dockerfile reference, "ADD --checksum".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_FETCH: Final = frozenset(("curl", "wget", "fetch", "http"))
_RUN: Final = frozenset(
    ("sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "ruby", "node", "php", "source", ".")
)
_ALSO: Final = _RUN | {"eval"}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each download that a shell or interpreter runs."""
    for run in model.every_run:
        fetched = None
        for command in run.commands:
            if command.name in _FETCH and (command.in_pipeline or command.in_subshell):
                fetched = command
            elif fetched and command.name in _RUN and command.in_pipeline and command.operator_before in ("|", "|&"):
                yield RULE.at(fetched.span, f"what {fetched.name} downloads is run by {command.name} at once")
                fetched = None
            elif command.operator_before not in ("|", "|&"):
                fetched = None
        yield from _substituted(model, run.commands)


def _substituted(model: Model, commands: tuple[object, ...]) -> Iterable[Finding]:
    for command in commands:
        words = getattr(command, "argv", ())
        if not words or words[0].value.rsplit("/", 1)[-1] not in _ALSO:
            continue
        for word in words[1:]:
            text = word.raw.lstrip("\"'")
            if text.startswith(("<(curl", "<(wget", "$(curl", "$(wget", "`curl", "`wget")):
                yield RULE.at(word.span, "what is downloaded is run at once")


RULE = Rule(
    code="JT322",
    name="pipe-to-shell",
    group="security",
    message="a download is run at once",
    check=check,
    triggers=("curl", "wget"),
    effort=Effort.MEDIUM,
    examples=(
        Example(before="FROM debian:bookworm\nRUN curl -fsSL https://e.org/install.sh | bash -s -- -y\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nRUN sh -c "$(curl -fsSL https://e.org/install.sh)"\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN curl -fsSL https://e.org/x.tgz | tar xz\n"),
    ),
)
