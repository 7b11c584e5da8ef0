"""Optimises the benchmark projects (or the folders named) on the engine of this machine and prints a table.

    python benchmarks/optimize.py [--no-trace] [--no-expert] [--budget SECONDS] [FOLDER ...]

--budget: after so many seconds no further candidate of a project is tried; what was proven until then counts.
JETTISON_BUILD_NETWORK=host where the bases are stand-ins. Every figure comes from this run. "expert" is the size of
the reference Dockerfile.expert beside the naive one, or in experts/; "traced" the bytes of only those files that the original was
seen to open while it was asked (no image: a lower bound; needs root and a local engine).
"""

from __future__ import annotations

import argparse
import math
import os
import uuid
from pathlib import Path

from jettison.engine.base import BuildRequest
from jettison.engine.find import find_engine
from jettison.errors import JettisonError
from jettison.image.archive import read_archive
from jettison.optimize.job import optimize
from jettison.optimize.records import Outcome, Request
from jettison.report.units import human_bytes, human_seconds

ROOT = Path(__file__).parent
PROJECTS = [*sorted((ROOT.parent / "examples").iterdir()), *sorted((ROOT / "projects").iterdir())]
HEAD = (
    "| project | naive | ours | smaller | expert | ours/expert | traced | cold build | rebuild | proof | chosen |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)


def expert_bytes(folder: Path, network: str | None) -> int | None:
    """Return the unpacked bytes of the image of the reference Dockerfile, None where there is none."""
    places = (folder / "Dockerfile.expert", ROOT / "experts" / folder.name / "Dockerfile")
    file = next((place for place in places if place.exists()), None)
    if file is None:
        return None
    engine = find_engine(None)
    tag = f"jettison/expert:{uuid.uuid4().hex[:8]}"
    try:
        engine.build(BuildRequest(str(folder), file.read_bytes(), None, tag, network))
        with engine.save(tag) as stream:
            return read_archive(stream).size_unpacked
    finally:
        engine.remove_image(tag)


def pair(before: float | None, after: float | None) -> str:
    """Return two times as text."""
    return " -> ".join("-" if value is None else human_seconds(value) for value in (before, after))


def row(name: str, outcome: Outcome, expert: int | None, traced: int | None) -> str:
    """Return one line of the Markdown table."""
    before, after = outcome.before, outcome.after
    if before is None or after is None:
        return f"| {name} | - | - | - | - | - | - | - | - | {outcome.verdict} | {outcome.unproven_reason} |"
    cells = (
        name,
        human_bytes(before.size_unpacked),
        human_bytes(after.size_unpacked),
        f"{before.size_unpacked / after.size_unpacked:.1f} x",
        human_bytes(expert) if expert else "-",
        f"{after.size_unpacked / expert:.2f}" if expert else "-",
        human_bytes(traced) if traced else "-",
        pair(before.cold_build_seconds, after.cold_build_seconds),
        pair(before.rebuild_seconds, after.rebuild_seconds),
        outcome.verdict,
        outcome.chosen.name if outcome.chosen else "-",
    )
    return f"| {' | '.join(cells)} |"


def traced_bytes(folder: Path, network: str | None) -> int | None:
    """Return the bytes of the files that the original opened while it was asked; None where it cannot be watched."""
    from jettison.proof.trace import can_trace, trace_image

    if not can_trace():
        return None
    engine = find_engine(None)
    tag = f"jettison/traced:{uuid.uuid4().hex[:8]}"
    try:
        engine.build(BuildRequest(str(folder), (folder / "Dockerfile").read_bytes(), None, tag, network))
        with engine.save(tag) as stream:
            image = read_archive(stream)
        opened = trace_image(engine, tag, image.config).opened
        return sum(image.files[path].size for path in opened if path in image.files)
    finally:
        engine.remove_image(tag)


def main() -> None:
    """Print the table and the geometric means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--no-trace", action="store_true", help="leave out the traced lower bound")
    parser.add_argument("--no-expert", action="store_true", help="do not build the reference Dockerfiles")
    parser.add_argument("--budget", type=int, default=180, metavar="SECONDS", help="for each project (default 180)")
    asked = parser.parse_args()
    folders = asked.folders or [folder for folder in PROJECTS if (folder / "Dockerfile").exists()]
    network = os.environ.get("JETTISON_BUILD_NETWORK") or None
    print("\n".join(HEAD), flush=True)
    smaller, against, rebuilt = [], [], []
    for folder in folders:
        try:
            outcome = optimize(Request(str(folder), network=network, budget_seconds=asked.budget), lambda text: None)
            expert = None if asked.no_expert else expert_bytes(folder.resolve(), network)
            traced = None if asked.no_trace else traced_bytes(folder, network)
        except JettisonError as error:
            print(f"| {folder.name} | - | - | - | - | - | - | - | - | failed | {error} |", flush=True)
            continue
        print(row(folder.name, outcome, expert, traced), flush=True)
        for attempt in outcome.attempts:
            if attempt.outcome != "proven":
                print(f"<!-- {folder.name}: {attempt.candidate}: {attempt.outcome}: {attempt.reason} -->", flush=True)
        if outcome.before and outcome.after:
            smaller.append(outcome.before.size_unpacked / outcome.after.size_unpacked)
            against += [outcome.after.size_unpacked / expert] if expert else []
            before, after = outcome.before.rebuild_seconds, outcome.after.rebuild_seconds
            rebuilt += [after / before] if before and after else []
    means = (("smaller than naive", smaller), ("of the expert's size", against), ("of the naive rebuild time", rebuilt))
    for title, values in means:
        if values:
            mean = math.exp(sum(math.log(value) for value in values) / len(values))
            print(f"\ngeometric mean over {len(values)}: {mean:.2f} times {title}", flush=True)


if __name__ == "__main__":
    main()
