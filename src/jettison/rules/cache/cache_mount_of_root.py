"""A cache mount belongs to root, and the RUN is another user's.

A cache mount is created for user 0 with mode 0755. A RUN below `USER app` can read it and not write it: the package
manager fails, or warns and goes on without a cache.

Name the user's number: `uid=1000,gid=1000`. It changes nothing in the image.

Source: Dockerfile reference, "RUN --mount=type=cache", options uid, gid, mode.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Mount

_ROOT: Final = frozenset(("", "root", "0"))
# The official node images hold it with this number.
_KNOWN: Final = {"node": ("1000", "1000")}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each cache mount without uid and mode in a RUN of a user that is not root."""
    for run in model.runs:
        user, _, group = run.user.partition(":")
        if user in _ROOT or "$" in user or any(command.full_argv[0].value == "sudo" for command in run.commands):
            continue
        for mount in run.mounts:
            if mount.type != "cache" or {"uid", "mode", "from"} & mount.options.keys() or "ro" in mount.options:
                continue
            base = model.lineage(run.stage)[0].base.name
            known = _KNOWN.get(user) if base == user else None
            fix = _fix(mount, (user, group if group.isdigit() else user) if user.isdigit() else known)
            yield RULE.at(mount.span, f"{user[:40]} cannot write to this cache mount: it belongs to root", fix)


def _fix(mount: Mount, numbers: tuple[str, str] | None) -> Fix | None:
    if numbers is None or "gid" in mount.options:
        return None
    end = mount.span.end
    return Fix("Give it to the user", (Edit(Span(end, end), f",uid={numbers[0]},gid={numbers[1]}"),), SAFE)


RULE = Rule(
    code="JT236",
    name="cache-mount-of-root",
    group="cache",
    message="the user of this RUN cannot write to its cache mount",
    check=check,
    triggers=("type=cache",),
    examples=(
        Example(
            before="FROM node:20\nUSER node\nRUN --mount=type=cache,target=/home/node/.npm npm ci\n",
            after="FROM node:20\nUSER node\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000 npm ci\n",
            lines=(3,),
        ),
        Example(
            before="FROM debian:bookworm\nUSER app\nRUN --mount=type=cache,target=/home/app/.cache pip install x\n",
            lines=(3,),
        ),
        Example(before="FROM node:20\nUSER node\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000 npm ci\n"),
        Example(before="FROM node:20\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
    ),
)
