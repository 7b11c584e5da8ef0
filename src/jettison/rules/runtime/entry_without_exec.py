"""The entry script starts the program without exec.

The script stays as process 1 and passes no signal on: a stop waits ten seconds and kills the program. Begin
the last line with `exec`.

Read from the script in the build context; only a plain shell script whose last command starts a program is
reported.

Source: Docker documentation, "Building best practices", ENTRYPOINT.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

MAX_SCRIPT: Final = 64 * 1024
_SHEBANG: Final = re.compile(rb"#!\s*/(?:usr/)?bin/(?:env\s+)?(?:ba|da|a|k|z)?sh\b")
_ENDS: Final = re.compile(r"(?:exec|fi|done|esac|\}|exit|return|wait|trap|:|echo|tail|true|false|else|;;|\))\b|[})]|;;")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the entry script of the final image when nothing in it says exec."""
    final = model.final
    if final is None or model.context is None:
        return
    scope = model.end_scope(final)
    node = scope.entrypoint or scope.cmd
    if node is None or node.form != "exec" or not node.words:
        return
    script = _script(model, final, node.words[0].value)
    if script and _SHEBANG.match(script) and b"exec" not in script and not _ENDS.match(_last_line(script)):
        yield RULE.at(node.span, f"{node.words[0].value[:60]} starts the program without exec: signals do not reach it")


def _script(model: Model, final: Stage, target: str) -> bytes:
    name = posixpath.basename(target)
    if model.context is None or (not name.endswith((".sh", "entrypoint")) and "entrypoint" not in name):
        return b""
    for file in model.context.files():
        if posixpath.basename(file.path) == name and file.size <= MAX_SCRIPT:
            return model.context.read(file.path, MAX_SCRIPT)
    return b""


def _last_line(script: bytes) -> str:
    lines = [line.strip() for line in script.decode("utf-8", "replace").splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    return kept[-1] if kept else "exit"


RULE = Rule(
    code="JT472",
    name="entry-without-exec",
    group="runtime",
    message="the entry script starts the program without exec",
    check=check,
    triggers=("entrypoint", ".sh"),
    confidence=Confidence.MEDIUM,
    examples=(
        Example(
            before='FROM debian:bookworm\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n',
            lines=(3,),
            files=(("entrypoint.sh", "#!/bin/sh\nset -e\n./migrate\n./serve\n"),),
        ),
        Example(
            before='FROM debian:bookworm\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n',
            files=(("entrypoint.sh", '#!/bin/sh\nset -e\nexec "$@"\n'),),
        ),
    ),
)
