"""bootsnap precompile with several processes.

Under emulation (a build for another processor, `--platform`) its forks hang for ever. `-j 1` is what Rails'
own Dockerfile uses.

Source: Rails' generated Dockerfile, comment on QEMU; bootsnap issue 495.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each bootsnap precompile without -j 1."""
    for run in model.runs:
        for command in run.commands:
            words = command.arguments
            if "precompile" not in words or not any(w.value.rsplit("/", 1)[-1] == "bootsnap" for w in command.argv):
                continue
            if any(word.startswith(("-j", "--jobs")) for word in words):
                continue
            at = command.argv[next(i for i, w in enumerate(command.argv) if w.value == "precompile")].span.end
            fix = Fix("Use one process", (Edit(Span(at, at), " -j 1"),), SAFE)
            yield RULE.at(command.span, fix=fix)


RULE = Rule(
    code="JT455",
    name="bootsnap-parallel",
    group="runtime",
    message="bootsnap precompile hangs under emulation without -j 1",
    check=check,
    triggers=("bootsnap",),
    severity=Severity.LOW,
    foreign=("tally/ruby/bootsnap-precompile-without-j1",),
    examples=(
        Example(
            before="FROM ruby:3.4-slim\nRUN bundle exec bootsnap precompile --gemfile\n",
            after="FROM ruby:3.4-slim\nRUN bundle exec bootsnap precompile -j 1 --gemfile\n",
            lines=(2,),
        ),
        Example(before="FROM ruby:3.4-slim\nRUN bundle exec bootsnap precompile -j 1 app/ lib/\n"),
    ),
)
