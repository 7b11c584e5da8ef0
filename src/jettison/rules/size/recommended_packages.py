"""apt installs recommended packages too.

Debian's apt installs what a package recommends, often several times the size of what was asked for.
`--no-install-recommends` installs what is needed; what the program really uses of the rest is then
named, and so visible. That can change what the image holds, so the fix is not a safe one.

Source: apt-get(8), option --no-install-recommends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Confidence, Finding, Fix, Impact
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each apt install of the final image with recommendations on."""
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            if call.manager != "apt" or call.action != "install" or not call.packages or _off(call.flags):
                continue
            words = next((i for i, word in enumerate(call.command.argv) if word.value == "install"), 0)
            fix = None
            if words and not run.has_error:
                fix = Fix(
                    "Install only what is needed",
                    (insert_word(call.command, words + 1, "--no-install-recommends"),),
                    UNSAFE,
                )
            yield RULE.at(call.command.span, fix=fix, impact=Impact(bytes_saved=(1_000_000, 100_000_000)))


def _off(flags: tuple[str, ...]) -> bool:
    return any(flag == "--no-install-recommends" or "Install-Recommends" in flag for flag in flags)


RULE = Rule(
    code="JT106",
    name="recommended-packages",
    group="size",
    message="apt installs recommended packages too",
    check=check,
    triggers=("apt",),
    confidence=Confidence.MEDIUM,
    foreign=("DL3015",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
            after="FROM debian:bookworm\nRUN apt-get update && apt-get install --no-install-recommends -y curl && rm -rf /var/lib/apt/lists/*\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y --no-install-recommends curl\n"),
    ),
)
