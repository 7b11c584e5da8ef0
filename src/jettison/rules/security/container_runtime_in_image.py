"""The host's GPU runtime is installed in the image.

nvidia-container-toolkit and the driver belong to the host, which mounts them into the container. In the image they
are dead weight, and a driver of another version than the host's breaks the program.

Source: NVIDIA Container Toolkit documentation, "Architecture overview".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Impact
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_HOST: Final = re.compile(
    r"(?:nvidia-container-|nvidia-docker|libnvidia-container|nvidia-driver-|nvidia-utils-|cuda-drivers)"
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install of the container toolkit or the driver in the final image."""
    for run in model.runs:
        for call in model.facts(run) if model.in_final_image(run.stage) else ():
            for word in call.packages if call.action == "install" else ():
                if _HOST.match(word.value):
                    yield RULE.at(
                        word.span,
                        f"{word.value[:40]} belongs to the host, not to the image",
                        impact=Impact(bytes_saved=(20_000_000, 800_000_000)),
                    )


RULE = Rule(
    code="JT366",
    name="container-runtime-in-image",
    group="security",
    message="the host's GPU runtime is installed in the image",
    check=check,
    triggers=("nvidia", "cuda-drivers"),
    foreign=("tally/gpu/no-container-runtime-in-image",),
    examples=(
        Example(
            before="FROM debian:12\nRUN apt-get update && apt-get install -y nvidia-container-toolkit\n", lines=(2,)
        ),
        Example(before="FROM debian:12\nRUN apt-get update && apt-get install -y nvtop # nvidia\n"),
    ),
)
