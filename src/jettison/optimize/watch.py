"""What the original opens and writes while it is asked, where this process may watch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.errors import EngineError
from jettison.proof.trace import Trace, can_trace, trace_image
from jettison.report.units import human_bytes

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.optimize.builds import Built, Say
    from jettison.proof.behaviour import Probe
    from jettison.proof.run_as import RunAs

NOTHING: Final = Trace(frozenset(), frozenset())


def watched(
    engine: Engine, before: Built, probes: tuple[Probe, ...], env: dict[str, str], run_as: RunAs | None, say: Say
) -> tuple[Trace, str]:
    """Return what was seen and a note for the report; nothing without the rights, or where it does not stay up.

    run_as: what starts it, None for its own start command.
    """
    if isinstance(before.behaviour, str) or not before.behaviour.stayed_up:
        return NOTHING, ""
    if not can_trace():
        return NOTHING, "not watched while it ran (that needs Linux, root and a local engine): by its files alone"
    say("watching which files it opens")
    paths = tuple(probe.path for probe in probes if probe.method == "GET")
    try:
        seen = trace_image(engine, before.tag, before.image.config, paths, env, run_as)
    except EngineError as error:
        return NOTHING, f"not watched while it ran ({error}): by its files alone"
    files = before.image.files
    found = frozenset(path for path in seen.opened if path in files)
    size = human_bytes(sum(files[path].size for path in found))
    whole = human_bytes(before.image.size_unpacked)
    note = f"watched while it ran: it opened {len(found)} files, {size} of {whole}"
    return Trace(found, seen.written), f"{note}; what is kept is found by its files and only widened by this"
