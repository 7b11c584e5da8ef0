"""Whether a Dockerfile says by itself what its image starts."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

MAX_FILES: Final = 10
MAX_SCRIPT: Final = 64 * 1024
# A shell script that starts what it is given.
_PASSES_ON: Final = re.compile(rb"""^[ \t]*(?:[\w./-]+[ \t]+)*["']?\$(?:@|\{@\}|\*)""", re.MULTILINE)


def states_start(model: Model) -> bool:
    """Return whether a Dockerfile says by itself what its image starts, apart from its base.

    An entry point alone says it, but for a script of the project that only starts what it is given.
    """
    scope = model.end_scope(model.final) if model.final is not None else None
    if scope is None or (scope.cmd is None and scope.entrypoint is None):
        return False
    return scope.cmd is not None or not _passes_on(model, scope.entrypoint)


def _passes_on(model: Model, entrypoint: Instruction | None) -> bool:
    if entrypoint is None or model.context is None:
        return False
    names = {posixpath.basename(word.value) for word in entrypoint.words}
    found = [file.path for file in model.context.files() if posixpath.basename(file.path) in names]
    return any(_PASSES_ON.search(model.context.read(path, MAX_SCRIPT)) for path in found[:MAX_FILES])
