"""A label names another base than FROM.

org.opencontainers.image.base.name and .digest are read by scanners and updaters; a value from last year sends them
to the wrong image.

Source: OCI image specification, "Annotations".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_PREFIX: Final = "org.opencontainers.image.base."


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each base label of the final image that does not fit its FROM."""
    final = model.final
    if final is None:
        return
    chain = model.lineage(final)
    base = chain[0].base
    if base.unresolved or base.is_scratch:
        return
    for stage in chain:
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "LABEL" else ():
                text = value.value if value is not None else ""
                if not name.value.startswith(_PREFIX) or "$" in text or value is None:
                    continue
                if name.value == f"{_PREFIX}digest" and base.digest is None:
                    yield RULE.at(name.span, "the label names a digest and FROM does not: it will be out of date")
                elif name.value == f"{_PREFIX}digest" and text != base.digest:
                    fix = Fix("Write FROM's digest", (Edit(value.span, base.digest or ""),), UNSAFE)
                    yield RULE.at(name.span, "the label's digest is not FROM's", fix)


RULE = Rule(
    code="JT634",
    name="stale-base-label",
    group="reproducibility",
    message="a label names another base than FROM",
    check=check,
    triggers=("image.base.",),
    severity=Severity.LOW,
    foreign=("tally/labels/no-stale-base-digest",),
    examples=(
        Example(
            before="FROM debian@sha256:aa\nLABEL org.opencontainers.image.base.digest=sha256:bb\n",
            after="FROM debian@sha256:aa\nLABEL org.opencontainers.image.base.digest=sha256:aa\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian@sha256:aa\nLABEL org.opencontainers.image.base.digest=sha256:aa\n"),
    ),
)
