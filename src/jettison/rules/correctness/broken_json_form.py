"""A JSON array that is no JSON.

Single quotes, a missing comma or an unclosed bracket: the builder takes such a line for shell text, and `[` is run
as a program. CMD ['nginx'] so starts a shell that looks for a program called `[nginx]`.

Source: Dockerfile reference, "Shell and exec form".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span
from jettison.syntax.refusals import holds_other_values

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


_KEYWORDS: Final = ("CMD", "ENTRYPOINT", "RUN", "SHELL", "HEALTHCHECK", "VOLUME", "COPY", "ADD")
_TEST: Final = re.compile(r"\[\[?\s+\S[^\n]*\]")
_COMPARED: Final = re.compile(
    r"""\[\[?\s+(?:!\s+)?(?:"[^"\n]*"|'[^'\n]*')\s+(?:=|==|!=|=~|-(?:eq|ne|lt|gt|le|ge|nt|ot|ef))\s"""
)
# Between two words: blanks, continued lines, and the comments on lines of their own among them.
_GAPS: Final = {sign: re.compile(rf"(?>(?:\s|{re.escape(sign)}[ \t]*\r?\n|#[^\n]*\n)*)") for sign in ("\\", "`")}
_SIMPLE: Final = re.compile(r"\[\s*'[^'\"\\\\]*'(?:\s*,\s*'[^'\"\\\\]*')*\s*\]\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each instruction that begins like an array and was not read as one."""
    for node, _ in model.every(*_KEYWORDS):
        if node.form == "exec":
            yield from _ignored_rest(model, node)
            continue
        if not node.words or node.heredocs:
            continue
        span = node.words[1].span if node.keyword == "HEALTHCHECK" and len(node.words) > 1 else node.body_span
        if not model.source.data.startswith(b"[", span.start):
            continue
        text = model.source.text(Span(span.start, min(span.end, span.start + 2000))).strip()
        if not text or (node.keyword == "RUN" and not text.startswith(("['", '["'))):
            continue
        if node.keyword in ("COPY", "ADD", "VOLUME") and not text.startswith(("['", '["', "[ '", '[ "')):
            continue
        if _TEST.match(text) and '"' not in text[:3] and "'" not in text[:3]:
            continue
        if _COMPARED.match(text):
            continue
        if holds_other_values(text):
            # An error of its own (JT001).
            continue
        fix = None
        if _SIMPLE.match(text) and len(text) == len(model.source.text(span).strip()):
            fix = Fix("Write it as JSON", (Edit(span, text.replace("'", '"')),), UNSAFE)
        yield RULE.at(span, f"{text[:50].splitlines()[0]}: no JSON array, so it is run as shell text", fix)


def _ignored_rest(model: Model, node: Instruction) -> Iterable[Finding]:
    # CMD ["a"] b
    if not node.words:
        return
    span = node.body_span
    # latin-1: one character for each byte, so that places in the text are places in the file.
    text = model.source.data[node.words[-1].span.end : span.end].decode("latin-1")
    gap = _GAPS[model.file.escape]
    start = _end(gap, text, 0)
    if text.startswith("]", start):
        start = _end(gap, text, start + 1)
    rest = text[start:].rstrip()
    if rest:
        at = node.words[-1].span.end + start
        yield RULE.at(Span(at, at + len(rest)), "what follows the array is ignored")


def _end(gap: re.Pattern[str], text: str, at: int) -> int:
    """Return where the blanks, continuations and comments that begin at a place end."""
    found = gap.match(text, at)
    return found.end() if found else at


RULE = Rule(
    code="JT740",
    name="broken-json-form",
    group="correctness",
    message="an array that is no JSON is run as shell text",
    check=check,
    triggers=("[",),
    severity=Severity.HIGH,
    foreign=("tally/invalid-json-form",),
    examples=(
        Example(
            before="FROM debian:12\nCMD ['nginx', '-g']\n",
            after='FROM debian:12\nCMD ["nginx", "-g"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:12\nONBUILD RUN ['make', 'install']\n",
            after='FROM debian:12\nONBUILD RUN ["make", "install"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM debian:12\nENTRYPOINT ["a" "b"]\n', lines=(2,)),
        Example(before='FROM debian:12\nRUN ["make"] && make install\n', lines=(2,)),
        Example(before='FROM debian:12\nCOPY [ \\\n  "a", \\\n  # why\n  "./" \\\n]\nCMD [ \\\n  "ls" ] \\\n'),
        Example(before='FROM debian:12\nCMD [ \\\n  "ls" \\\n] \\\n  é b\n', lines=(5,)),
        Example(before='FROM debian:12\nHEALTHCHECK CMD [ "$(cat /run/state)" = "up" ]\n'),
        Example(before='FROM debian:12\nRUN [ -f /a ] && b\nRUN [[ -f /a ]]\nCMD ["a"]\n'),
    ),
)
