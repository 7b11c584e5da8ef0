"""The fix that installs dependencies from their manifests before the rest of the project is copied.

`cd web && npm install && npm run build` is parted after the install; an install that stands below a build step of
another language goes above it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, UNSAFE, Edit, Fix
from jettison.knowledge.package_managers import BY_PROGRAM, MANAGERS
from jettison.named_tuple import NamedTuple
from jettison.rules.edits import JOINT, and_blank, blank_below, own_lines, with_comments
from jettison.rules.manifests import install_folder, manifests_of
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
# What installs make beside the manifests.
_INSTALLED: Final = frozenset(("node_modules", "vendor", ".venv", "venv", "deps"))
_ARCHIVES: Final = (".whl", ".gz", ".tgz", ".zip", ".gem")


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
    commands = _own_commands(run)
    if call.manager == "go":
        return _Parts("", None, "") if install_folder(model, copied, run, ()) == "" else None
    end = _end_of_install(model, run, call)
    inner = install_folder(model, copied, run, commands[:end]) if end is not None else None
    if end is None or inner is None:
        return None
    if end == len(commands):
        return _Parts(inner, None, "")
    joint = Span(commands[end - 1].span.end, commands[end].span.start)
    if run.instruction.heredocs or not JOINT.fullmatch(model.source.text(joint)):
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
