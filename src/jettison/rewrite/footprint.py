"""Where a COPY or ADD writes, and whether two of them, or one and a RUN, may change places.

Everything here errs on the side of "may not": the order of instructions is only changed where neither can see it.

Source: Dockerfile reference, "COPY" (what becomes of files and folders at a target).
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from jettison.knowledge.package_managers import MANAGERS
from jettison.knowledge.runtime_files import DEPENDENCIES
from jettison.rules.manifests import from_manifest, manifests_of
from jettison.rules.manifests_first import independent, installs_only

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

# Folders that packages are installed to, and those that a base may have as links to others.
_SYSTEM: Final = (
    "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "media", "mnt", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var",
)  # fmt: skip
_OWN_BELOW: Final = ("usr/src/",)
_MANIFESTS: Final = frozenset(
    name for facts in MANAGERS.values() for name in (*facts.get("manifests", ()), *facts["lock"])
)
_FLAGS: Final = frozenset(("chown", "chmod", "from", "link"))


def footprint(model: Model, node: Instruction, stage: Stage) -> tuple[str, ...] | None:
    """Return the paths (absolute, no leading slash) at or below which a COPY or ADD writes; None where that is not known."""
    if node.keyword not in ("COPY", "ADD") or node.heredocs or any(flag.name not in _FLAGS for flag in node.flags):
        return None
    sources = [word.raw for word in node.words[:-1]]
    texts = [*sources, node.words[-1].raw]
    if len(node.words) < 2 or any(c in text for text in texts for c in "$[\\\"'") or texts[-1] != texts[-1].strip("*?"):
        return None
    if node.keyword == "ADD" and any("://" in text or text.startswith("git@") or _is_archive(text) for text in sources):
        return None
    target = texts[-1]
    workdir = model.scope_at(node, stage).workdir
    if not target.startswith("/") and not workdir.startswith("/"):
        return None
    at = posixpath.normpath(posixpath.join(workdir or "/", target)).strip("/")
    context = model.context
    found = []
    for source in sources:
        clean = posixpath.normpath(source).strip("/")
        is_file = node.flag("from") is None and context is not None and any(f.path == clean for f in context.files())
        if "*" in clean or "?" in clean:
            names = _matched_files(model, node, clean)
            if not names:
                return None
            found += [posixpath.join(at, name) for name in names]
            continue
        # Without a slash the target is a file, or a folder that is there already.
        found.append(posixpath.join(at, posixpath.basename(clean)) if is_file and target.endswith(("/", ".")) else at)
    return tuple(found)


def _matched_files(model: Model, node: Instruction, pattern: str) -> list[str]:
    """Return the names of what a pattern matches; empty where a folder is among it, or it is not the only source."""
    files = [file.path for file in model.files_of(node)]
    if len(node.words) != 2 or any(path.count("/") != pattern.count("/") for path in files):
        return []
    return [posixpath.basename(path) for path in files]


def _is_archive(text: str) -> bool:
    return text.endswith((".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".tbz2", ".txz"))


def apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Return whether no path of one is, or lies above or below, a path of the other."""
    theirs = [f"{path}/" for path in other]
    return not any(f"{mine}/".startswith(path) or path.startswith(f"{mine}/") for mine in one for path in theirs)


def copies_commute(model: Model, one: Instruction, other: Instruction, stage: Stage) -> bool:
    """Return whether two copies may change places: different targets, and the same owner for folders they make."""
    mine, theirs = footprint(model, one, stage), footprint(model, other, stage)
    if mine is None or theirs is None or not apart(mine, theirs):
        return False
    return _ownership(one) == _ownership(other) and "" not in (*mine, *theirs)


def _ownership(node: Instruction) -> tuple[tuple[str, str | None], ...]:
    return tuple(sorted((flag.name, flag.value) for flag in node.flags if flag.name in ("chown", "chmod", "link")))


def run_commutes(model: Model, copy: Instruction, run: Instruction, stage: Stage) -> bool:
    """Return whether a RUN only installs what it names, or what a manifest lists that this copy does not bring."""
    places = footprint(model, copy, stage)
    if places is None or (run.flag("mount") and any("bind" in (flag.value or "") for flag in run.flags)):
        return False
    if not all(_is_project_folder(place) for place in places):
        return False
    if independent(model, run, copy) and copy.flag("from"):
        return True
    brought = [file.path for file in model.files_of(copy)]
    if not brought or any(_steers_installs(path) for path in brought):
        return False
    if independent(model, run, copy):
        return True
    read = model.run_at[run.span.start]
    calls = [call for call in model.facts(read) if from_manifest(call)]
    return bool(calls) and all(installs_only(model, read, c) and manifests_of(model, c) for c in calls)


def _is_project_folder(place: str) -> bool:
    return bool(place) and (place.split("/")[0] not in _SYSTEM or place.startswith(_OWN_BELOW))


def _steers_installs(path: str) -> bool:
    """Return whether a file is a manifest, a setting of a package manager, or lies among installed packages."""
    parts = path.split("/")
    name = parts[-1]
    if name.startswith(".") or not DEPENDENCIES.isdisjoint(parts) or fnmatchcase(name, "*requirements*.txt"):
        return True
    return any(fnmatchcase(name, pattern) for pattern in _MANIFESTS) or name in ("setup.py", "setup.cfg", "pip.conf")
