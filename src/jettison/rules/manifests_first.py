"""The fix that installs dependencies from their manifests before the rest of the project is copied.

`cd web && npm install && npm run build` is parted after the install; an install that stands below a build step of
another language goes above it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, UNSAFE, Edit, Fix
from jettison.knowledge.package_managers import BY_PROGRAM, MANAGERS
from jettison.named_tuple import NamedTuple
from jettison.rules.edits import and_blank, blank_below, own_lines, with_comments
from jettison.rules.named_installs import GEMS, asks_for_gems, installs_by_name
from jettison.span import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction

_PLAIN: Final = frozenset(("set", "echo", "true", "corepack"))
_SETTINGS: Final = frozenset(("LABEL", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "HEALTHCHECK"))
_BETWEEN: Final = _SETTINGS | {"ENV", "ARG"}
# What may stand between two commands of which the second goes to a RUN of its own: nothing that would be lost.
_JOINT: Final = re.compile(r"[ \t]*(?:[\\`][ \t]*\r?\n[ \t]*)*&&[ \t]*(?:[\\`][ \t]*\r?\n[ \t]*)*")
# What installs make beside the manifests.
_INSTALLED: Final = frozenset(("node_modules", "vendor", ".venv", "venv", "deps"))
_ARCHIVES: Final = (".whl", ".gz", ".tgz", ".zip", ".gem")
_PLAIN_PATH: Final = re.compile(r"[\w.@+/-]+")


class _Parts(NamedTuple):
    """A RUN that installs, taken apart. inner: the folder of its manifests below the project's.

    joint: what stands between the install and the rest, None where there is no rest; begin: commands with which the
    rest begins; tail: what empties caches at the end of the rest; discards: the rest removes what was installed, which
    a layer of its own would keep.
    """

    inner: str
    joint: Span | None
    begin: str
    tail: Span = Span(0, 0)
    discards: bool = False


def manifests_first(
    model: Model, copied: Instruction, between: Sequence[Instruction], run: Run, call: PackageCall
) -> Fix | None:
    """Return the fix for an install below a copy of everything; None where it is not known to install the same.

    between: the instructions from the copy to the install.
    """
    node = run.instruction
    scripts = [number for number, other in enumerate(between) if _passable(model, other, call)]
    first = scripts[0] if scripts else len(between)
    absolute = len(copied.words) == 2 and copied.words[1].raw.startswith("/")
    if not all(_leaves_alone(model, other, absolute, copied) for other in between[:first]):
        return None
    if not all(n in scripts or other.keyword in _SETTINGS for n, other in enumerate(between) if n > first):
        return None
    if copied.keyword != "COPY" or copied.heredocs:
        return None
    parts = _parts(model, copied, run, call)
    if parts is None or (scripts and parts.joint is not None):
        return None
    manifests = manifests_of(model, call, parts.inner)
    lines = own_lines(model, copied)
    text = model.source.text(lines)
    if not manifests or not text.endswith("\n") or not model.source.data[: node.span.end].endswith(b"\n"):
        return None
    title = f"Copy {' '.join(manifests)[:60]} first, install, then copy the rest"
    flags = model.source.text(Span(copied.args_span.start, copied.body_span.start))
    newline = model.source.newline
    place = posixpath.join(copied.words[1].raw.rstrip("/") + "/", parts.inner and f"{parts.inner}/")
    copy = f"{model.source.text(copied.keyword_span)} {flags}{' '.join(manifests)} {place}{newline}"
    if call.manager == "go":
        keyword = model.source.text(node.keyword_span)
        return Fix(title, (Edit(Span(lines.start, lines.start), f"{copy}{keyword} go mod download{newline}"),), UNSAFE)
    if scripts:
        own = own_lines(model, node)
        at = with_comments(model, between[first])
        moved = model.source.text(own) + text
        return Fix(title, (Edit(lines, copy), Edit(Span(at, at), moved), Edit(and_blank(model, own), "")), UNSAFE)
    if parts.joint is None:
        text = model.source.text(blank_below(model, lines.end)) + text
        return Fix(title, (Edit(lines, copy), Edit(Span(node.span.end, node.span.end), text)), UNSAFE)
    start = model.source.text(Span(node.keyword_span.start, node.body_span.start))
    joint = f"{model.source.text(parts.tail)}{newline}{text}{start}{parts.begin}"
    # The end is taken as well: what is added there in the same round would clean up after another RUN.
    end = parts.tail if parts.tail.end else Span(node.body_span.end, node.body_span.end)
    level = SHOW if parts.discards and model.in_final_image(run.stage) else UNSAFE
    return Fix(title, (Edit(lines, copy), Edit(parts.joint, joint), Edit(end, "")), level)


def _leaves_alone(model: Model, node: Instruction, absolute: bool, copied: Instruction) -> bool:
    """Return whether a copy may go below an instruction; absolute: whether its target is."""
    return node.keyword in _BETWEEN or (absolute and node.keyword == "WORKDIR") or independent(model, node, copied)


def _passable(model: Model, node: Instruction, call: PackageCall) -> bool:
    """Return whether a RUN only installs and builds what is of another language than an install below it."""
    if node.keyword != "RUN":
        return False
    run = model.run_at[node.span.start]
    managers = [_manager(command) for command in run.commands if command.name not in ("cd", "set")]
    return (
        not run.has_error
        and bool(managers)
        and all(name and not MANAGERS[name]["system"] and _family(name) != _family(call.manager) for name in managers)
    )


def _manager(command: Command) -> str:
    name = "npm" if command.name == "npx" else command.name
    return BY_PROGRAM.get(name, "")


def _family(manager: str) -> str:
    return str(MANAGERS[manager].get("language", manager)) if manager in MANAGERS else manager


def _parts(model: Model, copied: Instruction, run: Run, call: PackageCall) -> _Parts | None:
    """Return what of a RUN installs, and where."""
    scope = model.scope_at(run.instruction, run.stage)
    target = posixpath.join("/", scope.workdir, scope.value(copied.words[1].raw, model.file.escape))
    at = posixpath.join("/", scope.workdir)
    commands = _own_commands(run)
    if call.manager == "go":
        return _Parts("", None, "") if posixpath.normpath(target) == posixpath.normpath(at) else None
    end = _end_of_install(model, run, call)
    if end is None:
        return None
    for command in commands[:end]:
        if command.name != "cd":
            continue
        if len(command.arguments) != 1 or not _PLAIN_PATH.fullmatch(command.arguments[0]):
            return None
        at = posixpath.join(at, command.arguments[0])
    inner = posixpath.relpath(posixpath.normpath(at), posixpath.normpath(target))
    if inner.startswith(".."):
        return None
    inner = "" if inner == "." else inner
    if end == len(commands):
        return _Parts(inner, None, "")
    joint = Span(commands[end - 1].span.end, commands[end].span.start)
    if run.instruction.heredocs or not _JOINT.fullmatch(model.source.text(joint)):
        return None
    kept = [each for each in commands[:end] if each.name in ("cd", "set")]
    begin = "".join(f"{model.source.text(each.span)} && " for each in kept)
    last = _before_cleaning(commands, model, run)
    tail = Span(commands[last - 1].span.end, commands[-1].span.end) if last < len(commands) else Span(0, 0)
    return _Parts(inner, joint, begin, tail, any(map(_discards, commands[end:last])))


def _end_of_install(model: Model, run: Run, call: PackageCall) -> int | None:
    """Return after how many commands of a RUN nothing is left that installs; None where they do something else first."""
    commands = _own_commands(run)
    if run.has_error or not MANAGERS[call.manager].get("alone", False) or any(each.assignments for each in commands):
        return None
    if installs_only(model, run, call):
        return len(commands)
    if any(each.operator_before not in ("", "&&") or each.in_subshell or each.in_pipeline for each in commands):
        return None
    calls = {other.command.span.start: other for other in model.facts(run)}
    at = next(n for n, each in enumerate(commands) if each.span.start == call.command.span.start)
    if any(not _installs(each, calls.get(each.span.start)) for each in commands[: at + 1]):
        return None
    while at + 1 < len(commands) and _tidies(commands[at + 1], calls):
        at += 1
    # What tidies up later would find the caches in a layer that is done; at the very end it can go along.
    last = _before_cleaning(commands, model, run)
    return None if any(_tidies(each, calls) for each in commands[at + 1 : last]) else at + 1


def _before_cleaning(commands: Sequence[Command], model: Model, run: Run) -> int:
    """Return after how many commands of a RUN only package managers' own commands that empty caches are left."""
    cleaning = {call.command.span.start for call in model.facts(run) if call.action == "clean"}
    last = len(commands)
    while last > 1 and commands[last - 1].span.start in cleaning and commands[last - 1].operator_before == "&&":
        last -= 1
    return last


