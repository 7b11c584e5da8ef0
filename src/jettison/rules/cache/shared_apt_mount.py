"""A cache mount for apt lets two builds in at once.

apt takes a lock on its folders and gives up when another apt holds it. Cache mounts are shared by default: two builds
at the same time, or two stages of one build, then fail at random with "Could not get lock".

Say `sharing=locked`: the second waits for the first. It changes nothing in the image.

Source: Dockerfile reference, "RUN --mount=type=cache", example for apt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_OPTION: Final[str] = MANAGERS["apt"]["mount_options"]
_FOLDERS: Final = (*MANAGERS["apt"]["cache"], MANAGERS["apt"]["lists"])


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each cache mount on a folder of apt in a RUN that calls apt and does not lock it."""
    for run in model.runs:
        if not run.mounts or not any(call.manager == "apt" for call in model.facts(run)):
            continue
        for mount in run.mounts:
            target = mount.target.rstrip("/")
            concerned = any(f == target or f.startswith(f"{target}/") or target.startswith(f"{f}/") for f in _FOLDERS)
            if (
                mount.type != "cache"
                or not target
                or not concerned
                or mount.options.get("sharing", "shared") != "shared"
            ):
                continue
            fix = None
            if "sharing" not in mount.options:
                end = mount.span.end
                fix = Fix("Let one build in at a time", (Edit(Span(end, end), f",{_OPTION}"),), SAFE)
            yield RULE.at(mount.span, fix=fix)


RULE = Rule(
    code="JT234",
    name="shared-apt-mount",
    group="cache",
    message="builds at the same time fail on apt's lock: the cache mount is not locked",
    check=check,
    triggers=("type=cache",),
    severity=Severity.LOW,
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y x\n",
            after="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y x\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y x\n"
        ),
        Example(before="FROM node:20\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
    ),
)
