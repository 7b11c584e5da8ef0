"""Which files of the build context each COPY, ADD and bind mount takes.

Source: Dockerfile reference, "COPY" (patterns, `--exclude`) and "RUN --mount=type=bind".
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from jettison.model.context import ContextFile, IgnoreFile
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.span import Span
    from jettison.syntax.tree import Instruction

# Patterns look at every file; files times patterns stays below this, so that a check stays quick.
_MAX_LOOKS: Final = 400_000
_MAX_COPIES: Final = 2_000
_MAX_TAKEN: Final = 2_000_000
_GLOB: Final = frozenset("*?[\\")
_ROOT: Final = frozenset(("", ".", "/"))


class Copied(NamedTuple):
    """What one source of an instruction takes. whole: it is the context's root; named: it is a file by its name."""

    node: Instruction
    stage: Stage
    span: Span
    files: tuple[ContextFile, ...]
    whole: bool
    named: bool
    mount: bool


def copied(model: Model) -> tuple[Copied, ...]:
    """Return what every instruction takes from the context; empty without a context or beyond the bounds."""
    context = model.context
    if context is None:
        return ()
    sources = [
        source for stage in model.stages for node in stage.instructions for source in _sources(model, node, stage)
    ]
    if len(sources) > _MAX_COPIES:
        return ()
    files = context.files()
    paths = [file.path for file in files]
    found: list[Copied] = []
    looks = taken = 0
    for node, stage, span, path, mount in sources:
        if path in _ROOT:
            some, whole = files, True
        elif _GLOB.intersection(path):
            looks += len(files)
            if looks > _MAX_LOOKS:
                return ()
            pattern = IgnoreFile.parse(path.encode("utf-8", "surrogateescape"))
            some, whole = tuple(file for file in files if pattern.excludes(file.path)), False
        else:
            some, whole = _below(files, paths, path), False
        left_out = "\n".join(flag.value or "" for flag in node.flags if flag.name == "exclude")
        if left_out:
            looks += len(some)
            if looks > _MAX_LOOKS:
                return ()
            pattern = IgnoreFile.parse(left_out.encode("utf-8", "surrogateescape"))
            some = tuple(file for file in some if not pattern.excludes(file.path))
        taken += 0 if whole else len(some)
        if taken > _MAX_TAKEN:
            return ()
        named = len(some) == 1 and some[0].path == path
        found.append(Copied(node, stage, span, some, whole, named, mount))
    return tuple(found)


def _below(files: tuple[ContextFile, ...], paths: list[str], path: str) -> tuple[ContextFile, ...]:
    at = bisect_left(paths, path)
    one = (files[at],) if at < len(paths) and paths[at] == path else ()
    return one + files[bisect_left(paths, path + "/") : bisect_left(paths, path + "0")]


def _sources(model: Model, node: Instruction, stage: Stage) -> list[tuple[Instruction, Stage, Span, str, bool]]:
    if node.keyword in ("COPY", "ADD"):
        if node.flag("from") is not None:
            return []
        scope = model.scope_at(node, stage)
        return [
            (node, stage, word.span, _clean(scope.value(word.raw, model.file.escape)), False)
            for word in node.words[:-1]
            if "://" not in word.value and not word.value.startswith(("<<", "git@"))
        ]
    if node.keyword == "RUN" and node.flags:
        from jettison.model.run import read_mounts

        mounts = [mount for mount in read_mounts(node) if mount.type == "bind" and not mount.options.get("from")]
        return [
            (node, stage, mount.span, _clean(mount.options.get("source") or mount.options.get("src") or "."), True)
            for mount in mounts
        ]
    return []


def _clean(path: str) -> str:
    path = posixpath.normpath(path.strip("\"'")).lstrip("/")
    return "" if path == "." else path
