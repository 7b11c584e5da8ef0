"""Which parts of the image's configuration a rewritten Dockerfile means to change, by its own text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.model.dockerfile import build_model
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.scope import Scope
    from jettison.syntax.tree import Instruction

_VALUES = ("env", "labels", "workdir", "user", "exposed", "volumes")


def intended(before: Model, rewritten: bytes) -> tuple[str, ...]:
    """Return the fields that differ between the final stages of two Dockerfiles.

    What differs in the images beyond these, the text does not explain.
    """
    after = build_model(parse(rewritten), before.context)
    if before.final is None or after.final is None:
        return ()
    old, new = before.end_scope(before.final), after.end_scope(after.final)
    fields = [name for name in _VALUES if getattr(old, name) != getattr(new, name)]
    if _text(before, old.healthcheck) != _text(after, new.healthcheck):
        fields.append("healthcheck")
    if _start(before, old) != _start(after, new):
        fields.append("cmd")
    if _stop_signals(before) != _stop_signals(after):
        fields.append("stop_signal")
    return tuple(fields)


def _start(model: Model, scope: Scope) -> tuple[str, str]:
    return _text(model, scope.entrypoint), _text(model, scope.cmd)


def _text(model: Model, node: Instruction | None) -> str:
    return "" if node is None else model.source.text(node.args_span)


def _stop_signals(model: Model) -> list[str]:
    return [_text(model, node) for node in model.instructions("STOPSIGNAL")]
