"""A JSON array with shell syntax in it.

No shell reads an array: `&&`, `|`, `>` and `$HOME` reach the program as they are written.

Write the shell into the array (`["/bin/sh", "-c", "exec ..."]`), or use the shell form with exec.

Source: Dockerfile reference, "Shell and exec form".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_OPERATORS: Final = frozenset(("&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&"))
_VARIABLE: Final = re.compile(r"\$(?:\{[A-Za-z_]\w*[}:]|[A-Za-z_]\w*)")
_SHELLS: Final = frozenset(
    "sh bash ash dash zsh ksh cmd powershell pwsh cmd.exe powershell.exe busybox eval dumb-init tini awk perl php node python python3 ruby envsubst".split()
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each array with an operator as a word, or a variable, and no shell."""
    for stage in model.stages:
        for node in stage.instructions:
            if node.form != "exec" or node.keyword not in ("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK"):
                continue
            words = node.words[1:] if node.keyword == "HEALTHCHECK" else node.words
            if any(word.value.rsplit("/", 1)[-1].lower() in _SHELLS for word in words):
                continue
            has_entry = node.keyword == "CMD" and model.end_scope(stage).entrypoint is not None
            for word in words:
                if word.value in _OPERATORS or (not has_entry and _VARIABLE.match(word.value)):
                    yield RULE.at(
                        word.span, f"{word.value[:40]} reaches the program as it is written: no shell reads an array"
                    )


RULE = Rule(
    code="JT485",
    name="shell-text-in-array",
    group="runtime",
    message="a JSON array with shell syntax in it",
    check=check,
    triggers=("[",),
    examples=(
        Example(before='FROM debian:bookworm\nCMD ["migrate", "&&", "serve", "$PORT"]\n', lines=(2, 2)),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "migrate && serve $PORT"]\n'),
    ),
)
