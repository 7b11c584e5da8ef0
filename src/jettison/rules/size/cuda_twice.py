"""CUDA twice in one image.

The base image holds CUDA and a package brings it again: cuda-toolkit of apt, cudatoolkit of conda, or the libraries
inside PyTorch's and TensorFlow's wheels. Several GB are there twice. Take a plain base for wheels, which contain what
they need, or leave the package out.

Source: PyTorch documentation, "Get started", wheels contain CUDA; NVIDIA's image documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Effort, Finding, Impact
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_SYSTEM: Final = re.compile(
    r"(?:cuda-toolkit|cuda-\d|cuda-runtime|nvidia-cuda-toolkit|cuda$|cuda=|cudatoolkit|pytorch-cuda)"
)
_WHEELS: Final = frozenset(("torch", "torchvision", "torchaudio", "tensorflow[and-cuda]", "jax[cuda12]"))
_HOLDERS: Final = (
    "nvidia/cuda",
    "pytorch/pytorch",
    "nvcr.io/nvidia/cuda",
    "nvcr.io/nvidia/pytorch",
    "tensorflow/tensorflow",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install in the final image that brings CUDA to a base that holds it."""
    for run in model.runs:
        base = model.lineage(run.stage)[0].base
        if base.name not in _HOLDERS or not model.in_final_image(run.stage):
            continue
        # The small variant holds only the CUDA runtime; a compiler that is added is no second copy.
        large = "base" not in (base.tag or "") and base.name != "tensorflow/tensorflow"
        for call in model.facts(run):
            if call.action != "install":
                continue
            for word in call.packages:
                name = word.value.lower()
                if call.manager in ("apt", "yum", "dnf", "conda") and _SYSTEM.match(name) and large:
                    yield RULE.at(
                        word.span,
                        f"{name[:40]}: the base image holds CUDA already",
                        impact=Impact(bytes_saved=(1_000_000_000, 5_000_000_000)),
                    )
                elif (
                    call.manager in ("pip", "uv")
                    and re.split("[=<>~!]", name, maxsplit=1)[0] in _WHEELS
                    and large
                    and base.name.endswith("cuda")
                ):
                    if any("/whl/cpu" in other.value for other in call.command.argv):
                        continue
                    yield RULE.at(
                        word.span,
                        f"the wheel of {word.value[:30]} brings CUDA, which the base image holds too",
                        impact=Impact(bytes_saved=(1_500_000_000, 4_000_000_000)),
                    )
                    break


RULE = Rule(
    code="JT142",
    name="cuda-twice",
    group="size",
    message="CUDA is in this image twice",
    check=check,
    triggers=("cuda", "pytorch"),
    confidence=Confidence.MEDIUM,
    effort=Effort.MEDIUM,
    foreign=("tally/gpu/no-redundant-cuda-install",),
    examples=(
        Example(before="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip install torch torchvision\n", lines=(2,)),
        Example(
            before="FROM pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime\nRUN apt-get update && apt-get install -y cuda-toolkit-12-4\n",
            lines=(2,),
        ),
        Example(before="FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nRUN pip install torch\n"),
        Example(before="FROM python:3.12-slim\nRUN pip install torch # cuda\n"),
    ),
)
