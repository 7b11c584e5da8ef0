"""gem install bundler on an image that has it.

The official Ruby images contain Bundler, and Bundler itself changes to the version that Gemfile.lock names.

Source: Ruby image documentation; Bundler documentation, "How to upgrade to Bundler 2".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Impact, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each unpinned gem install of bundler on the official ruby image."""
    for run in model.runs:
        if model.lineage(run.stage)[0].base.name != "ruby":
            continue
        for command in run.commands:
            words = command.arguments
            if command.name != "gem" or words[:1] != ("install",) or "bundler" not in words:
                continue
            if any(word in ("-v", "--version") or word.startswith(("-v", "--version=")) for word in words):
                continue
            fix = None
            node = run.instruction
            if (
                len(run.commands) == 1
                and [w for w in words if not w.startswith("-")] == ["install", "bundler"]
                and not node.heredocs
            ):
                fix = Fix("Remove the RUN", (Edit(whole_lines(model, node), ""),), UNSAFE)
            yield RULE.at(command.span, fix=fix, impact=Impact(seconds_saved=(1.0, 10.0)))


RULE = Rule(
    code="JT144",
    name="bundler-installed-again",
    group="size",
    message="the Ruby image already has Bundler",
    check=check,
    triggers=("bundler",),
    severity=Severity.LOW,
    foreign=("tally/ruby/redundant-bundler-install",),
    differs="An install of a named version is left alone.",
    examples=(
        Example(
            before="FROM ruby:3.4-slim\nRUN gem install bundler\nRUN bundle install\n",
            after="FROM ruby:3.4-slim\nRUN bundle install\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:12\nRUN gem install bundler\n"),
        Example(before="FROM ruby:3.4-slim\nRUN gem install bundler -v 2.5.6\n"),
    ),
)
