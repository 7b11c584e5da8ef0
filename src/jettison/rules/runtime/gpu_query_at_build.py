"""A GPU is asked for while the image is built.

The builder has no GPU: nvidia-smi is not there, and torch.cuda.is_available() says False, so a choice made here is
made wrongly. Name the architectures (TORCH_CUDA_ARCH_LIST, CMAKE_CUDA_ARCHITECTURES) and ask at the start.

Source: NVIDIA Container Toolkit documentation; PyTorch documentation, "cpp_extension".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_CALLS: Final = (
    "torch.cuda.is_available",
    "torch.cuda.device_count",
    "torch.cuda.get_device",
    "tf.config.list_physical_devices",
    "is_gpu_available",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN command that asks for a GPU."""
    for run in model.runs:
        for command in run.commands:
            asked = command.name == "nvidia-smi" or (
                command.name.startswith("python") and any(call in word for word in command.arguments for call in _CALLS)
            )
            if asked and command.operator_before != "||":
                yield RULE.at(command.span)


RULE = Rule(
    code="JT452",
    name="gpu-query-at-build",
    group="runtime",
    message="the builder has no GPU: this tells nothing about where the image will run",
    check=check,
    triggers=("nvidia-smi", "cuda.", "physical_devices", "is_gpu_available"),
    foreign=("tally/gpu/no-buildtime-gpu-queries",),
    examples=(
        Example(before="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN nvidia-smi\n", lines=(2,)),
        Example(before='FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCMD ["nvidia-smi"]\n'),
    ),
)
