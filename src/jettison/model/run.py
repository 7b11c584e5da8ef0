"""A RUN with its commands and mounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.named_tuple import NamedTuple
from jettison.span import Span
from jettison.syntax.shell_command import SHELLS
from jettison.syntax.tree import Instruction

if TYPE_CHECKING:
    from jettison.model.packages import PackageCall
    from jettison.model.stage import Stage
    from jettison.syntax.shell_command import Command

_SYSTEM_FOLDERS: Final = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/")
_FOLLOWS_FILES: Final = frozenset(
    ("ansible-playbook", "chef-client", "chef-solo", "make", "puppet", "salt-call", "source", ".")
)


class Mount(NamedTuple):
    """One `--mount` of a RUN; `options` holds every key, lower case."""

    type: str
    target: str
    options: dict[str, str]
    span: Span


class Run:
    """A RUN instruction, its stage, and its commands as far as the shell was understood."""

    __slots__ = ("calls", "commands", "has_error", "instruction", "mounts", "stage", "user")

    def __init__(
        self,
        instruction: Instruction,
        stage: Stage,
        commands: tuple[Command, ...],
        has_error: bool,
        user: str,
    ) -> None:
        self.instruction = instruction
        self.stage = stage
        self.commands = commands
        self.has_error = has_error
        self.user = user
        self.mounts = read_mounts(instruction) if instruction.flags else ()
        # The package-manager calls, once they are asked for (`Model.facts`).
        self.calls: tuple[PackageCall, ...] | None = None

    @property
    def cache_targets(self) -> tuple[str, ...]:
        """Return the folders that cache or tmpfs mounts keep out of the layer."""
        return tuple(mount.target for mount in self.mounts if mount.type in ("cache", "tmpfs"))


def runs_unseen(command: Command) -> bool:
    """Return whether a command is a script, or a tool that follows files, whose doings the Dockerfile does not tell."""
    if command.name in SHELLS:
        return command.argv[1:] != () and not command.argv[1].value.startswith("-")
    program = command.argv[0].value if command.argv else ""
    return command.name in _FOLLOWS_FILES or ("/" in program and not program.startswith(_SYSTEM_FOLDERS))


def read_mounts(instruction: Instruction) -> tuple[Mount, ...]:
    """Return the mounts that the flags of an instruction ask for."""
    mounts = []
    for flag in instruction.flags:
        if flag.name != "mount" or not flag.value:
            continue
        options = {}
        for part in flag.value.split(","):
            key, _, value = part.partition("=")
            options[key.strip().lower()] = value
        target = options.get("target") or options.get("dst") or options.get("destination") or ""
        mounts.append(Mount(options.get("type", "bind"), target, options, flag.span))
    return tuple(mounts)
