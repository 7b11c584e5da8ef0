"""A user or group by name in an image that has no /etc/passwd.

An image FROM scratch knows no names: the container does not start ("no matching entries in passwd file"), and
COPY --chown by name fails. Use numbers, or copy /etc/passwd and /etc/group from the build stage.

Source: Dockerfile reference, "USER" and "COPY --chown".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each name of a user in a stage on scratch that got no /etc/passwd."""
    for stage in model.stages:
        chain = model.lineage(stage)
        if not chain[0].base.is_scratch or any(_brings_names(n) for part in chain for n in part.instructions):
            continue
        for node in stage.instructions:
            if node.keyword == "USER" and node.words and _is_name(node.words[0].value):
                yield RULE.at(node.words[0].span, _message(node.words[0].value))
            flag = node.flag("chown") if node.keyword in ("COPY", "ADD") else None
            if flag is not None and flag.value and _is_name(flag.value):
                yield RULE.at(flag.span, _message(flag.value))


def _message(name: str) -> str:
    return f"{name[:40]}: this image has no /etc/passwd that would know the name"


def _is_name(text: str) -> bool:
    return "$" not in text and any(part and not part.isdecimal() for part in text.split(":"))


def _brings_names(node: Instruction) -> bool:
    if node.keyword == "RUN":
        return True
    if node.keyword not in ("COPY", "ADD") or not node.words:
        return False
    target = node.words[-1].value.rstrip("/")
    # A whole tree or an archive may hold it.
    return target in ("", ".", "/etc", "/etc/passwd", "/etc/group") or "$" in target or node.keyword == "ADD"


RULE = Rule(
    code="JT743",
    name="user-name-without-passwd",
    group="correctness",
    message="a user by name in an image without /etc/passwd",
    check=check,
    triggers=("scratch",),
    severity=Severity.HIGH,
    foreign=("tally/named-identity-in-passwdless-stage",),
    examples=(
        Example(before="FROM scratch\nCOPY --chown=app a /a\nUSER app\n", lines=(2, 3)),
        Example(before="FROM scratch\nCOPY --chown=1:1 a /a\nUSER 65532:65532\n"),
        Example(before="FROM scratch\nCOPY --from=x /etc/passwd /etc/\nUSER app\n"),
    ),
)
