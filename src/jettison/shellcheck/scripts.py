"""The shell texts of a Dockerfile as scripts of their own, and the way back from a place in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from jettison.model.dockerfile import Model
from jettison.model.stage import Stage
from jettison.span import Span
from jettison.syntax.shell import MAX_BODY, shell_texts
from jettison.syntax.tree import Instruction

# Names by which ShellCheck knows a shell; what it does not know (zsh, PowerShell) is not checked.
_DIALECTS: Final = {"sh": "sh", "dash": "dash", "ash": "dash", "bash": "bash", "ksh": "ksh"}
_INTERPRETER: Final = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+)?(\w+)")
_NAME: Final = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
# More scripts than any real file has are not checked, so that time stays bounded.
MAX_SCRIPTS: Final = 500
_MAX_NAMES: Final = 500


class Script(NamedTuple):
    """One script. `text`: a line of ours, then the shell text. `start`: the place of the shell text in the file."""

    text: str
    start: int
    raw: bytes

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """Return the bytes of the file that a range of lines and columns (from 1, in characters) stands for."""
        lines = self.raw.split(b"\n")
        start = self._offset(lines, line, column)
        return Span(start, max(start, self._offset(lines, end_line, end_column)))

    def _offset(self, lines: list[bytes], line: int, column: int) -> int:
        number = min(max(line - _OWN_LINES, 1), len(lines)) - 1
        before = sum(len(text) + 1 for text in lines[:number])
        kept = lines[number].decode("utf-8", "surrogateescape")[: max(column - 1, 0)]
        return self.start + before + len(kept.encode("utf-8", "surrogateescape"))


_OWN_LINES: Final = 2


def scripts(model: Model) -> list[Script]:
    """Return a script for each RUN, HEALTHCHECK, CMD and ENTRYPOINT in shell form that ShellCheck understands."""
    found: list[Script] = []
    for stage in model.stages:
        given: list[str] = []
        for node in stage.instructions:
            inner = node.onbuild or node
            if node.keyword == "ARG":
                # Also one without a value: the build may give it.
                given += [name.value for name, _ in node.pairs]
            if inner.form == "shell" and inner.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
                found.extend(_of(model, stage, node, inner, given))
            if len(found) >= MAX_SCRIPTS:
                return found[:MAX_SCRIPTS]
    return found


def _of(model: Model, stage: Stage, node: Instruction, inner: Instruction, given: list[str]) -> Iterator[Script]:
    scope = model.scope_at(node, stage)
    shell = scope.shell[0].rsplit("/", 1)[-1].lower() if scope.shell else "sh"
    names = [name for name in (*given, *scope.env) if _NAME.match(name)][:_MAX_NAMES]
    for start, raw in shell_texts(model.file, inner):
        match = _INTERPRETER.match(raw[:80])
        dialect = _DIALECTS.get(match[1].decode() if match else shell)
        if dialect is None or len(raw) > MAX_BODY or not raw.strip():
            continue
        # What ARG and ENV set is set for the shell as well; an empty word would be another finding.
        exports = f"export {' '.join(dict.fromkeys(names))}" if names else ":"
        text = raw.decode("utf-8", "surrogateescape").replace("\r", " ")
        plain = "".join("?" if "\udc80" <= mark <= "\udcff" else mark for mark in text)
        yield Script(f"# shellcheck shell={dialect}\n{exports}\n{plain}\n", start, raw)
