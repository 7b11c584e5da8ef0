"""Options of old Java releases, for memory in containers among them.

Java 8 before update 191 did not see the container's memory limit and needed help; since then it does by
itself, and the helping options were removed: a newer Java refuses to start ("Unrecognized VM option").
MaxPermSize and others are ignored with a warning since Java 8 and refused since 17.

Use -XX:MaxRAMPercentage=75 where the default quarter of the limit is too little.

Source: JDK 10 release notes (JDK-8146115); JEP 122; `java` manual pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Finding, Fix
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_INSTEAD: Final = {
    "UseCGroupMemoryLimitForHeap": "leave it out: Java sees the limit since 8u191 and 10",
    "MaxPermSize": "leave it out, or use -XX:MaxMetaspaceSize",
    "PermSize": "leave it out, or use -XX:MetaspaceSize",
    "MaxRAMFraction": "use -XX:MaxRAMPercentage",
    "MinRAMFraction": "use -XX:MinRAMPercentage",
    "UseConcMarkSweepGC": "leave it out: removed in Java 14",
    "UseParNewGC": "leave it out: removed in Java 10",
    "AggressiveOpts": "leave it out: removed in Java 13",
}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ENV, CMD and ENTRYPOINT with such an option."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            if node.keyword not in ("ENV", "CMD", "ENTRYPOINT"):
                continue
            text = model.source.text(node.args_span)
            for name, instead in _INSTEAD.items():
                if "-XX:+" + name in text or f"-XX:{name}=" in text:
                    yield RULE.at(node.span, f"{name} is of old Java releases: {instead}", Fix(instead, (), SHOW))


RULE = Rule(
    code="JT478",
    name="old-jvm-options",
    group="runtime",
    message="options of old Java releases",
    check=check,
    triggers=("-xx:",),
    examples=(
        Example(
            before='FROM eclipse-temurin:17-jre\nENV JAVA_OPTS="-XX:+UnlockExperimentalVMOptions -XX:+UseCGroupMemoryLimitForHeap"\nCMD ["java", "-XX:MaxPermSize=128m", "-jar", "a.jar"]\n',
            lines=(2, 3),
        ),
        Example(before='FROM eclipse-temurin:17-jre\nCMD ["java", "-XX:MaxRAMPercentage=75", "-jar", "a.jar"]\n'),
    ),
)