def _discards(command: Command) -> bool:
    """Return whether a command removes a folder that an install made."""
    return command.name == "rm" and any(
        posixpath.basename(each.rstrip("/*")) in _INSTALLED for each in command.arguments
    )


def _own_commands(run: Run) -> list[Command]:
    """Return the commands of a RUN without those that only ask where gems are kept, in "$(gem env gemdir)"."""
    return [each for each in run.commands if not asks_for_gems(each)]


def _tidies(command: Command, calls: Mapping[int, PackageCall]) -> bool:
    """Return whether a command empties caches, or removes what is given with its whole path."""
    call = calls.get(command.span.start)
    if call is not None:
        return call.action == "clean"
    if command.name != "rm" or _discards(command):
        return False
    return all(each.startswith(("-", "/", "~", *GEMS)) for each in command.arguments)


def _installs(command: Command, call: PackageCall | None) -> bool:
    if call is None:
        return command.name in _PLAIN or command.name == "cd"
    if call.action not in ("install", "clean", "upgrade"):
        return False
    return not any(word.value.startswith((".", "/")) or word.value.endswith(_ARCHIVES) for word in call.packages)


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


def independent(model: Model, node: Instruction, copied: Instruction) -> bool:
    """Return whether a RUN installs packages by their names, whatever a copy above it brings."""
    run = model.run_at.get(node.span.start)
    return run is not None and installs_by_name(model, run, model.steered_by(copied))


