"""What is in force at an instruction: ARG, ENV, WORKDIR, USER, SHELL and the runtime settings."""

from __future__ import annotations

import posixpath
from collections import ChainMap
from typing import Final

from jettison.syntax.expand import expand
from jettison.syntax.tree import Instruction

DEFAULT_SHELL: Final = ("/bin/sh", "-c")
PLATFORM_ARGS: Final = frozenset(
    f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)
# A scope is kept for every instruction: what no real file reaches is not kept, so that memory stays bounded.
MAX_VARIABLES: Final = 1000
_MAX_PATHS: Final = 1000
_MAX_PATH: Final = 4096


class Scope:
    """The settings in force; `user` is "" while only the base image decides it.

    `later_args`: values of ARG that hide an ENV of the same name for the rest of the stage.
    """

    __slots__ = (
        "args",
        "cmd",
        "cmd_inherited",
        "entrypoint",
        "env",
        "exposed",
        "healthcheck",
        "labels",
        "later_args",
        "shell",
        "user",
        "volumes",
        "workdir",
    )

    def __init__(self) -> None:
        self.env: dict[str, str] = {}
        self.args: dict[str, str] = {}
        self.later_args: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.workdir = ""
        self.user = ""
        self.shell: tuple[str, ...] = DEFAULT_SHELL
        self.entrypoint: Instruction | None = None
        self.cmd: Instruction | None = None
        self.cmd_inherited = False
        self.healthcheck: Instruction | None = None
        self.exposed: tuple[str, ...] = ()
        self.volumes: tuple[str, ...] = ()

    def child(self) -> Scope:
        """Return the scope that a stage built on this one starts with."""
        new = self.copy()
        new.cmd_inherited = True
        return new

    def copy(self) -> Scope:
        """Return an independent copy."""
        new = self._shallow()
        new.env = self.env.copy()
        new.args = self.args.copy()
        new.later_args = self.later_args.copy()
        new.labels = self.labels.copy()
        return new

    def after(self, node: Instruction, before: Scope) -> Scope:
        """Return a copy for reading, just after an instruction; what that left as it was is shared with `before`."""
        if node.keyword in ("ENV", "ARG", "LABEL"):
            return self.copy()
        new = self._shallow()
        new.env, new.args, new.later_args, new.labels = before.env, before.args, before.later_args, before.labels
        return new

    def _shallow(self) -> Scope:
        new = Scope.__new__(Scope)
        new.workdir = self.workdir
        new.user = self.user
        new.shell = self.shell
        new.entrypoint = self.entrypoint
        new.cmd = self.cmd
        new.cmd_inherited = self.cmd_inherited
        new.healthcheck = self.healthcheck
        new.exposed = self.exposed
        new.volumes = self.volumes
        return new

    def value(self, raw: str, escape: str) -> str:
        """Return text with the variables in force replaced; of ENV and ARG the later one wins."""
        if "$" not in raw and escape not in raw and "'" not in raw and '"' not in raw:
            return raw
        return expand(raw, ChainMap(self.later_args, self.env, self.args), escape)[0]

    def apply(self, node: Instruction, escape: str, meta: dict[str, str]) -> None:
        """Change the scope as this instruction does."""
        change = _CHANGES.get(node.keyword)
        if change is not None:
            change(self, node, escape, meta)


def _env(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    before = {**scope.args, **scope.env, **scope.later_args}
    for name, value in node.pairs:
        key = expand(name.raw, before, escape)[0]
        if len(scope.env) < MAX_VARIABLES or key in scope.env:
            scope.env[key] = expand(value.raw if value else "", before, escape)[0]
            scope.later_args.pop(key, None)


def _label(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    for name, value in node.pairs:
        key = scope.value(name.raw, escape)
        if len(scope.labels) < MAX_VARIABLES or key in scope.labels:
            scope.labels[key] = scope.value(value.raw if value else "", escape)


def _arg(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    for name, value in node.pairs:
        if len(scope.args) >= MAX_VARIABLES and name.value not in scope.args:
            continue
        if value is not None:
            scope.args[name.value] = scope.value(value.raw, escape)
        elif name.value in meta:
            scope.args[name.value] = meta[name.value]
        if name.value in scope.env and name.value in scope.args:
            scope.later_args[name.value] = scope.args[name.value]


def _workdir(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    path = scope.value(node.words[0].raw, escape)
    scope.workdir = posixpath.normpath(posixpath.join(scope.workdir or "/", path)[:_MAX_PATH])


def _user(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    scope.user = scope.value(node.words[0].raw, escape)


def _shell(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    scope.shell = tuple(word.value for word in node.words)


def _cmd(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    scope.cmd = node
    scope.cmd_inherited = False


def _entrypoint(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    scope.entrypoint = node
    # Only a CMD that comes from the base is reset (Dockerfile reference, "ENTRYPOINT").
    if scope.cmd_inherited:
        scope.cmd = None


def _healthcheck(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    scope.healthcheck = node


def _expose(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    if len(scope.exposed) < _MAX_PATHS:
        scope.exposed += tuple(scope.value(word.raw, escape) for word in node.words[:_MAX_PATHS])


def _volume(scope: Scope, node: Instruction, escape: str, meta: dict[str, str]) -> None:
    if len(scope.volumes) < _MAX_PATHS:
        scope.volumes += tuple(scope.value(word.value, escape) for word in node.words[:_MAX_PATHS])


_CHANGES: Final = {
    "ENV": _env,
    "LABEL": _label,
    "ARG": _arg,
    "WORKDIR": _workdir,
    "USER": _user,
    "SHELL": _shell,
    "CMD": _cmd,
    "ENTRYPOINT": _entrypoint,
    "HEALTHCHECK": _healthcheck,
    "EXPOSE": _expose,
    "VOLUME": _volume,
}
