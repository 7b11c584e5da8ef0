"""A front end that is built in a folder of its own is built before the rest of the project is copied.

`COPY . .` with `cd web && npm run build` below it builds the pages again after every change of the back end. Where
nothing in the folder leads out of it to a file of the project, the folder alone is copied first.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.rules.edits import whole_lines, with_comments
from jettison.rules.manifests import from_manifest
from jettison.span import Span
from jettison.syntax.edit import apply

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.tree import Instruction

_RUNNERS: Final = frozenset(("npm", "yarn", "pnpm", "bun"))
_ACTIONS: Final = frozenset(("run", "run-script", "build"))
_PLAIN_FOLDER: Final = re.compile(r"(?:\./)?([\w@-][\w.@-]*(?:/[\w@-][\w.@-]*)*)/?")
# Where builds put what they make: a copy of everything below the build would put an older one over it.
_MADE: Final = frozenset(("dist", "build", "out", ".next", ".nuxt", ".output", "node_modules"))
_OUTSIDE: Final = re.compile(rb"((?:\.\./)+)([\w.@/-]*)|[\"'`](\.\.)[\"'`]")
MAX_FILES: Final = 2000
MAX_BYTES: Final = 256 * 1024


def own_folders_first(model: Model) -> tuple[bytes, tuple[str, ...]]:
    """Return the text with such folders copied and built first, and their names; idempotent."""
    data = model.source.data
    context = model.context
    if context is None:
        return data, ()
    for stage in model.stages:
        for copied, below in zip(stage.instructions, stage.instructions[1:], strict=False):
            if not _copies_all(model, copied) or below.keyword != "RUN":
                continue
            folder = _folder(model, copied, model.run_at[below.span.start])
            if folder and _stands_alone(context, folder):
                return _parted(model, copied, below, folder), (folder,)
    return data, ()


def _copies_all(model: Model, node: Instruction) -> bool:
    """Return whether an instruction copies the whole context to the working folder."""
    if node.keyword != "COPY" or node.heredocs or node.flag("from") or len(node.words) != 2:
        return False
    return node.words[0].value in (".", "./") and "$" not in node.words[1].raw and node.start_line == node.end_line


def _folder(model: Model, copied: Instruction, run: Run) -> str:
    """Return the folder of the context in which a RUN does nothing but build, or ""."""
    node = run.instruction
    if (
        run.has_error
        or node.heredocs
        or len(run.commands) < 2
        or model.scope_at(node, run.stage).user not in ("", "root")
    ):
        return ""
    # A redirection or a variable may lead out of the folder.
    if any(c in model.source.text(node.body_span) for c in "<>|$`("):
        return ""
    first, *rest = run.commands
    match = _PLAIN_FOLDER.fullmatch(first.arguments[0]) if len(first.arguments) == 1 else None
    if first.name != "cd" or match is None or any(from_manifest(call) for call in model.facts(run)):
        return ""
    for command in rest:
        if command.name not in _RUNNERS or command.operator_before != "&&":
            return ""
        if not _ACTIONS.intersection(command.arguments[:1]):
            return ""
    workdir = posixpath.join("/", model.scope_at(node, run.stage).workdir)
    target = posixpath.join(workdir, copied.words[1].raw)
    return match[1] if posixpath.normpath(target) == posixpath.normpath(workdir) else ""


def _stands_alone(context: BuildContext, folder: str) -> bool:
    """Return whether a folder is a project whose files lead to no other file of the context."""
    start = f"{folder}/"
    names = {file.path for file in context.files()}
    inside = [path for path in names if path.startswith(start)]
    if f"{folder}/package.json" not in names or len(inside) > MAX_FILES or len(inside) == len(names):
        return False
    if any(not _MADE.isdisjoint(path.split("/")[:-1]) for path in inside):
        return False
    outside = {parent for path in names - set(inside) for parent in _with_parents(path)}
    return not any(_leads_out(context, path, folder, outside) for path in inside)


def _with_parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _leads_out(context: BuildContext, path: str, folder: str, outside: set[str]) -> bool:
    """Return whether a file names another one outside the folder; what is not there yet is what the build makes."""
    for match in _OUTSIDE.finditer(context.read(path, MAX_BYTES)):
        up, name = (match[1] or b"../").decode(), (match[2] or b"").decode()
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), up, name))
        if found in (".", "..") or found.startswith("../") or found in outside or folder.startswith(f"{found}/"):
            return True
    return False


def _parted(model: Model, copied: Instruction, run: Instruction, folder: str) -> bytes:
    """Return the text in which the folder is copied and built above the copy of everything."""
    source = model.source
    lines = whole_lines(model, copied)
    start = with_comments(model, run)
    own = Span(start, run.span.end)
    text = source.text(own)
    newline = source.newline
    if not text.endswith("\n"):
        text += newline
    flags = source.text(Span(copied.args_span.start, copied.body_span.start))
    place = posixpath.join(copied.words[1].raw.rstrip("/") + "/", folder) + "/"
    copy = f"{source.text(copied.keyword_span)} {flags}{folder} {place}{newline}"
    return apply(source.data, [Edit(Span(lines.start, lines.start), copy + text), Edit(own, "")])
