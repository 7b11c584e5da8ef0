"""The fix that runs an install twice: above the copy of the project without what reads it, and below it as it is.

`composer install` also writes the autoloader of the project's classes and runs its scripts, `poetry install` and
`uv sync` install the project itself. What is loaded and unpacked does not depend on that. The call below the copy stays
as it was written; it finds the packages there.
"""

from __future__ import annotations

import posixpath
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Fix
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.edits import JOINT, and_blank, own_lines
from jettison.rules.manifests import install_folder, manifests_of
from jettison.rules.named_installs import installs_by_name, leaves_project
from jettison.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction

_SETTINGS: Final = frozenset(("LABEL", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "HEALTHCHECK"))
# They bring no program that an install would need.
_HANDLES_FILES: Final = frozenset(
    ("chgrp", "chmod", "chown", "cp", "ln", "mkdir", "touch", "a2dismod", "a2dissite", "a2enmod", "a2ensite")
)


def dependencies_ahead(
    model: Model, copied: Instruction, between: Sequence[Instruction], run: Run, call: PackageCall
) -> Fix | None:
    """Return the fix for an install below a copy of everything; None where it is not known to install the same.

    between: the instructions from the copy to the install.
    """
    flags: list[str] = MANAGERS[call.manager].get("ahead", [])
    if not flags or copied.keyword != "COPY" or copied.heredocs or len(copied.words) != 2:
        return None
    left = _first_that_needs_files(model, copied, between)
    if not all(node.keyword in _SETTINGS or _handles_files(model, node, call) for node in between[left:]):
        return None
    before = _commands_before(model, run, call)
    inner = install_folder(model, copied, run, before) if before is not None else None
    manifests = manifests_of(model, call, inner) if inner is not None else []
    lines = own_lines(model, copied)
    text = model.source.text(lines)
    if before is None or inner is None or not manifests or not text.endswith("\n"):
        return None
    node, newline = run.instruction, model.source.newline
    place = posixpath.join(copied.words[1].raw.rstrip("/") + "/", inner and f"{inner}/")
    own_flags = model.source.text(Span(copied.args_span.start, copied.body_span.start))
    copy = f"{model.source.text(copied.keyword_span)} {own_flags}{' '.join(manifests)} {place}{newline}"
    missing = " ".join(flag for flag in flags if flag not in call.flags)
    start = model.source.text(Span(node.keyword_span.start, call.command.span.end))
    ahead = f"{copy}{start} {missing}{newline}{newline if text.lstrip().startswith('#') else ''}"
    edits = [Edit(Span(lines.start, lines.start), ahead)]
    if left:
        at = between[left - 1].span.end
        edits = [Edit(and_blank(model, lines), ""), Edit(Span(at, at), ahead + text)]
    done = [each for each in before if each.name not in ("cd", "set")]
    if done:
        kept = "".join(f"{model.source.text(each.span)} && " for each in before if each not in done)
        edits.append(Edit(Span(before[0].span.start, call.command.span.start), kept))
    return Fix(f"Install what {manifests[0]} lists before the rest is copied", tuple(edits), UNSAFE)


def _first_that_needs_files(model: Model, copied: Instruction, between: Sequence[Instruction]) -> int:
    """Return how many of the instructions below a copy may stand above it."""
    absolute = copied.words[1].raw.startswith("/")
    plain = "$" not in model.source.text(copied.args_span)
    for number, node in enumerate(between):
        if node.keyword == "RUN":
            if not installs_by_name(model, model.run_at[node.span.start], model.steered_by(copied)):
                return number
        elif not (
            node.keyword in _SETTINGS
            or (node.keyword == "WORKDIR" and absolute)
            or (node.keyword in ("ENV", "ARG") and plain)
        ):
            return number
    return len(between)


def _handles_files(model: Model, node: Instruction, call: PackageCall) -> bool:
    """Return whether a RUN only moves files about, and none that an install reads or is."""
    run = model.run_at.get(node.span.start)
    if run is None or run.has_error or not run.commands:
        return False
    text = model.source.text(node.body_span)
    manifests = (name.partition(".")[0] for name in MANAGERS[call.manager]["manifests"])
    return all(command.name in _HANDLES_FILES for command in run.commands) and not any(
        word in text for word in (call.command.name, *manifests)
    )


def _commands_before(model: Model, run: Run, call: PackageCall) -> list[Command] | None:
    """Return the commands of a RUN before the install; None where they do more than to prepare it."""
    if (
        run.has_error
        or run.instruction.heredocs
        or run.instruction.form == "exec"
        or any(mount.type == "bind" for mount in run.mounts)
    ):
        return None
    at = next(n for n, each in enumerate(run.commands) if each.span.start == call.command.span.start)
    before, rest = list(run.commands[:at]), run.commands[at + 1 : at + 2]
    chain = [*before, call.command]
    if any(each.in_subshell or each.in_pipeline or each.in_condition or each.redirects for each in chain):
        return None
    if any(each.operator_before == "||" for each in rest) or call.command.argv[0].raw.startswith("."):
        return None
    calls = {each.command.span.start: each for each in model.facts(run)}
    if not all(_prepares(each, calls.get(each.span.start), call) for each in before):
        return None
    gaps = (Span(one.span.end, two.span.start) for one, two in pairwise(chain))
    return before if all(JOINT.fullmatch(model.source.text(gap)) for gap in gaps) else None


def _prepares(command: Command, call: PackageCall | None, install: PackageCall) -> bool:
    if command.name in ("cd", "set"):
        return True
    if call is not None:
        return leaves_project(command, call)
    is_setting = command.name == install.command.name and command.arguments[:1] in (("config",), ("self",))
    return is_setting and "--local" not in command.arguments
