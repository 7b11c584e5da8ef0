"""COPY after USER gives the files to root.

COPY does not follow USER: without --chown the files belong to root. A program that writes to its own folder then
fails, and a `chown` in RUN would store everything twice. Where the program only reads, files of root are the
better choice; so this rule is off unless it is selected.

Source: Dockerfile reference, "COPY --chown".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY or ADD of the final image without --chown after USER."""
    for stage in model.stages:
        # Builders refuse --chown for Windows containers.
        if not model.in_final_image(stage) or is_windows(model, stage):
            continue
        for node in stage.instructions:
            if node.keyword not in ("COPY", "ADD") or node.flag("chown") is not None:
                continue
            user = model.scope_at(node, stage).user
            if "$" in user or user.partition(":")[0] in ("", "root", "0"):
                continue
            at = node.keyword_span.end
            edit = Edit(Span(at, at), f" --chown={user}")
            yield RULE.at(
                node.keyword_span,
                f"these files will belong to root, not to {user[:40]}",
                Fix("Give them to the user", (edit,), UNSAFE),
            )


RULE = Rule(
    code="JT362",
    name="copy-without-owner",
    group="security",
    message="files copied after USER belong to root",
    check=check,
    triggers=("user",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/copy-after-user-without-chown",),
    examples=(
        Example(
            before="FROM debian:12\nUSER app\nCOPY a /a\n",
            after="FROM debian:12\nUSER app\nCOPY --chown=app a /a\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:12\nCOPY a /a\nUSER app\nCOPY --chown=app b /b\n"),
        Example(before="FROM debian:12\nARG ID\nUSER $ID:$ID\nCOPY a /a\n"),
        Example(before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nUSER ContainerUser\nCOPY a /a\n"),
    ),
)
