"""PyTorch for another CUDA than the base image's.

The wheel index (cu118, cu121 ...) names the CUDA it was built with. A wheel brings its own libraries, so the image
holds both; extensions that are compiled against the base's then fail to load or fall back to the processor.

Source: PyTorch documentation, "Get started"; NVIDIA documentation, "CUDA compatibility".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_BASE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})")
_WHEEL: Final = re.compile(r"/whl/(?:nightly/)?cu(\d{3,4})(?!\d)")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each pip install from an index of another major CUDA release than the base's."""
    for run in model.runs:
        base = model.lineage(run.stage)[0].base
        release = _BASE.match(base.tag or "") if base.name == "nvidia/cuda" else None
        if release is None:
            continue
        for command in run.commands:
            for word in command.argv:
                wheel = _WHEEL.search(word.value) if "/whl/" in word.value else None
                if wheel is not None and int(wheel[1][:2]) != int(release[1]):
                    yield RULE.at(
                        word.span, f"wheels for CUDA {wheel[1][:2]}.{wheel[1][2:]} on a base with {release[0]}"
                    )


RULE = Rule(
    code="JT457",
    name="cuda-mismatch",
    group="runtime",
    message="wheels for another CUDA than the base image's",
    check=check,
    triggers=("/whl/",),
    foreign=("tally/gpu/cuda-version-mismatch",),
    differs="Releases of the same major number work together and are not reported.",
    examples=(
        Example(
            before="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip install torch --index-url https://download.pytorch.org/whl/cu118\n",
            lines=(2,),
        ),
        Example(
            before="FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip install torch --index-url https://download.pytorch.org/whl/cu121\n"
        ),
    ),
)
