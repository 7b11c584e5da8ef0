"""A start command that compiles first, as an edit: compiled in the image, and only started."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.model.scope import DEFAULT_SHELL
from jettison.rules.runtime.shell_form_entry import plain_argv
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

_FOLDER: Final = "/usr/local/bin"
_WORK: Final = frozenset(("RUN", "COPY", "ADD", "WORKDIR", "SHELL", "ENV", "ARG"))
_SPECIAL: Final = frozenset("\"'\\$`*?;&|<>() ")
_ROOT: Final = ("", "root", "0", "0:0", "root:root")


def built_before_start(model: Model, node: Instruction) -> tuple[Edit, ...]:
    """Return the edits that make `go run` of a CMD or ENTRYPOINT a `go build`; () where it is not clear what is run.

    Flags of `go run` are left alone, and so is a user who may not write where programs lie.
    """
    final = model.final
    argv = [word.value for word in node.words] if node.form == "exec" else plain_argv(model, node)
    if final is None or node not in final.instructions or not argv or argv[:2] != ["go", "run"]:
        return ()
    what, rest = _package(argv[2:])
    if not what or any(not word.isprintable() or _SPECIAL & set(word) for word in argv):
        return ()
    at = _after_last_work(model, final)
    if at is None:
        return ()
    program = f"{_FOLDER}/{_name(what[0])}"
    line = f"RUN go build -o {program} {' '.join(what)}{model.source.newline}"
    start = ", ".join(f'"{word}"' for word in (program, *rest))
    return (Edit(Span(at, at), line), Edit(node.body_span, f"[{start}]"))


def _after_last_work(model: Model, stage: Stage) -> int | None:
    """Return where a RUN sees all that the start command would see; None where it would not run as root."""
    nodes = stage.instructions
    last = max((number for number, node in enumerate(nodes) if node.keyword in _WORK), default=None)
    if last is None:
        return None
    scope = model.scope_at(nodes[last + 1], stage) if last + 1 < len(nodes) else model.end_scope(stage)
    end = nodes[last].span.end
    whole = model.source.data[end - 1 : end] == b"\n"
    return end if whole and scope.user in _ROOT and scope.shell == DEFAULT_SHELL else None


def _package(words: list[str]) -> tuple[list[str], list[str]]:
    """Return (files, or the folder, that `go run` compiles; words for the program)."""
    count = next((at for at, word in enumerate(words) if not word.endswith(".go")), len(words))
    if count and not words[0].startswith("-"):
        return words[:count], words[count:]
    if words and (words[0] == "." or words[0].startswith("./")):
        return words[:1], words[1:]
    return [], []


def _name(what: str) -> str:
    name = posixpath.basename(posixpath.normpath(what)).removesuffix(".go")
    return "app" if name in ("main", ".", "..", "") else name
