"""Packages that only serve building are in the final image.

Compilers, headers and version control are large, change often, and give an attacker tools. A running
program needs the libraries, not what compiled against them.

Install them in a build stage, or install, build and remove them in one RUN. Not reported in the images of
development containers, which are made to build in.

Source: Docker documentation, "Building best practices", "Use multi-stage builds".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Effort, Finding, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

TOOLS: Final = frozenset(
    "autoconf automake bison build-base build-essential clang cmake flex g++ gcc gcc-c++ git golang libtool make "
    "mercurial meson ninja-build pkg-config pkgconf python3-dev python3-devel rustc cargo subversion".split()
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install of the final image that brings build tools and keeps them."""
    final = model.final
    if final is None or _for_developers(model.path, model.lineage(final)[0].base.name):
        return
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        calls = model.facts(run)
        if not calls:
            continue
        removed = {word.value for call in calls if call.action == "remove" for word in call.packages}
        for call in calls:
            if call.action != "install" or not MANAGERS[call.manager]["system"]:
                continue
            # What a virtual package holds is the subject of virtual-packages-left.
            if call.manager == "apk" and any(flag == "-t" or flag.startswith("--virtual") for flag in call.flags):
                continue
            names = [w.value.split("=")[0] for w in call.packages]
            tools = [n for n in names if n not in removed and _builds(n)]
            if tools:
                shown = ", ".join(tools[:4]) + (" ..." if len(tools) > 4 else "")
                yield RULE.at(
                    call.command.span,
                    f"{shown}: needed to build, not to run",
                    impact=Impact(bytes_saved=(5_000_000 * len(tools), 60_000_000 * len(tools))),
                )


def _builds(name: str) -> bool:
    # gcc-12, clang-15: a version behind the name.
    plain, dash, version = name.rpartition("-")
    return name in TOOLS or name.endswith(("-dev", "-devel")) or (dash != "" and version.isdigit() and plain in TOOLS)


def _for_developers(path: str, base: str) -> bool:
    return ".devcontainer" in path or "devcontainer" in base


RULE = Rule(
    code="JT102",
    name="build-tools-in-final-stage",
    group="size",
    message="packages that only serve building are in the final image",
    check=check,
    triggers=("install", "add"),
    confidence=Confidence.MEDIUM,
    effort=Effort.MEDIUM,
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y gcc libpq-dev\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm AS b\nRUN apt-get install -y gcc\nFROM debian:bookworm\nCOPY --from=b /x /x\n"
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y -t bookworm-backports g++-12\n", lines=(2,)),
        Example(before="FROM alpine:3.20\nRUN apk add gcc && make && apk del gcc\n"),
        Example(before="FROM mcr.microsoft.com/devcontainers/base:bookworm\nRUN apt-get install -y git\n"),
    ),
)
