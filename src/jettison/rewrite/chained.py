"""A RUN that installs, builds and removes what it installed is parted where another stage takes what was built.

In the image itself the layer of the install would keep what the build then removes; so the rule only shows that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW
from jettison.model.dockerfile import build_model
from jettison.rewrite.own_folder import own_folders_first
from jettison.rules.cache import source_before_dependencies
from jettison.syntax.edit import apply
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

MAX_ROUNDS: Final = 8


def parted(model: Model) -> bytes:
    """Return the text with each such install in a RUN of its own, and what is then left in its own folder built first."""
    begin = model.source.data
    for _ in range(MAX_ROUNDS):
        fixes = (finding.fix for finding in source_before_dependencies.check(model))
        fix = next((fix for fix in fixes if fix is not None and fix.applicability == SHOW), None)
        if fix is None:
            break
        model = build_model(parse(apply(model.source.data, fix.edits), model.path), model.context)
    return begin if model.source.data == begin else own_folders_first(model)[0]
