"""Python's output is held back.

Python buffers what it prints when no terminal is there: the log shows lines late, and those before a crash
not at all. Set PYTHONUNBUFFERED=1, or start with `python -u`.

Source: Python documentation, "Command line and environment", PYTHONUNBUFFERED.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start
from jettison.rules.starting import first_process

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a final image that starts Python with buffered output."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    words = first_process(model, final)
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if not program.startswith("python") or "PYTHONUNBUFFERED" in scope.env:
        return
    if any(word.startswith("-") and "u" in word and not word.startswith("--") for word in words[1:3]):
        return
    node = scope.entrypoint or scope.cmd
    if node is not None:
        edit = before_start(model, final, ("ENV PYTHONUNBUFFERED=1",))
        yield RULE.at(node.span, fix=Fix("Print at once", (edit,), UNSAFE))


RULE = Rule(
    code="JT491",
    name="unbuffered-python",
    group="runtime",
    message="Python holds its output back: set PYTHONUNBUFFERED=1",
    check=check,
    triggers=("python",),
    severity=Severity.INFO,
    examples=(
        Example(
            before='FROM python:3.12-slim\nCMD ["python", "app.py"]\n',
            after='FROM python:3.12-slim\nENV PYTHONUNBUFFERED=1\nCMD ["python", "app.py"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM python:3.12-slim\nCMD ["python", "-u", "app.py"]\n'),
        Example(before='FROM python:3.12-slim\nCMD ["gunicorn", "app:app"]\n'),
    ),
)
