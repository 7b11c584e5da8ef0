"""The start command brings several programs up side by side.

With `a & b` or `service x start && tail -f log` only the last one is watched. When another dies, the
container goes on without it; a stop reaches none of them, and logs of the others go to files.

Run one program per container. What must be together needs an init that watches all of them, such as
s6-overlay.

Source: Docker documentation, "Run multiple processes in a container".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.start import StartCommand

_STARTERS: Final = frozenset(("service", "systemctl", "rc-service", "invoke-rc.d"))


def check(model: Model) -> Iterable[Finding]:
    """Yield at most one finding for each of ENTRYPOINT and CMD."""
    seen = set()
    for start in model.start_commands():
        key = start.node.span.start
        text = None if key in seen else _why(start)
        if text is not None:
            seen.add(key)
            yield RULE.at(start.span, text)


def _why(start: StartCommand) -> str | None:
    words = start.argv
    is_service = start.program in _STARTERS or words[0].startswith(("/etc/init.d/", "/etc/rc.d/"))
    if is_service and any(word in ("start", "restart") for word in words[1:3]):
        return f"{start.program[:40]} puts a program in the background, where nothing watches it"
    if start.operator == "&" and start.program not in ("wait", "exit"):
        return "a program before this one runs in the background, where nothing watches it"
    follows = start.program == "tail" and any(word.startswith("-") and word[-1:] in "fF" for word in words[1:])
    if follows and not start.alone and "/dev/null" not in words:
        return "tail keeps the container up whether or not the program before it still runs"
    return None


RULE = Rule(
    code="JT476",
    name="several-processes",
    group="runtime",
    message="the start command brings several programs up side by side",
    check=check,
    triggers=("&", "service ", "init.d", '"service"', "tail"),
    effort=Effort.HIGH,
    examples=(
        Example(
            before="FROM debian:bookworm\nCMD service nginx start && tail -f /var/log/nginx/access.log\n", lines=(2,)
        ),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "worker & exec server"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "/srv/x start && tail -f /srv/log"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "migrate && exec server"]\n'),
        Example(before="FROM debian:bookworm\nRUN service mysql start && mysqladmin ping\nCMD exec server 2>&1\n"),
    ),
)
