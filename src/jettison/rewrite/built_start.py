"""A program that its start command compiles, compiled in the image instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.model.dockerfile import build_model
from jettison.rewrite.candidates import Change
from jettison.rules.compiled_start import built_before_start
from jettison.syntax.edit import apply
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

# The rule whose fix does the same: a proof that refutes one takes both back.
_ID: Final = "development-server"


def built_start(model: Model, without: frozenset[str]) -> tuple[Model, tuple[Change, ...]]:
    """Return the model with a RUN that builds what the start command would, and the change that this is."""
    if _ID in without or model.final is None:
        return model, ()
    for start in model.start_commands():
        edits = built_before_start(model, start.node) if start.argv[:2] == ("go", "run") and start.alone else ()
        if edits:
            text = apply(model.source.data, edits)
            change = Change(_ID, "compile the program in the image, not at each start", ("cmd", "entrypoint"))
            return build_model(parse(text, model.path), model.context), (change,)
    return model, ()
