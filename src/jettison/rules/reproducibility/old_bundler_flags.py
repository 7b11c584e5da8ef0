"""Flags of bundle install that Bundler 4 no longer takes.

--deployment, --path, --without and others wrote a hidden setting; they were deprecated in 2.1 and removed. Use
`bundle config set --local deployment true` or the variables BUNDLE_DEPLOYMENT, BUNDLE_PATH, BUNDLE_WITHOUT.

Source: Bundler documentation, "bundle install", deprecated options; Bundler 4 upgrade notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_OLD: Final = {
    "--deployment": "BUNDLE_DEPLOYMENT=1",
    "--path": "BUNDLE_PATH",
    "--without": "BUNDLE_WITHOUT",
    "--with": "BUNDLE_WITH",
    "--frozen": "BUNDLE_FROZEN=1",
    "--clean": "BUNDLE_CLEAN=1",
    "--no-prune": "BUNDLE_NO_PRUNE=1",
    "--shebang": "BUNDLE_SHEBANG",
    "--binstubs": "bundle binstubs",
    "--system": "BUNDLE_PATH__SYSTEM=1",
}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each bundle install with such a flag."""
    for run in model.runs:
        for command in run.commands:
            if command.name != "bundle" or command.arguments[:1] not in ((), ("install",)):
                continue
            word = next((w for w in command.argv[1:] if w.value.partition("=")[0] in _OLD), None)
            if word is not None:
                flag = word.value.partition("=")[0]
                yield RULE.at(word.span, f"bundle install {flag} is gone in Bundler 4: use {_OLD[flag]}")


RULE = Rule(
    code="JT631",
    name="old-bundler-flags",
    group="reproducibility",
    message="this flag of bundle install is gone in Bundler 4",
    check=check,
    triggers=("bundle",),
    severity=Severity.LOW,
    foreign=("tally/ruby/deprecated-bundler-install-flags",),
    examples=(
        Example(before="FROM ruby:3.4-slim\nRUN bundle install --without development test\n", lines=(2,)),
        Example(before="FROM ruby:3.4-slim\nENV BUNDLE_WITHOUT=development\nRUN bundle install --jobs 4\n"),
    ),
)
