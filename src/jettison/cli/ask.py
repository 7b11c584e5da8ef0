"""Questions on a terminal; Enter takes the default."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from jettison.errors import UsageError
from jettison.terminal import Palette, safe_line, wants_colour


def is_interactive() -> bool:
    """Return whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: str, default: str, check: Callable[[str], str] = lambda _: "") -> str:
    """Return an answer that `check` has nothing to say against; the default for an empty one.

    Raises UsageError when the input ends.
    """
    paint = Palette(wants_colour())
    while True:
        sys.stdout.write(f"{paint(safe_line(question), 'bold')} [{safe_line(default)}] ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise UsageError("the input ended before all questions were answered; --yes takes every default")
        answer = line.strip() or default
        problem = check(answer)
        if not problem:
            return answer
        sys.stdout.write(f"  {safe_line(problem)}\n")


def choose(question: str, options: Sequence[tuple[str, str]], default: str) -> str:
    """Return the name of one option; options: (name, in words). A number or a name is taken."""
    for number, (name, words) in enumerate(options, 1):
        sys.stdout.write(f"  {number}) {safe_line(name)}{'  ' + safe_line(words) if words else ''}\n")
    names = [name for name, _ in options]

    def check(answer: str) -> str:
        good = answer in names or (answer.isdigit() and 0 < int(answer) <= len(names))
        return "" if good else f"choose a number from 1 to {len(names)}, or a name"

    answer = ask(question, default, check)
    return answer if answer in names else names[int(answer) - 1]


def confirm(question: str, default: bool = True) -> bool:
    """Return yes or no."""

    def check(answer: str) -> str:
        return "" if answer.lower() in ("y", "yes", "n", "no") else "answer y or n"

    return ask(question, "y" if default else "n", check).lower().startswith("y")
