"""USER name:group takes the other groups away.

With a group written, the process has that group alone; what `usermod -aG` or `useradd -G` gave is lost, and
sockets and folders of those groups cannot be opened.

Source: Dockerfile reference, "USER", note on groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Confidence, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each USER name:group of a user that was given further groups."""
    given: set[str] = set()
    for run in model.runs:
        for command in run.commands:
            given.update(_grouped(command.name, command.arguments))
    if not given:
        return
    for node in model.instructions("USER"):
        if not node.words:
            continue
        word = node.words[0]
        name, colon, group = word.value.partition(":")
        if colon and group and name in given and word.raw == word.value:
            edit = Edit(word.span, name)
            yield RULE.at(
                word.span,
                f"{word.value[:40]}: the other groups of {name[:30]} are lost",
                Fix("Leave the group out", (edit,), UNSAFE),
            )


def _grouped(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    plain = [word for word in words if not word.startswith("-")]
    if name in ("useradd", "usermod"):
        short = any(w.startswith("-") and not w.startswith("--") and "G" in w for w in words)
        return (words[-1],) if words and (short or any(w.startswith("--groups") for w in words)) else ()
    if name == "gpasswd" and "-a" in words:
        return (plain[0],) if len(plain) == 2 else ()
    if name in ("adduser", "addgroup") and len(plain) == 2 and len(words) == 2:
        return (plain[0],)
    return ()


RULE = Rule(
    code="JT364",
    name="group-drops-groups",
    group="security",
    message="USER name:group takes the other groups away",
    check=check,
    triggers=("useradd", "usermod", "gpasswd", "adduser", "addgroup"),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    foreign=("tally/user-explicit-group-drops-supplementary-groups",),
    examples=(
        Example(
            before="FROM debian:12\nRUN useradd -G video app\nUSER app:app\n",
            after="FROM debian:12\nRUN useradd -G video app\nUSER app\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:12\nRUN useradd -g app app\nUSER app:app\n"),
    ),
)