def installs_only(model: Model, run: Run, call: PackageCall) -> bool:
    """Return whether nothing of a RUN reads more of the project than the manifest of one call."""
    if run.has_error or not MANAGERS[call.manager].get("alone", False):
        return False
    calls = {other.command.span.start: other for other in model.facts(run)}
    return all(_installs(command, calls.get(command.span.start)) for command in _own_commands(run))


def manifests_of(model: Model, call: PackageCall, inner: str = "") -> list[str]:
    """Return what must be copied for the install; empty where that is not known.

    inner: the folder, below the project's, in which it runs.
    """
    if call.manager == "pip":
        return [posixpath.join(inner, name) for name in _requirement_files(model, call, inner)]
    context = model.context
    names: list[str] = MANAGERS[call.manager].get("manifests", [])
    if context is not None and names:
        first = "package.json" if names[0] == "package*.json" else names[0]
        data = context.read(posixpath.join(inner, first))
        if not data or any(mark.encode() in data for mark in MANAGERS[call.manager].get("reads_more", ())):
            return []
        if call.manager == "go" and context.exists("vendor/modules.txt"):
            return []
    if call.manager == "go" and names:
        return list(names) if context is None or context.exists("go.mod") else []
    return [posixpath.join(inner, name) for name in names]


def _requirement_files(model: Model, call: PackageCall, inner: str) -> list[str]:
    words = call.command.arguments
    files = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-r", "--requirement")]
    plain = all("/" not in name and "$" not in name and not name.startswith("-") for name in files)
    if not files or not plain or any(flag in ("-e", "--editable", "-c", "--constraint") for flag in call.flags):
        return []
    if model.context is not None:
        data = b"\n".join(model.context.read(posixpath.join(inner, name)) for name in files)
        if any(line.strip().startswith((b"-e", b"-r", b"-c", b".", b"file:")) for line in data.split(b"\n")):
            return []
    return files
