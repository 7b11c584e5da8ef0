"""cd at the start of a RUN where WORKDIR says the same.

The folder is lost at the end of the RUN, so the next one changes into it again. WORKDIR keeps it and makes
it if it is missing.

Only a RUN that is nothing but `cd FOLDER && ...` to an absolute folder is reported: a cd for one step among
others is what cd is for.

Source: Docker documentation, "Building best practices", WORKDIR.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that begins by changing its folder for good."""
    for run in model.runs:
        first = run.commands[0] if run.commands else None
        if first is None or first.name != "cd" or first.in_subshell or first.in_condition:
            continue
        target = first.arguments[0] if first.arguments else ""
        if target.startswith(("/", "$")) and not any(c.name in ("cd", "pushd", "popd") for c in run.commands[1:]):
            yield RULE.at(first.span, f"WORKDIR {target[:60]} says this for all that follows")


RULE = Rule(
    code="JT412",
    name="cd-instead-of-workdir",
    group="runtime",
    message="cd where WORKDIR says the same",
    check=check,
    triggers=("cd ",),
    severity=Severity.INFO,
    foreign=("DL3003", "DS-0013", "f4a6bcd3-e231-4acf-993c-aa027be50d2e"),
    differs="A cd in the middle of a RUN, into a relative folder or back again is what cd is for; only a RUN that begins by changing its folder for good is reported by default; cd-in-run reports all.",
    examples=(
        Example(before="FROM debian:bookworm\nRUN cd /srv && make\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN curl -O x && cd x && make && cd .. && rm -rf x\n"),
    ),
)
