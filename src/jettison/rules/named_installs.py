"""Installs that name their packages on the command line, and so neither read nor change a file of the project.

Such a RUN does the same above a copy of the project as below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jettison.knowledge.package_managers import MANAGERS

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command

# A package, a group or a pattern of a distribution, or an address; no file.
_OF_SYSTEM: Final = r"(?!.*\.(?:apk|deb|rpm)$)(?:[\w@][\w.+:@*~-]*|\$\{?\w+\}?)(?:[=<>~][^/]*)?|https?://\S+"
_PLAIN: Final = frozenset(("set", "echo", "true", ":"))
# Where gems are kept is asked of gem itself: no file of the project lies there.
GEM_FOLDER: Final = ("gem", "env", "gemdir")
GEMS: Final = ("$(gem env gemdir)/", '"$(gem env gemdir)"/')
# What installs leave behind; no project lies there.
_CACHES: Final = [folder for facts in MANAGERS.values() for folder in (facts["lists"], *facts["cache"]) if folder]
_LEFT: Final = tuple(f"{folder}/" for folder in ("/tmp", "/var/tmp", "/var/log", "/root/.cache", "~/.cache", *_CACHES))


def installs_by_name(model: Model, run: Run, steered: frozenset[str] = frozenset()) -> bool:
    """Return whether a RUN installs packages that it names, and does nothing else but what belongs to that.

    steered: package managers that files of the project steer.
    """
    calls = {call.command.span.start: call for call in model.facts(run)}
    if run.has_error or not calls or any(call.manager in steered for call in calls.values()):
        return False
    commands = (each for each in run.commands if not asks_for_gems(each))
    return all(leaves_project(each, calls.get(each.span.start)) for each in commands)


def asks_for_gems(command: Command) -> bool:
    """Return whether a command only asks where gems are kept, as in "$(gem env gemdir)"."""
    return command.in_subshell and (command.name, *command.arguments) == GEM_FOLDER


def leaves_project(command: Command, call: PackageCall | None) -> bool:
    """Return whether a command neither reads nor changes the project; call: the package-manager call that it is."""
    if any(_is_relative(target) for _, target in command.redirects):
        return False
    if any("/" in value and _is_relative(value) for _, value in command.assignments):
        return False
    if call is None:
        return command.name in _PLAIN or (command.name == "rm" and all(map(_is_left_behind, command.arguments)))
    facts = MANAGERS[call.manager]
    if call.action == "clean" or (call.action == "update" and facts["system"]):
        return True
    if facts["system"] and call.action in ("install", "upgrade"):
        return (call.action == "upgrade" or bool(call.packages)) and _all_named(facts, call)
    return _is_named(facts, call)


def _is_relative(path: str) -> bool:
    return not path.strip("&").isdigit() and not path.startswith(("/", "~")) and "://" not in path


def _is_left_behind(argument: str) -> bool:
    return argument.startswith(("-", *_LEFT, *GEMS)) and ".." not in argument


def _is_named(facts: dict[str, Any], call: PackageCall) -> bool:
    """Return whether a manager of a language installs packages by name, to where no project lies."""
    if "named" not in facts or not call.packages:
        return False
    first = call.command.arguments[0] if call.command.arguments else ""
    words, wanted = facts.get("named_words"), facts.get("named_flags")
    if call.action != "install" and not words:
        return False
    flags = {flag.partition("=")[0] for flag in call.flags}
    if (words and first not in words) or (wanted and flags.isdisjoint(wanted)):
        return False
    return flags.isdisjoint(facts.get("place_flags", ())) and _all_named(facts, call)


def _all_named(facts: dict[str, Any], call: PackageCall) -> bool:
    pattern: str = facts.get("named", _OF_SYSTEM)
    return all(re.fullmatch(pattern, word.value) for word in call.packages)
