"""A shell form where the base has no shell.

scratch and distroless images hold no /bin/sh: a RUN fails, and a shell-form CMD, ENTRYPOINT or HEALTHCHECK
fails when the container starts. Write a JSON array.

Source: Dockerfile reference, "Shell and exec form"; GoogleContainerTools/distroless.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import BaseRef, Stage


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each shell form in a stage on a base without a shell."""
    for stage in model.stages:
        if not has_no_shell(model.lineage(stage)[0].base) or _brings_shell(model, stage):
            continue
        for node in stage.instructions:
            is_shell = node.form == "shell" and node.keyword in ("RUN", "CMD", "ENTRYPOINT")
            if (
                node.keyword == "HEALTHCHECK"
                and node.form == "shell"
                and node.words
                and node.words[0].value.upper() == "CMD"
            ):
                is_shell = True
            if is_shell:
                yield RULE.at(node.span, f"{node.keyword} in shell form, and the base has no shell")


def has_no_shell(base: BaseRef) -> bool:
    """Return whether an image surely holds no shell."""
    tag = base.tag or ""
    if base.is_scratch:
        return True
    if base.name.startswith("gcr.io/distroless/"):
        return "debug" not in tag
    return (
        base.name.startswith("cgr.dev/chainguard/")
        and "dev" not in tag
        and base.name.endswith(("static", "/python", "/node", "/jre"))
    )


def _brings_shell(model: Model, stage: Stage) -> bool:
    for each in model.lineage(stage):
        for node in each.instructions:
            if node.keyword == "SHELL":
                return True
            if node.keyword in ("COPY", "ADD") and len(node.words) >= 2:
                target = node.words[-1].value
                named = any(w.value.rsplit("/", 1)[-1] in ("sh", "busybox", "bash") for w in node.words)
                archive = node.keyword == "ADD" or (
                    node.flag("from") is not None
                    and node.words[0].value in ("/", "/bin", "/rootfs", "/bin/", "/rootfs/", "/usr")
                )
                if named or (archive and (target in ("/", "/.") or target.startswith(("/bin", "/usr")))):
                    return True
                if target in ("/", "/.") and not node.flag("from"):
                    return True
    return False


RULE = Rule(
    code="JT480",
    name="no-shell-in-base",
    group="runtime",
    message="a shell form, and the base has no shell",
    check=check,
    triggers=("scratch", "distroless", "chainguard"),
    severity=Severity.HIGH,
    examples=(
        Example(before="FROM scratch\nCOPY app /app\nCMD /app\n", lines=(3,)),
        Example(before="FROM gcr.io/distroless/static-debian12\nRUN mkdir /x\n", lines=(2,)),
        Example(before='FROM gcr.io/distroless/static-debian12:debug\nRUN mkdir /x\nFROM scratch\nCMD ["/app"]\n'),
        Example(before="FROM scratch\nADD rootfs.tar.xz /\nRUN mkdir /x\nCMD bash\n"),
    ),
)
