"""The settings that are in force for a file, and which rules they leave."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from jettison.named_tuple import NamedTuple

NOTHING: Final[frozenset[str]] = frozenset()


class Choice(NamedTuple):
    """What one file is checked with: codes of rules, and how they behave.

    `select` None stands for the rules that are on by default. `required` rules are muted by nothing.
    `severity`: code -> number. `options`: code -> options of the rule.
    """

    select: frozenset[str] | None = None
    ignore: frozenset[str] | None = None
    options: Mapping[str, Mapping[str, object]] | None = None
    severity: Mapping[str, int] = {}
    required: frozenset[str] = NOTHING
    foreign_comments: bool = True


class Proving(NamedTuple):
    """What `optimize` is to ask both images, beyond what it finds out itself."""

    probes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    touch: str = ""
    env: Mapping[str, str] = {}
    build_args: Mapping[str, str] = {}


class Scanning(NamedTuple):
    """What `scan` looks for, from where on it fails, and what does not count; the command line goes first.

    `max_age`: days. `vex`, `ignore_files`: paths relative to the settings file. `ignore`: entries with the keys of
    .jettison-ignore.toml. `severity`: any name of a vulnerability -> what it counts as.
    """

    fail_on: str = ""
    scanners: tuple[str, ...] = ()
    only_fixed: bool = False
    max_age: int | None = None
    vex: tuple[str, ...] = ()
    ignore_files: tuple[str, ...] = ()
    ignore: tuple[Mapping[str, object], ...] = ()
    severity: Mapping[str, str] = {}


class Settings:
    """One settings file, read and checked; without a file all is at its default.

    `path` "" stands for no file. `origins`: key -> place (`path:line`) that set it.
    """

    __slots__ = (
        "exclude",
        "extend_select",
        "fail_on",
        "foreign_comments",
        "ignore",
        "optimize",
        "options",
        "origins",
        "path",
        "path_ignores",
        "plugins",
        "required",
        "rule_paths",
        "scan",
        "select",
        "severity",
        "shellcheck",
    )

    def __init__(self, path: str = "") -> None:
        self.path = path
        self.select: frozenset[str] | None = None
        self.extend_select = NOTHING
        self.ignore = NOTHING
        self.required = NOTHING
        self.severity: dict[str, int] = {}
        self.path_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
        self.exclude: tuple[str, ...] = ()
        self.fail_on = ""
        self.foreign_comments = True
        self.shellcheck = False
        self.plugins: bool | tuple[str, ...] = False
        self.rule_paths: tuple[str, ...] = ()
        self.options: dict[str, dict[str, object]] = {}
        self.optimize = Proving()
        self.scan = Scanning()
        self.origins: dict[str, str] = {}

    @property
    def folder(self) -> str:
        """Return the folder that patterns are relative to."""
        return os.path.dirname(self.path) or "."

    def choice(self, path: str, select: frozenset[str] | None, ignore: frozenset[str] | None) -> Choice:
        """Return what the file at `path` is checked with; the command line's choice wins."""
        chosen = select
        if chosen is None:
            chosen = self._chosen()
        dropped = (ignore or NOTHING) | (NOTHING if select is not None else self.ignore)
        if self.path_ignores:
            dropped |= self._ignored_at(path)
        dropped -= self.required
        if chosen is not None:
            chosen |= self.required
        return Choice(
            chosen, dropped or None, self.options or None, self.severity, self.required, self.foreign_comments
        )

    def _chosen(self) -> frozenset[str] | None:
        if self.select is None and not self.extend_select and not self.required:
            return None
        if self.select is not None:
            return self.select | self.extend_select
        from jettison.rules.index import entries

        return frozenset(entry.code for entry in entries() if entry.default) | self.extend_select

    def _ignored_at(self, path: str) -> frozenset[str]:
        found: frozenset[str] = NOTHING
        for pattern, codes in self.path_ignores:
            if matches(self.folder, (pattern,), path):
                found |= codes
        return found

    def excludes(self, path: str) -> bool:
        """Return whether a file found by looking into folders is left out."""
        return bool(self.exclude) and matches(self.folder, self.exclude, path)


DEFAULTS: Final = Settings()


def matches(folder: str, patterns: tuple[str, ...], path: str) -> bool:
    """Return whether a path below `folder` is one that the patterns (as in .dockerignore) name."""
    from jettison.model.context import IgnoreFile

    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(folder)).replace(os.sep, "/")
    if relative.startswith("../"):
        return False
    lines = (pattern if "/" in pattern.rstrip("/") else f"**/{pattern}" for pattern in patterns)
    return IgnoreFile.parse("\n".join(lines).encode("utf-8", "surrogateescape")).excludes(relative)
