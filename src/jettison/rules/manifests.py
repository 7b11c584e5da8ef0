"""Installs that load what a manifest of the project lists, and the files that such an install reads."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from jettison.knowledge.package_managers import MANAGERS
from jettison.knowledge.secret_marks import holds_secret, is_secret_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction

# What a line of a requirements file may begin with that names no other file.
_PLAIN_OPTIONS: Final = (
    "-i ", "--index-url", "--extra-index-url", "--trusted-host", "--pre", "--prefer-binary", "--only-binary",
    "--no-binary", "--require-hashes", "--hash", "--use-feature",
)  # fmt: skip
_PLAIN_PATH: Final = re.compile(r"[\w.@+/-]+")
_ARCHIVES: Final = (".whl", ".gz", ".zip", ".tgz")


def from_manifest(call: PackageCall) -> bool:
    """Return whether a call loads the dependencies that a manifest of the project lists."""
    manager = call.manager
    facts = MANAGERS[manager]
    if call.action not in facts.get("loads", ()):
        return False
    words = call.command.arguments
    named: Sequence[str] = facts.get("loads_words", ())
    if "loads_flags" in facts and (words[:1] == ("pip",) or not named):
        # A second pip in the same RUN is compared by its flags alone.
        return any(flag.startswith(wanted) for flag in call.flags for wanted in facts["loads_flags"])
    if named:
        return words[0] in named if words else False
    if any(flag in ("-g", "--global") for flag in call.flags):
        return False
    if manager in ("go", "cargo"):
        # `go install tool@version` and `cargo install tool` do not read the project.
        return not (words[:1] == ("install",) and any(not p.value.startswith(".") for p in call.packages))
    return manager in ("maven", "gradle", "nuget") or not call.packages


def install_folder(model: Model, copied: Instruction, run: Run, before: Sequence[Command]) -> str | None:
    """Return the folder of an install below the target of a copy, "" for that itself; None where it lies elsewhere.

    before: the commands of the RUN up to the install.
    """
    scope = model.scope_at(run.instruction, run.stage)
    target = posixpath.join("/", scope.workdir, scope.value(copied.words[1].raw, model.file.escape))
    at = posixpath.join("/", scope.workdir)
    for command in before:
        if command.name != "cd":
            continue
        if len(command.arguments) != 1 or not _PLAIN_PATH.fullmatch(command.arguments[0]):
            return None
        at = posixpath.join(at, command.arguments[0])
    inner = posixpath.relpath(posixpath.normpath(at), posixpath.normpath(target))
    return None if inner.startswith("..") else "" if inner == "." else inner


def manifests_of(model: Model, call: PackageCall, inner: str = "") -> list[str]:
    """Return what must be copied for the install; empty where that is not known.

    inner: the folder, below the project's, in which it runs.
    """
    if call.manager == "pip":
        return [posixpath.join(inner, name) for name in _requirement_files(model, call, inner)]
    facts, context = MANAGERS[call.manager], model.context
    names: list[str] = list(facts.get("manifests", ()))
    if names and context is not None:
        if call.manager == "go":
            return names if context.exists("go.mod") and not _reads_more(context, call, "", names[0]) else []
        first = "package.json" if names[0] == "package*.json" else names[0]
        if _reads_more(context, call, inner, first):
            return []
        names += [name for name in facts.get("beside", ()) if context.exists(posixpath.join(inner, name))]
        secret = (name for name in names if is_secret_file(name))
        if any(holds_secret(name, context.read(posixpath.join(inner, name))) for name in secret):
            return []
    return [posixpath.join(inner, name) for name in names]


def _reads_more(context: BuildContext, call: PackageCall, inner: str, manifest: str) -> bool:
    """Return whether an install reads more of the project than its manifests, or that is not known."""
    facts = MANAGERS[call.manager]
    data = context.read(posixpath.join(inner, manifest))
    if not data or any(mark.encode() in data for mark in facts.get("reads_more", ())):
        return True
    return any(context.exists(posixpath.join(inner, name)) for name in facts.get("apart", ()))


def _requirement_files(model: Model, call: PackageCall, inner: str) -> list[str]:
    words = call.command.arguments
    files = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-r", "--requirement")]
    plain = all("/" not in name and "$" not in name and not name.startswith("-") for name in files)
    if not files or not plain or any(flag in ("-e", "--editable", "-c", "--constraint") for flag in call.flags):
        return []
    if model.context is not None:
        data = b"\n".join(model.context.read(posixpath.join(inner, name)) for name in files)
        if any(_names_file(line.strip()) for line in data.decode("utf-8", "replace").splitlines()):
            return []
    return files


def _names_file(line: str) -> bool:
    """Return whether a line of a requirements file leads to another file of the project."""
    if line.startswith("-"):
        return not line.startswith(_PLAIN_OPTIONS)
    word = line.split(" #")[0].split(";")[0].strip()
    return word.startswith(".") or "file:" in word or ("://" not in word and word.endswith(_ARCHIVES))
