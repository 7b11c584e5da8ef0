"""The candidate that keeps the file's shape: fixes of findings, and a .dockerignore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, UNSAFE
from jettison.model.dockerfile import build_model
from jettison.rewrite.candidates import Candidate, Change
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.intent import intended
from jettison.rewrite.order import Moved, ordered
from jettison.rewrite.own_folder import own_folders_first
from jettison.rewrite.settle import fix_bytes
from jettison.rules.index import ENTRIES
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.project.history import History

ORDER: Final = "history-order"
FOLDER: Final = "folder-first"

# Rules whose fix is what a claim of the proof names as a cause.
_CAUSE = {"root-user": "user", "missing-healthcheck": "healthcheck", "shell-form-entry": "exec-form"}


def in_place(model: Model, without: frozenset[str], history: History | None = None) -> tuple[Candidate, ...]:
    """Return the fixed file as a candidate; each rule that changed something is a change."""
    text, changes = fixed(model, without, history)
    ignore = None if "dockerignore" in without else new_dockerignore(model)
    if ignore is not None:
        changes.append(Change("dockerignore", "keep what no image needs out of the build context"))
    if not changes:
        return ()
    config = intended(model, text)
    return (Candidate("in-place", "the same stages, findings fixed", text, ignore, tuple(changes), config),)


def fixed(model: Model, without: frozenset[str], history: History | None = None) -> tuple[bytes, list[Change]]:
    """Return the text with every finding fixed that may be, and what that changes; `without`: ids to leave out.

    history: of the project; then the copies stand in the order of how often what they copy changes.
    """
    muted = frozenset(entry.code for entry in ENTRIES if _CAUSE.get(entry.name, entry.name) in without)
    history = None if ORDER in without else history
    text, moved = ordered(model, history)
    result = fix_bytes(text, model.path, model.context, UNSAFE, ignore=muted or None)
    # What a fix put in another place may pass still more.
    text, later = ordered(_model(result.after, model), history)
    text, folders = (text, ()) if FOLDER in without else own_folders_first(_model(text, model))
    risky = {f.name for f in result.applied if f.fix is not None and f.fix.applicability < SAFE}
    return text, [
        *order_changes(moved or later),
        *(Change(FOLDER, f"{name} is built before the rest of the project is copied", ("layers",)) for name in folders),
        *(
            Change(_CAUSE.get(name, name), f"fix {name}", safe=name not in risky)
            for name in dict.fromkeys(f.name for f in result.applied)
        ),
    ]


def _model(text: bytes, model: Model) -> Model:
    return build_model(parse(text, model.path), model.context)


def order_changes(moved: tuple[Moved, ...]) -> list[Change]:
    """Return the change that moving copies is, with how often they changed."""
    if not moved:
        return []
    return [Change(ORDER, f"what changes most stands last: {'; '.join(each.evidence for each in moved)}", ("layers",))]
