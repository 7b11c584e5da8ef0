"""The way from the old files to the proven ones, change by change, each state built and measured."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from jettison.engine.base import BuildRequest
from jettison.engine.shield import shield
from jettison.errors import BuildError
from jettison.image.archive import read_archive
from jettison.image.collect import InventoryCollector
from jettison.image.inspection import inventory_of
from jettison.model.context import BuildContext, IgnoreFile
from jettison.optimize.branch import Stop
from jettison.optimize.outcome import looked_up
from jettison.rewrite.candidates import Candidate, Change
from jettison.vulnerabilities.image_counts import counts_of, look_up

if TYPE_CHECKING:
    from jettison.engine.base import Engine, OnEvent
    from jettison.image.image import Image
    from jettison.optimize.decided import Decided
    from jettison.optimize.records import Outcome

Remake = Callable[[frozenset[str]], Candidate | None]


def first_stop(outcome: Outcome) -> Stop:
    """Return the state from before, as the proof measured it."""
    assert outcome.before is not None
    measured = outcome.before
    return Stop(outcome.source.data, None, (), measured.size_unpacked, measured.context_bytes, *_known(outcome, 0))


def _known(outcome: Outcome, side: int) -> tuple[int | None, int | None]:
    """Return the packages and the known vulnerabilities of one side, None where no data speaks of it."""
    counts = outcome.sides[side].vulnerabilities
    return (outcome.sides[side].packages, counts.total) if counts is not None else (None, None)


def stops(
    outcome: Outcome,
    remake: Remake,
    engine: Engine,
    say: Callable[[str], None],
    on_event: OnEvent | None,
    decided: Decided,
) -> tuple[Stop, ...]:
    """Return the states, the last one exactly what was proven.

    `remake` gives the candidate without some changes. A state that cannot be made or does not build by
    itself is joined with the next one.
    """
    chosen = outcome.chosen
    assert chosen is not None and outcome.after is not None
    found: list[Stop] = []
    waiting: list[Change] = []
    last: tuple[bytes, bytes | None] = (outcome.source.data, None)
    for number, change in enumerate(chosen.changes[:-1]):
        waiting.append(change)
        later = frozenset(each.id for each in chosen.changes[number + 1 :])
        candidate = remake(later)
        if candidate is None or (candidate.dockerfile, candidate.dockerignore) == last:
            continue
        say(f"measuring: {change.title}")
        stop = _measure(outcome, candidate, tuple(waiting), engine, on_event, decided)
        if stop is not None:
            found.append(stop)
            waiting = []
            last = (candidate.dockerfile, candidate.dockerignore)
    measured = outcome.after
    final = Stop(
        chosen.dockerfile,
        chosen.dockerignore,
        (*waiting, *chosen.changes[-1:]),
        measured.size_unpacked,
        measured.context_bytes,
        *_known(outcome, 1),
    )
    if (final.dockerfile, final.dockerignore) != last:
        return (*found, final)
    return (*found[:-1], replace(final, changes=(*found[-1].changes, *final.changes)))


def _measure(
    outcome: Outcome,
    candidate: Candidate,
    changes: tuple[Change, ...],
    engine: Engine,
    on_event: OnEvent | None,
    decided: Decided,
) -> Stop | None:
    request = outcome.request
    first_known = outcome.sides[0].vulnerabilities
    tag = f"jettison/{uuid.uuid4().hex[:10]}:stop"
    try:
        engine.build(
            BuildRequest(
                request.project,
                candidate.dockerfile,
                candidate.dockerignore,
                tag,
                request.network,
                request.build_args,
            ),
            on_event,
        )
        with engine.save(tag) as stream:
            image = read_archive(stream, None if first_known is None else InventoryCollector())
    except BuildError:
        return None
    finally:
        with shield():
            engine.remove_image(tag)
    return Stop(
        candidate.dockerfile,
        candidate.dockerignore,
        changes,
        image.size_unpacked,
        _context_bytes(outcome, candidate),
        *(_counted(image, decided) if first_known is not None else (None, None)),
    )


def _counted(image: Image, decided: Decided) -> tuple[int | None, int | None]:
    inventory = inventory_of(image)
    found = next(iter(look_up(looked_up(inventory, image), judgement=decided.vulnerabilities)), None)
    counts = counts_of(found) if found is not None else None
    return (len(inventory.packages), counts.total) if counts is not None else (None, None)


def _context_bytes(outcome: Outcome, candidate: Candidate) -> int:
    if candidate.dockerignore is None:
        assert outcome.before is not None
        return outcome.before.context_bytes
    rules = IgnoreFile.parse(candidate.dockerignore)
    return BuildContext(outcome.request.project, "Dockerfile", rules, ".dockerignore").sent_bytes
