"""Package-manager calls as facts, from the table of package managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.knowledge import package_managers
from jettison.syntax.words import Word

if TYPE_CHECKING:
    from jettison.syntax.shell_command import Command

# Its options that take the next word.
_OF_XARGS: Final = frozenset(("-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"))
_TELLING: Final = frozenset(("--version", "-v", "-V", "--help", "-h"))


class PackageCall:
    """One call. action: install, update, upgrade, clean, remove, build or download."""

    __slots__ = ("action", "command", "flags", "manager", "packages")

    def __init__(
        self, manager: str, action: str, packages: tuple[Word, ...], flags: tuple[str, ...], command: Command
    ) -> None:
        self.manager = manager
        self.action = action
        self.packages = packages
        self.flags = flags
        self.command = command

    def __repr__(self) -> str:
        return f"PackageCall({self.manager} {self.action} {[word.value for word in self.packages]})"


def package_call(command: Command) -> PackageCall | None:
    """Return the package-manager call that a command is, or None."""
    argv = command.argv
    name = command.name
    if name == "xargs":
        argv = _after_xargs(argv)
        name = argv[0].value.rsplit("/", 1)[-1] if argv else ""
    if name.startswith("python") and len(argv) > 2 and argv[1].value == "-m" and argv[2].value == "pip":
        argv, name = argv[2:], "pip"
    manager = package_managers.BY_PROGRAM.get(name)
    if manager is None and name[-1:].isdigit():
        # pip3.12, gem3.1
        manager = package_managers.BY_PROGRAM.get(name.rstrip(".0123456789"))
    if manager is None:
        return None
    facts = package_managers.MANAGERS[manager]
    flags: list[str] = []
    words: list[Word] = []
    takes_value = facts["value_flags"]
    skip = False
    for word in argv[1:]:
        if skip:
            skip = False
        elif word.value.startswith("-"):
            flags.append(word.value)
            skip = word.value in takes_value
        else:
            words.append(word)
    if any(flag in flags for flag in facts.get("tries", ())):
        return None
    for begin, action in facts.get("operations", {}).items():
        if any(flag.startswith(begin) for flag in flags):
            return PackageCall(manager, action, tuple(words), tuple(flags), command)
    return _classify(manager, facts["actions"], words, flags, command)


def _after_xargs(argv: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the command that xargs runs, without the words that it adds."""
    at = 1
    while at < len(argv) and argv[at].value.startswith("-"):
        at += 2 if argv[at].value in _OF_XARGS else 1
    return argv[at:]


def _classify(
    manager: str, actions: dict[str, str], words: list[Word], flags: list[str], command: Command
) -> PackageCall | None:
    # "" is the program alone: `yarn` installs, `yarn test`, `bundle exec` and `yarn --version` do not.
    if not words and not _TELLING.isdisjoint(flags):
        return None
    for length in (2, 1) if words else (0,):
        verb = " ".join(word.value for word in words[:length])
        if len(words) >= length and verb in actions:
            return PackageCall(manager, actions[verb], tuple(words[length:]), tuple(flags), command)
    return None


def steered_managers(paths: list[str]) -> frozenset[str]:
    """Return the managers for which any of these files decides what is installed by name, or from where."""
    found = set()
    for manager, facts in package_managers.MANAGERS.items():
        for name in facts.get("steered", ()):
            # "*.gem" at any depth, other names as they are.
            ending = name[1:] if name.startswith("*") else f"/{name}"
            if any(path.endswith(ending) or path == name for path in paths):
                found.add(manager)
    return frozenset(found)
