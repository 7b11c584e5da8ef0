"""The candidate that keeps the file's shape: fixes of findings, and a .dockerignore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.findings import SAFE, UNSAFE
from jettison.rewrite.candidates import Candidate, Change
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.intent import intended
from jettison.rewrite.settle import fix_bytes
from jettison.rules.index import ENTRIES

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

# Rules whose fix is what a claim of the proof names as a cause.
_CAUSE = {"root-user": "user", "missing-healthcheck": "healthcheck", "shell-form-entry": "exec-form"}


def in_place(model: Model, without: frozenset[str]) -> tuple[Candidate, ...]:
    """Return the fixed file as a candidate; each rule that changed something is a change."""
    text, changes = fixed(model, without)
    ignore = None if "dockerignore" in without else new_dockerignore(model)
    if ignore is not None:
        changes.append(Change("dockerignore", "keep what no image needs out of the build context"))
    if not changes:
        return ()
    config = intended(model, text)
    return (Candidate("in-place", "the same stages, findings fixed", text, ignore, tuple(changes), config),)


def fixed(model: Model, without: frozenset[str]) -> tuple[bytes, list[Change]]:
    """Return the text with every finding fixed that may be, and what that changes; `without`: ids to leave out."""
    muted = frozenset(entry.code for entry in ENTRIES if _CAUSE.get(entry.name, entry.name) in without)
    result = fix_bytes(model.source.data, model.path, model.context, UNSAFE, ignore=muted or None)
    risky = {f.name for f in result.applied if f.fix is not None and f.fix.applicability < SAFE}
    return result.after, [
        Change(_CAUSE.get(name, name), f"fix {name}", safe=name not in risky)
        for name in dict.fromkeys(f.name for f in result.applied)
    ]
