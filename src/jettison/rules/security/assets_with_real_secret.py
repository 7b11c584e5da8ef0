"""Assets are compiled with the real key of the application.

Rails wants a secret to start, not to compile assets. SECRET_KEY_BASE_DUMMY=1 (Rails 7.1 and later) makes one up; a
real key in ARG or ENV stays in the image's history.

Source: Rails guides, "Configuring", SECRET_KEY_BASE_DUMMY.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_KEYS: Final = ("SECRET_KEY_BASE", "RAILS_MASTER_KEY")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each assets:precompile that sees a key from ARG or ENV and no dummy."""
    for run in model.runs:
        for command in run.commands:
            if "assets:precompile" not in command.arguments:
                continue
            scope = model.scope_at(run.instruction, run.stage)
            if "SECRET_KEY_BASE_DUMMY" in scope.env or any(
                name.startswith("SECRET_KEY_BASE") for name, _ in command.assignments
            ):
                continue
            declared = {
                name.value
                for n in run.stage.instructions
                if n.keyword == "ARG" and n.span.start < command.span.start
                for name, _ in n.pairs
            }
            key = next((key for key in _KEYS if key in scope.env or key in declared or key in scope.args), None)
            literal = scope.env.get(key or "", "") or scope.args.get(key or "", "")
            if key is None or literal.lower() in (
                "dummy",
                "1",
                "foo",
                "placeholder",
                "changeme",
                "none",
                "test",
                "secret",
            ):
                continue
            at = command.span.start
            fix = Fix("Use a made-up key", (Edit(Span(at, at), "SECRET_KEY_BASE_DUMMY=1 "),), UNSAFE)
            yield RULE.at(command.span, f"{key} is used to compile assets, which need no real key", fix)


RULE = Rule(
    code="JT365",
    name="assets-with-real-secret",
    group="security",
    message="assets are compiled with the real key of the application",
    check=check,
    triggers=("assets:precompile",),
    foreign=("tally/ruby/asset-precompile-without-dummy-key",),
    differs="Only where a key comes in by ARG or ENV; without any, Rails says itself that it has none.",
    examples=(
        Example(
            before="FROM ruby:3.4-slim\nARG RAILS_MASTER_KEY\nRUN bin/rails assets:precompile\n",
            after="FROM ruby:3.4-slim\nARG RAILS_MASTER_KEY\nRUN SECRET_KEY_BASE_DUMMY=1 bin/rails assets:precompile\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM ruby:3.4-slim\nRUN SECRET_KEY_BASE_DUMMY=1 bin/rails assets:precompile\n"),
    ),
)
