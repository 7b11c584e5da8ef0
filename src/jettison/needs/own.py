"""The files that no package owns: the program itself, what it was built with, and what installing left."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from jettison.knowledge.runtime_files import DEVICES, PROJECTS, dropped, left_anywhere, matcher

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.debian import DebianPackages


def unowned(image: Image, debian: DebianPackages, base_layers: int) -> tuple[set[str], set[str]]:
    """Return (files of the layers above the base, files of the base) that no package wrote as they are.

    A packaged file that a later layer than its package's wrote was changed by the project and counts as its own.
    """
    above: set[str] = set()
    base: set[str] = set()
    parents = {posixpath.dirname(path) for path in image.files}
    for path, entry in image.files.items():
        if entry.kind == "other" or (entry.kind == "dir" and (path in parents or path in debian.folders)):
            continue
        package = debian.owner.get(path)
        if package is not None and (entry.layer <= debian.layer[package] or entry.layer < base_layers):
            continue
        (above if entry.layer >= base_layers else base).add(path)
    return above, base


def of_services(paths: Iterable[str], image: Image) -> set[str]:
    """Return the empty folders that belong to another user than root: a service was given them to write in.

    `paths`: of what no package wrote, so that the only folders among them are empty ones.
    """
    folders = (path for path in paths if (entry := image.files[path]).kind == "dir" and entry.uid != 0)
    return {path for path in folders if "apt" not in path.split("/")}


def of_devices(paths: Iterable[str], image: Image) -> set[str]:
    """Return the links that lead to a device: what a program writes to its log file comes out where the engine reads.

    Without the link the log would fill a file of the container that nobody sees.
    """
    return {path for path in paths if image.files[path].link.startswith(DEVICES) and not path.startswith("dev/")}


def not_needed(
    paths: Iterable[str],
    seeds: Set[str],
    interpreters: Set[str],
    named: Set[str],
    locales: bool,
    copied: Set[str] = frozenset(),
) -> dict[str, str]:
    """Return path -> why nothing reads it when the program runs; what starting it names is never among them.

    interpreters: names of the language programs that the image keeps; named: paths that texts of the program name;
    copied: what the project itself put where it lies, which no install left there.
    """
    why: dict[str, str] = {}
    waste, tools, anywhere = dropped("of_program"), dropped("tools"), left_anywhere()
    paths = sorted(paths)
    for path in paths:
        if path in seeds:
            continue
        if (anywhere if path in copied else waste).match(path) and not (locales and path.startswith("usr/lib/locale/")):
            why[path] = "left by installing or building"
        elif tools.match(path):
            why[path] = "a program that only installs"
    projects = _projects(path for path in paths if path not in why)
    for folder, kind in projects:
        facts = PROJECTS[kind]
        build = matcher(tuple(facts["build"]))
        runs = not facts["interpreter"] or bool(interpreters & set(facts["interpreter"]))
        start = f"{folder}/"
        shared = any(
            other not in (kind, "any") and (at == folder or at.startswith(start)) for at, other in projects
        ) or any(seed.startswith(start) for seed in seeds)
        compiled = matcher(() if runs else tuple(facts["compiled"]))
        for path in paths:
            if not path.startswith(start) or path in why or path in seeds:
                continue
            rest = path[len(start) :]
            if build.match(rest):
                why[path] = f"source or build output of the {kind} project"
            elif compiled.match(rest) or (not runs and not shared and not _is_named(folder, rest, named)):
                why[path] = f"needs an interpreter that the {kind} project's result does not use"
    return why


def _is_named(folder: str, rest: str, named: Set[str]) -> bool:
    """Return whether a text names the file, or a folder of the project that it lies in, from the project on."""
    parts = rest.split("/")
    last = folder.rsplit("/", 1)[-1]
    for depth in range(1, len(parts) + 1):
        below = "/".join(parts[:depth])
        if f"{last}/{below}" in named or f"{folder}/{below}" in named:
            return True
    return False


def _projects(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return (folder, kind) of every project folder, the outermost of a kind only."""
    held: dict[str, set[str]] = {}
    for path in paths:
        folder, name = posixpath.split(path)
        if folder and not {"node_modules", "site-packages", "dist-packages", "vendor"} & set(folder.split("/")):
            held.setdefault(folder, set()).add(name)
    found: list[tuple[str, str]] = []
    for folder, names in sorted(held.items()):
        if folder.split("/", 1)[0] in ("usr", "etc", "var", "lib", "bin", "sbin", "root") and not folder.startswith(
            "usr/src"
        ):
            continue
        for kind, facts in PROJECTS.items():
            if kind == "any":
                continue
            pattern = matcher(tuple(facts["holds"]))
            if any(pattern.match(name) for name in names) and not any(
                other == kind and folder.startswith(f"{outer}/") for outer, other in found
            ):
                found.append((folder, kind))
    outermost = {folder for folder, _ in found if not any(folder.startswith(f"{outer}/") for outer, _ in found)}
    return [*found, *((folder, "any") for folder in sorted(outermost))]
