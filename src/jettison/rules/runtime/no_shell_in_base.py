"""A command in shell form on a base that has no shell.

Shell form means `/bin/sh -c ...`. In `scratch`, distroless, chiseled and most Chainguard images there is no
/bin/sh: a RUN fails at build time, a CMD, ENTRYPOINT or HEALTHCHECK when the container is started.

Write the JSON form, and do the work of RUN in an earlier stage.

Source: Dockerfile reference, "Shell and exec form"; the images' documentation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.knowledge.bases import has_no_shell
from jettison.model.scope import DEFAULT_SHELL
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

_COMMANDS: Final = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
_SHELLS: Final = ("sh", "bash", "busybox", "ash", "dash")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each shell-form command of a stage whose base and files bring no shell."""
    for stage in model.stages:
        lineage = model.lineage(stage)
        base = lineage[0].base
        if base.unresolved or not has_no_shell(base.name, base.tag):
            continue
        before = [node for each in lineage[:-1] for node in each.instructions]
        has_shell = any(_brings_shell(node) for node in before)
        for node in stage.instructions:
            has_shell = has_shell or _brings_shell(node)
            if has_shell or node.keyword not in _COMMANDS or node.form != "shell":
                continue
            if model.scope_at(node, stage).shell == DEFAULT_SHELL:
                yield RULE.at(node.span, f"{node.keyword} in shell form, but {base.name[:60]} has no shell")


def _brings_shell(node: Instruction) -> bool:
    if node.keyword not in ("COPY", "ADD") or not node.words:
        return False
    if node.heredocs:
        return False
    target = node.words[-1].value
    if target.rsplit("/", 1)[-1] in _SHELLS:
        return True
    # A folder may bring one, an archive too, a pattern as well; a single named file does not.
    for word in node.words[:-1]:
        source = word.value.rstrip("/")
        last = source.rsplit("/", 1)[-1]
        folders = ("", ".", "bin", "usr", "rootfs", "root", "image", "fs", "install", "output", "out")
        if last in folders or last in _SHELLS or any(mark in last for mark in "*?["):
            return True
        if node.keyword == "ADD" and (".t" in last or "$" in last):
            return True
        if target in ("/", "./", ".", "/bin", "/bin/", "/usr/bin/") and ("$" in last or "rootfs" in source):
            return True
    return False


RULE = Rule(
    code="JT460",
    name="no-shell-in-base",
    group="runtime",
    message="a command in shell form on a base without a shell",
    check=check,
    triggers=("scratch", "distroless", "chainguard", "chiseled"),
    severity=Severity.HIGH,
    foreign=("tally/shell-run-in-scratch",),
    examples=(
        Example(before="FROM scratch\nCOPY app /app\nCMD /app --port 80\n", lines=(3,)),
        Example(
            before='FROM gcr.io/distroless/static-debian12\nRUN mkdir /data\nHEALTHCHECK CMD /app check\nENTRYPOINT ["/app"]\n',
            lines=(2, 3),
        ),
        Example(before="FROM scratch\nADD rootfs.tar.xz /\nCMD bash\n"),
        Example(before="FROM gcr.io/distroless/static-debian12:debug\nRUN true\n"),
        Example(before='FROM scratch\nCOPY app /app\nHEALTHCHECK CMD ["/app", "check"]\nCMD ["/app"]\n'),
    ),
)
