"""A Rails service that may not write where it writes.

Rails writes to tmp, log and storage. After USER those folders belong to root unless they are given away
(`chown` of db, log, storage and tmp, or COPY --chown), and the first request fails.

Source: Rails' generated Dockerfile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a USER of a final image on Rails when nothing gives files to a user."""
    final = model.final
    if final is None or not (
        model.text_has("bin/rails") or model.text_has("rails server") or model.text_has('"rails"')
    ):
        return
    if model.text_has("chown") or model.text_has("install -d") or model.text_has("chmod"):
        return
    copied = False
    for stage in model.lineage(final):
        for node in stage.instructions:
            user = node.words[0].value.split(":")[0] if node.keyword == "USER" and node.words else "root"
            if copied and user not in ("root", "0"):
                yield RULE.at(node.span)
                return
            copied = copied or node.keyword in ("COPY", "ADD")


RULE = Rule(
    code="JT456",
    name="rails-folders-of-root",
    group="runtime",
    message="Rails writes to tmp, log and storage, which belong to root here",
    check=check,
    triggers=("rails",),
    confidence=Confidence.MEDIUM,
    foreign=("tally/ruby/state-paths-not-writable-as-non-root",),
    examples=(
        Example(before='FROM ruby:3.4-slim\nCOPY . /rails\nUSER 1000\nCMD ["bin/rails", "server"]\n', lines=(3,)),
        Example(before='FROM ruby:3.4-slim\nCOPY --chown=1000 . /rails\nUSER 1000\nCMD ["bin/rails", "server"]\n'),
    ),
)
