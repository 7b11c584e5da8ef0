"""A tool that only the build uses is kept in the image.

curl, unzip or gnupg are installed to fetch something in the same RUN and nothing calls them afterwards. Each is
megabytes, libraries and vulnerabilities, and a ready tool for who breaks in.

Fetch in an earlier stage (`COPY --from`) or with ADD, or remove the tool in the same RUN. Off by default: whether
the program itself calls it cannot be seen from here.

Source: Docker documentation, "Building best practices", "Don't install unnecessary packages".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Effort, Finding, Impact, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run

# Package -> the programs it brings, and its size with what only it needs.
_TOOLS: Final = {
    "curl": (("curl",), 5_000_000),
    "wget": (("wget",), 3_500_000),
    "unzip": (("unzip",), 500_000),
    "gnupg": (("gpg", "apt-key"), 10_000_000),
    "gnupg2": (("gpg", "apt-key"), 10_000_000),
    "xz-utils": (("xz", "unxz"), 1_000_000),
    "patch": (("patch",), 300_000),
    "software-properties-common": (("add-apt-repository",), 40_000_000),
    "lsb-release": (("lsb_release",), 500_000),
    "apt-transport-https": ((), 100_000),
}

_READ: Final = frozenset(("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "COPY"))

_MAX_LOOKS: Final = 50


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each tool that its own RUN installs, uses and leaves, and nothing else names."""
    left = _MAX_LOOKS
    for run in model.runs:
        if left <= 0 or not model.in_final_image(run.stage):
            continue
        names = {command.name for command in run.commands}
        calls = model.facts(run)
        removed = {word.value for call in calls if call.action == "remove" for word in call.packages}
        for call in calls:
            if call.action != "install" or not MANAGERS[call.manager]["system"]:
                continue
            for word in call.packages:
                programs, size = _TOOLS.get(word.value.split("=")[0], ((), 0))
                if left <= 0 or not names.intersection(programs) or word.value in removed:
                    continue
                left -= 1
                if _elsewhere(model, run, programs):
                    continue
                yield RULE.at(
                    word.span,
                    f"{word.value[:40]} is used in this RUN only",
                    impact=Impact(bytes_saved=(size // 2, size)),
                )


def _elsewhere(model: Model, run: Run, programs: tuple[str, ...]) -> bool:
    """Return whether another instruction names one of the programs."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            if node is not run.instruction and node.keyword in _READ:
                text = model.source.text(node.span)
                if any(program in text for program in programs):
                    return True
    return False


RULE = Rule(
    code="JT159",
    name="tool-kept",
    group="size",
    message="a tool that only the build uses is kept",
    check=check,
    triggers=("curl", "wget", "unzip", "gnupg", "xz-utils", "patch", "add-apt-repository", "lsb"),
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    effort=Effort.MEDIUM,
    default=False,
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get install -y curl libpq5 && curl -fO https://e.org/a\n", lines=(2,)
        ),
        Example(
            before="FROM debian:bookworm\nRUN apt-get install -y curl && curl -fO https://e.org/a\nHEALTHCHECK CMD curl localhost\n"
        ),
        Example(
            before="FROM debian:bookworm\nRUN apt-get install -y curl && curl -fO https://e.org/a && apt-get purge -y curl\n"
        ),
    ),
)
