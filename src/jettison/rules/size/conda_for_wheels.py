"""conda for packages that pip or uv install as they are.

PyTorch and its kin have wheels that contain their CUDA libraries; conda adds an environment of its own and a slow
solver. An opinion, so off unless it is selected.

Source: PyTorch documentation, "Get started", deprecation of the conda channel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding, Impact, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_NAMES: Final = ("pytorch", "torch", "torchvision", "torchaudio", "tensorflow", "jax", "transformers", "accelerate")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each conda install of deep-learning packages in the final image."""
    for run in model.runs:
        for call in model.facts(run) if model.in_final_image(run.stage) else ():
            if call.manager != "conda" or call.action != "install":
                continue
            word = next((w for w in call.packages if re.split("[=<>]", w.value, maxsplit=1)[0] in _NAMES), None)
            if word is not None:
                yield RULE.at(
                    word.span,
                    f"{word.value[:30]}: its wheel needs no conda",
                    impact=Impact(bytes_saved=(300_000_000, 1_500_000_000)),
                )


RULE = Rule(
    code="JT143",
    name="conda-for-wheels",
    group="size",
    message="conda for packages that have complete wheels",
    check=check,
    triggers=("conda", "mamba"),
    severity=Severity.INFO,
    effort=Effort.HIGH,
    default=False,
    foreign=("tally/gpu/prefer-uv-over-conda",),
    examples=(
        Example(before="FROM continuumio/miniconda3:24.7.1-0\nRUN conda install -y pytorch\n", lines=(2,)),
        Example(before="FROM continuumio/miniconda3:24.7.1-0\nRUN conda install -y gdal\n"),
    ),
)
