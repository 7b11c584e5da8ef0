"""One project on its way to a final stage of its own: what the parts of the rewrite decide together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jettison.knowledge.runtime_files import DEPENDENCIES
from jettison.model.dockerfile import build_model
from jettison.rewrite.candidates import Change
from jettison.rewrite.cargo_target import kept_target
from jettison.rewrite.chained import parted
from jettison.rewrite.inplace import fixed
from jettison.rewrite.pieces import Piece, Pieces, split_final
from jettison.rewrite.quote import quoted, sayable
from jettison.rewrite.short_jvm import short_runs
from jettison.rewrite.tsc_cache import kept_output
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.engine.base import Features
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.needs.needs import Needs
    from jettison.project.detect import Project
    from jettison.rewrite.candidates import Evidence
    from jettison.rewrite.dependency_stage import Before
    from jettison.rewrite.java_runtime import Linked

# Bytes below which a program's symbol table is left alone.
MIN_STRIP: Final = 512 * 1024
CHAINED: Final = "chained-install"


class Assembly:
    """One project on its way to a new final stage."""

    def __init__(
        self, model: Model, project: Project, features: Features, evidence: Evidence, without: frozenset[str]
    ) -> None:
        assert evidence.image is not None and evidence.hints is not None
        self.original = model
        self.project = project
        self.features = features
        self.evidence = evidence
        self.image: Image = evidence.image
        self.config = sayable(self.image.config)
        self.without = without
        text, self.changes = fixed(model, without, project.history)
        self.model = build_model(parse(text, model.path), model.context)
        # The programs that the RUN of cargo itself leaves without their symbol tables.
        self.stripped: tuple[str, ...] = ()
        if CHAINED not in without:
            self._change(parted(self.model), Change(CHAINED, "dependencies are installed in a RUN of their own"))
        if "short-jvm" not in without:
            self._change(short_runs(self.model), Change("short-jvm", "Maven runs without the compiler for long runs"))
        if features.mounts:
            self._keep_compiled()
        self.pieces: Pieces | None = split_final(self.model)
        # The start command in place of the user's, and the instruction that it stands in.
        self.argv: list[str] | None = None
        self.start_keyword = "CMD"
        self.probe: list[str] | None = None
        self.health_added = False
        self.java: Linked | None = None
        # How many of the image's layers are the base's.
        self.base_layers = 0
        # What stands before the first copy of source; None where the build stage is not split there.
        self.before: Before | None = None

    def _keep_compiled(self) -> None:
        """Keep what compilers made on cache mounts, where that is safe."""
        if "cargo-target" not in self.without:
            strips = "strip" not in self.without and self.image.find("/usr/bin/strip") is not None
            text, self.stripped = kept_target(self.model, strips)
            self._change(text, Change("cargo-target", "cargo compiles again only what changed"))
        if "tsc-cache" not in self.without:
            self._change(kept_output(self.model), Change("tsc-cache", "tsc compiles again only what a change affects"))

    def _change(self, text: bytes, change: Change) -> None:
        if text != self.model.source.data:
            self.changes.append(change)
            self.model = build_model(parse(text, self.model.path), self.model.context)

    @property
    def stage(self) -> Stage:
        return self.model.stages[-1]


def free_name(model: Model, wanted: str) -> str:
    taken = {stage.name for stage in model.stages}
    return next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 99))) if name not in taken)


def to_strip(job: Assembly, needs: Needs) -> list[str]:
    """Return the project's own compiled programs that are worth freeing of their symbol tables.

    A Go program is not one: its linker does that. What a language's package manager brought stays as it is.
    """
    if "strip" in job.without or job.image.find("/usr/bin/strip") is None:
        return []
    places = {"node_modules", "site-packages", "dist-packages", "vendor", "gems"}
    return [
        path
        for path in needs.own
        if path not in job.stripped
        and (elf := job.image.elves.get(path)) is not None
        and job.image.files[path].size >= MIN_STRIP
        and elf.interpreter
        and not path.endswith(".so")
        and not places & set(path.split("/"))
        and job.project.ecosystem != "go"
    ]


def accounts(job: Assembly) -> list[Piece]:
    """Return the RUN that a fix of ours added to make the user that the image runs as."""
    assert job.pieces is not None
    if not any(change.id == "user" for change in job.changes):
        return []
    original = job.original.source.data.decode("utf-8", "replace")
    return [
        piece
        for piece in job.pieces.body
        if piece.node.keyword == "RUN"
        and any(name in piece.text for name in ("useradd", "adduser"))
        and piece.text.strip() not in original
    ]


def wants_prune(job: Assembly, needs: Needs) -> bool:
    """Return whether npm's development packages would be shipped: where nothing of node_modules is, none are."""
    if not any("node_modules" in path.split("/") for path in needs.own):
        return False
    text = job.model.source.text(job.stage.from_.span) + "".join(p.text for p in job.pieces.body if job.pieces)  # type: ignore[union-attr]
    context = job.model.context
    if context is None or "npm" not in text or "prod-deps" in job.without:
        return False
    builds = any(
        command.name == "npm" and command.arguments[:1] == ("run",)
        for run in job.model.runs
        for command in run.commands
    )
    return builds and b'"devDependencies"' in context.read("package.json")


def installers(job: Assembly, needs: Needs) -> list[str]:
    """Return what lies among the dependencies and only installs: a folder copied as a whole must not hold it."""
    if "installers" in job.without:
        return []
    tops = set()
    for path, why in needs.unneeded.items():
        if "only installs" in why and in_dependencies(path):
            parts = path.split("/")
            at = next(n for n, part in enumerate(parts) if part in DEPENDENCIES)
            # What the original was seen to read stays whole.
            if any(own.startswith(f"{'/'.join(parts[: at + 2])}/") for own in needs.own):
                continue
            tops.add("/" + re.sub(r"-[0-9][^/]*[.]dist-info$", "-*.dist-info", "/".join(parts[: at + 2])))
    return sorted(tops)


def in_dependencies(path: str) -> bool:
    return not DEPENDENCIES.isdisjoint(path.split("/")[:-1])


def word(path: str) -> str:
    return path if not any(c.isspace() or c in "$[]*?\"'\\" for c in path) else quoted(path)
