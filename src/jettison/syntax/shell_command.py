"""One simple command of a shell text."""

from __future__ import annotations

import re
from typing import Final

from jettison.span import Span
from jettison.syntax.words import Word

# Programs that read the text of commands.
SHELLS: Final = frozenset(("sh", "bash", "dash", "ash", "ksh", "zsh"))
# They only say something of variables: no program runs.
DECLARATIONS: Final = frozenset(("export", "readonly", "unset"))
_WRAPPERS: Final = frozenset(("sudo", "time", "command", "exec", "env", "nice", "nohup"))
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")


class Command:
    """One simple command. `argv[0]` is the program, wrappers such as sudo seen through."""

    __slots__ = (
        "_arguments",
        "argv",
        "assignments",
        "full_argv",
        "in_condition",
        "in_pipeline",
        "in_subshell",
        "name",
        "operator_before",
        "redirects",
        "span",
    )

    def __init__(self, full_argv: tuple[Word, ...], span: Span, operator_before: str) -> None:
        self.full_argv = full_argv
        self.argv = _unwrap(full_argv)
        self.name = self.argv[0].value.rsplit("/", 1)[-1] if self.argv else ""
        self._arguments: tuple[str, ...] | None = None
        self.span = span
        self.operator_before = operator_before
        self.in_pipeline = False
        self.in_subshell = False
        self.in_condition = False
        self.assignments: tuple[tuple[str, str], ...] = ()
        self.redirects: tuple[tuple[str, str], ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the values after the program's name."""
        if self._arguments is None:
            self._arguments = tuple([word.value for word in self.argv[1:]])
        return self._arguments

    def __repr__(self) -> str:
        return f"Command({' '.join(word.value for word in self.argv)!r})"


def literal(raw: str) -> str:
    """Return a word without the quotes around all of it and without continuations."""
    if "\\\n" in raw:
        raw = raw.replace("\\\n", "")
    if len(raw) >= 2 and raw[0] == raw[-1] and raw[0] in "'\"" and raw.count(raw[0]) == 2:
        return raw[1:-1]
    return raw


def _unwrap(argv: tuple[Word, ...]) -> tuple[Word, ...]:
    index = 0
    while index < len(argv) and argv[index].value in _WRAPPERS:
        index += 1
        while index < len(argv) and (argv[index].value.startswith("-") or _ASSIGNMENT.match(argv[index].value)):
            index += 1
    return argv[index:] if index < len(argv) else argv
