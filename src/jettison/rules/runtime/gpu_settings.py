"""Settings of the NVIDIA runtime that belong to who starts the container.

NVIDIA_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES with numbers binds the image to one machine; the orchestrator sets
them. NVIDIA_DRIVER_CAPABILITIES=all puts display and video drivers into the container; compute,utility is enough
to compute.

Source: NVIDIA Container Toolkit documentation, "Specialized configurations".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_DEVICES: Final = ("NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ENV that names devices by number or asks for all of the driver."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "ENV" else ():
                text = value.value if value is not None else ""
                if name.value in _DEVICES and text[:1].isdecimal():
                    yield RULE.at(name.span, f"{name.value}={text[:30]} binds the image to one machine")
                elif name.value == "NVIDIA_DRIVER_CAPABILITIES" and text == "all" and value is not None:
                    fix = Fix("Ask for what computing needs", (Edit(value.span, "compute,utility"),), UNSAFE)
                    yield RULE.at(name.span, "all of the driver is put into the container", fix)


RULE = Rule(
    code="JT448",
    name="gpu-settings",
    group="runtime",
    message="a setting of the NVIDIA runtime that belongs to who starts the container",
    check=check,
    triggers=("_visible_devices", "nvidia_driver_capabilities"),
    severity=Severity.LOW,
    foreign=("tally/gpu/no-hardcoded-visible-devices", "tally/gpu/prefer-minimal-driver-capabilities"),
    examples=(
        Example(before="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV CUDA_VISIBLE_DEVICES=0,1\n", lines=(2,)),
        Example(
            before="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=all\n",
            after="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=compute,utility\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:12\nENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility\n"),
    ),
)
