"""All packages of the base are upgraded in the build.

The layer holds a second copy of everything that was upgraded, what it holds depends on the day, and the
cached layer is soon old again. Take a newer base image, and pin it; its packages are then up to date, and
every image shares them.

Source: Docker documentation, "Building best practices", "Rebuild your images often".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Impact, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each call that upgrades the whole system."""
    for run in model.every_run:
        for call in model.facts(run):
            everything = call.action == "upgrade" and not call.packages
            if everything and MANAGERS[call.manager]["system"]:
                text = f"{call.manager} upgrades the whole base: a newer base image does it once for all"
                yield RULE.at(call.command.span, text, impact=Impact(bytes_saved=(5_000_000, 80_000_000)))


RULE = Rule(
    code="JT211",
    name="system-upgrade",
    group="cache",
    message="the whole base is upgraded in the build",
    check=check,
    triggers=("upgrade", "update", "dup", "patch", " up", "pacman"),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    foreign=(
        "DL3005",
        "DL3017",
        "DL3031",
        "DL3035",
        "DL3039",
        "DS-0024",
        "DKL-DI-0003",
        "682fe378-c180-4bd5-8a14-95fc285fb269",
        "09fda05e-da85-4ee7-ab8d-2800a5e6e756",
        "989ab888-7d1e-410f-9dde-c64a1d367bf2",
        "8f6456be-0018-46db-9ce6-b3b6dc8d34d2",
        "d4895357-dd49-4ba5-b726-1bb81cb50989",
    ),
    differs="An upgrade of named packages is not reported.",
    examples=(
        Example(before="FROM debian:bookworm\nRUN apt-get update && apt-get -y dist-upgrade\n", lines=(2,)),
        Example(before="FROM fedora:40\nRUN dnf -y update\n", lines=(2,)),
        Example(before="FROM alpine:3.20\nRUN apk upgrade --no-cache libcrypto3\n"),
    ),
)
