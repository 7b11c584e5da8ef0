"""The entry script cannot be started.

Its first line ends in a carriage return ("no such file or directory", though the file is there: the kernel
looks for an interpreter whose name ends in one), it has no `#!` line at all ("exec format error"), or it names bash on a base that has
none.

Save the script with Unix line ends (`*.sh text eol=lf` in .gitattributes keeps them), begin it with
`#!/bin/sh`, and install bash where it is needed.

Source: execve(2), "Interpreter scripts"; Alpine Linux, shells.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_START: Final = 4096


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the start of the final image when it is a script of the context that cannot start."""
    if model.context is None:
        return
    for start in model.start_commands():
        path = start.argv[0]
        # sh start.sh needs neither a first line nor a mode; only what the kernel starts itself is looked at.
        if start.form != "exec" or not path.endswith(".sh"):
            continue
        source = _source(model, posixpath.basename(path))
        text = model.context.read(source, _START) if source else b""
        why = _why(model, text) if text else None
        if why is not None:
            fix = Fix(f"Change {(source or '')[:60]}", (), SHOW)
            yield RULE.at(start.span, f"{posixpath.basename(path)[:60]} {why}", fix)


def _source(model: Model, name: str) -> str | None:
    final = model.final
    for stage in model.lineage(final) if final else ():
        if any(node.keyword == "RUN" and "\\r" in model.source.text(node.span)[:4000] for node in stage.instructions):
            # sed -i 's/\r//' or the like
            return None
        if any(node.keyword == "RUN" and "dos2unix" in model.source.text(node.span) for node in stage.instructions):
            return None
    for stage in model.lineage(final) if final else ():
        for node in stage.instructions:
            if node.keyword not in ("COPY", "ADD") or node.flag("from") or node.heredocs:
                continue
            for word in node.words[:-1]:
                if posixpath.basename(word.value) == name:
                    return posixpath.normpath(word.value).lstrip("/")
    return None


def _why(model: Model, text: bytes) -> str | None:
    first = text.split(b"\n", 1)[0]
    if not first.startswith(b"#!"):
        return None if first.startswith(b"\x7fELF") else "has no #! line: exec format error"
    if first.endswith(b"\r"):
        return "has Windows line ends: its interpreter is not found"
    final = model.final
    base = model.lineage(final)[0].base if final else None
    is_alpine = base is not None and (base.name == "alpine" or "alpine" in (base.tag or ""))
    named = base is not None and base.name in ("alpine", "python", "node", "ruby", "golang", "rust", "php")
    if is_alpine and named and b"bash" in first and b"bash" not in model.source.data.replace(b".bash", b""):
        return "names bash, which Alpine does not have"
    return None


RULE = Rule(
    code="JT492",
    name="entry-script-unstartable",
    group="runtime",
    message="the entry script cannot be started",
    check=check,
    needs_context=True,
    triggers=(".sh",),
    severity=Severity.HIGH,
    examples=(
        Example(
            before='FROM debian:bookworm\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
            lines=(3,),
            files=(("start.sh", "echo no first line\n"),),
        ),
        Example(
            before='FROM alpine:3.20\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
            lines=(3,),
            files=(("start.sh", "#!/bin/bash\nexec x\n"),),
        ),
        Example(
            before='FROM alpine:3.20\nRUN apk add --no-cache bash\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
            files=(("start.sh", "#!/bin/bash\nexec x\n"),),
        ),
        Example(
            before='FROM debian:bookworm\nCOPY start.sh /\nENTRYPOINT ["sh", "/start.sh"]\n',
            files=(("start.sh", "echo no first line\n"),),
        ),
    ),
)
