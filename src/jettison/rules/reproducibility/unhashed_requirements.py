"""pip installs requirements without checking what it loads.

With hashes in the requirements file pip refuses a file that is not the one that was tested, and installs nothing
that is not listed.

Write them with `pip-compile --generate-hashes` or `uv export`, and install with `--require-hashes`. Off by default.

Source: pip documentation, "Secure installs".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install from a requirements file without hashes."""
    for run in model.runs:
        if not model.reaches_final(run.stage):
            continue
        hashed = "PIP_REQUIRE_HASHES" in model.scope_at(run.instruction, run.stage).env
        for call in model.facts(run):
            if call.manager != "pip" or call.action != "install" or hashed:
                continue
            files = any(flag.startswith(("-r", "--requirement")) for flag in call.flags)
            if files and not any(flag in ("--require-hashes", "--no-index") for flag in call.flags):
                yield RULE.at(call.command.span)


RULE = Rule(
    code="JT642",
    name="unhashed-requirements",
    group="reproducibility",
    message="pip installs requirements without checking their hashes",
    check=check,
    triggers=("pip",),
    severity=Severity.INFO,
    effort=Effort.MEDIUM,
    default=False,
    examples=(
        Example(before="FROM python:3.12\nRUN pip install -r requirements.txt\n", lines=(2,)),
        Example(before="FROM python:3.12\nRUN pip install --require-hashes -r requirements.txt\n"),
    ),
)
