"""The package lists are updated in a RUN of their own.

The engine caches that RUN. Later the install runs against the old cached lists and fails, or
silently installs old versions.

Update and install in the same RUN.

Source: Docker documentation, "Building best practices", apt-get.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that updates lists and installs nothing."""
    for run in model.runs:
        calls = model.facts(run)
        updates = [call for call in calls if call.action == "update" and _writes_layer(run, call.manager)]
        if updates and not run.has_error and not any(call.action in ("install", "upgrade") for call in calls):
            yield RULE.at(updates[0].command.span)


def _writes_layer(run: Run, manager: str) -> bool:
    """Return whether the lists of this manager go into a layer, and not onto a cache mount."""
    facts = MANAGERS[manager]
    folders = [folder for folder in (facts["lists"], *facts["cache"]) if folder]
    return facts["system"] and not any(f.startswith(t.rstrip("/")) for f in folders for t in run.cache_targets if t)


RULE = Rule(
    code="JT201",
    name="update-alone",
    group="cache",
    message="package lists are updated without an install in the same RUN",
    check=check,
    triggers=("update", "refresh", "makecache", "zypper"),
    foreign=("DS-0017", "CKV_DOCKER_5", "CIS-DI-0007", "9bae49be-0aa3-4de5-bab2-4c3a069e40cd"),
    examples=(
        Example(before="FROM debian:12\nRUN apt-get update; xargs -r < deps.txt apt-get install -y\n"),
        Example(before="FROM debian:bookworm\nRUN apt-get update\nRUN apt-get install -y curl\n", lines=(2,)),
        Example(before="FROM opensuse/leap:15.6\nRUN zypper refresh\nRUN zypper -n install curl\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\n"),
        Example(before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n"),
    ),
)
