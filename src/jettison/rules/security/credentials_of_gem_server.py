"""A gem server's credentials in ARG or ENV.

Bundler reads them from BUNDLE_HOST__NAME; as ARG or ENV they stay in the image's history or configuration. Give them
as a secret mount with `env=`, for the one RUN that needs them:
`RUN --mount=type=secret,id=gems,env=BUNDLE_GEMS__EXAMPLE__COM bundle install`.

Source: Bundler documentation, "bundle config", credentials for gem sources; Docker documentation, "Build secrets".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_HOST: Final = re.compile(r"BUNDLE_[A-Z0-9]+(?:__|_+[A-Z0-9]*__)[A-Z0-9_]+\Z")
_SETTINGS: Final = (
    "BUNDLE_PATH__",
    "BUNDLE_BUILD__",
    "BUNDLE_LOCAL__",
    "BUNDLE_MIRROR__",
    "BUNDLE_GEM__",
    "BUNDLE_SSL_",
    "BUNDLE_GITHUB__HTTPS",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ARG or ENV that holds a gem server's credentials."""
    for stage in model.stages:
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword in ("ARG", "ENV") else ():
                known = name.value if len(name.value) < 200 else ""
                if not _HOST.match(known) or known.startswith(_SETTINGS):
                    continue
                # An empty default only declares the name.
                if node.keyword == "ENV" and (value is None or not value.value):
                    continue
                yield RULE.at(name.span, f"{known[:60]}: gem server credentials stay readable; use a secret mount")


RULE = Rule(
    code="JT367",
    name="credentials-of-gem-server",
    group="security",
    message="a gem server's credentials stay readable",
    check=check,
    triggers=("bundle_",),
    severity=Severity.HIGH,
    foreign=("tally/ruby/prefer-secret-mounts-for-build-credentials",),
    examples=(
        Example(before="FROM ruby:3.4-slim\nARG BUNDLE_GEMS__CONTRIBSYS__COM\nRUN bundle install\n", lines=(2,)),
        Example(
            before="FROM ruby:3.4-slim\nENV BUNDLE_PATH__SYSTEM=true BUNDLE_WITHOUT=test\nRUN --mount=type=secret,id=g,env=BUNDLE_GEMS__E__ORG bundle install\n"
        ),
    ),
)
