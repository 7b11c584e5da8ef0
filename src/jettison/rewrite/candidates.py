"""Candidates: whole rewritten Dockerfiles, smallest prediction first, for the proof to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jettison.engine.base import Features
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model
    from jettison.needs.hints import Hints
    from jettison.project.detect import Project


class Change(NamedTuple):
    """One thing a candidate does.

    config: parts of the image's configuration it means to change. safe: it changes nothing else of
    what the image does; the others are taken back first when something is refuted.
    """

    id: str
    title: str
    config: tuple[str, ...] = ()
    safe: bool = False


class Candidate(NamedTuple):
    """A rewritten Dockerfile. dockerignore: full new text, or None when it stays as it is.

    config: parts of the image's configuration that the text as a whole means to change; size: bytes that it is
    predicted to have, None where nothing tells; bare: without a shell of its own or a package
    manager.
    """

    name: str
    title: str
    dockerfile: bytes
    dockerignore: bytes | None
    changes: tuple[Change, ...]
    config: tuple[str, ...] = ()
    size: int | None = None
    bare: bool = False


class Evidence(NamedTuple):
    """What the built original tells.

    runtime_packages: owners of the libraries that its compiled files need; image: it itself; hints: what the
    program's text says of things that it opens by itself; written: folders that it wrote to when it ran; opened:
    files that it was seen to open; starts: command lines that a Compose file starts it with.
    """

    runtime_packages: tuple[str, ...] = ()
    image: Image | None = None
    hints: Hints | None = None
    written: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    starts: tuple[tuple[str, ...], ...] = ()


def candidates(
    model: Model,
    project: Project,
    features: Features,
    evidence: Evidence | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Return the candidates and, in words, why better ones could not be made.

    `without`: ids of changes to leave out, because a proof refuted them. Nothing is returned for a
    file that is already as good as these rewrites make it.
    """
    from jettison.rewrite.assemble import assembled
    from jettison.rewrite.built_start import built_start
    from jettison.rewrite.inplace import in_place
    from jettison.rewrite.multistage import multi_stage

    evidence = evidence or Evidence()
    whole, built = built_start(model, without)
    parted, moved = _ordered(whole, project, without)
    found, reasons = multi_stage(parted, (*built, *moved), project, features, evidence, without)
    found = (
        *found,
        *assembled(model, project, features, evidence, without),
        *in_place(model, without, project.history),
    )
    before = model.source.data
    return tuple(c for c in found if c.dockerfile != before or c.dockerignore is not None), reasons


def _ordered(model: Model, project: Project, without: frozenset[str]) -> tuple[Model, tuple[Change, ...]]:
    """Return the model with its copies in the order of how often they change, and the change that this is."""
    from jettison.model.dockerfile import build_model
    from jettison.rewrite.inplace import ORDER, order_changes
    from jettison.rewrite.order import ordered
    from jettison.syntax.tree import parse

    text, moved = ordered(model, None if ORDER in without else project.history)
    if not moved:
        return model, ()
    return build_model(parse(text, model.path), model.context), tuple(order_changes(moved))
