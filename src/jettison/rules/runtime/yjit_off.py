"""A Ruby service without YJIT.

Ruby 3.3 and later bring a compiler that makes Rails 15 to 25 percent faster for some more memory; `ENV
RUBY_YJIT_ENABLE=1` turns it on. Rails 7.2 does so by itself, so this rule is off unless it is selected.

Source: Ruby documentation, "YJIT"; Rails 7.2 release notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_SUPPORTED: Final = re.compile(r"(?:3\.(?:[3-9]|\d\d)|[4-9])\b")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a final image on ruby 3.3 or later that starts a service and does not name YJIT."""
    final = model.final
    if final is None or model.text_has("yjit"):
        return
    base = model.lineage(final)[0].base
    nodes = [node for _, node in start_nodes(model, final)]
    if base.name == "ruby" and _SUPPORTED.match(base.tag or "") and nodes:
        edit = before_start(model, final, ("ENV RUBY_YJIT_ENABLE=1",))
        yield RULE.at(nodes[0].span, fix=Fix("Turn it on", (edit,), UNSAFE))


RULE = Rule(
    code="JT447",
    name="yjit-off",
    group="runtime",
    message="Ruby's compiler is not turned on",
    check=check,
    triggers=("ruby",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/ruby/yjit-not-enabled-on-supported-runtime",),
    examples=(
        Example(
            before='FROM ruby:3.4-slim\nCMD ["ruby", "a.rb"]\n',
            after='FROM ruby:3.4-slim\nENV RUBY_YJIT_ENABLE=1\nCMD ["ruby", "a.rb"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM ruby:3.2-slim\nCMD ["ruby", "a.rb"]\n'),
    ),
)
