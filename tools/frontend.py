"""Puts what `optimize --no-build` makes of every Dockerfile of a corpus to the engine's own frontend.

    python tools/frontend.py [--corpus FOLDER] [--limit N]

Nothing is fetched and no step is run: see jettison.proof.frontend. A file is a failure when the frontend accepts
the original and refuses what was made of it. Exits 1 when there is one.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from jettison.engine.find import find_engine
from jettison.errors import JettisonError
from jettison.optimize.job import optimize
from jettison.optimize.records import Outcome, Request
from jettison.proof.frontend import refusal


def dockerfiles(corpus: Path) -> list[Path]:
    """Return the Dockerfiles of a folder."""
    wanted = ("dockerfile", "containerfile")
    return sorted(p for p in corpus.rglob("*") if p.is_file() and any(word in p.name.lower() for word in wanted))


def made_of(path: Path) -> Outcome:
    """Return what optimize makes of a Dockerfile with the folder around it as the project."""
    return optimize(Request(str(path.parent), dockerfile=str(path), build=False), lambda text: None)


def main() -> int:
    """Print a line for each failure, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("JETTISON_CORPUS"), help="folder of Dockerfiles")
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="only the first N files")
    asked = parser.parse_args()
    if not asked.corpus:
        parser.error("--corpus or JETTISON_CORPUS must name a folder")
    engine = find_engine(os.environ.get("JETTISON_ENGINE"))
    started = time.monotonic()
    counts = dict.fromkeys(("files", "not usable", "unchanged", "accepted", "both refused", "refused", "crashed"), 0)
    for path in dockerfiles(Path(asked.corpus))[: asked.limit]:
        counts["files"] += 1
        result = _judge(engine, path)
        counts[result[0]] += 1
        if result[0] in ("refused", "crashed"):
            print(f"{path}: {result[1]}", flush=True)
    seconds = time.monotonic() - started
    print(f"{engine.name}: {', '.join(f'{count} {name}' for name, count in counts.items())}; {seconds:.0f} s")
    return 1 if counts["refused"] or counts["crashed"] else 0


def _judge(engine, path: Path) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    try:
        outcome = made_of(path)
    except JettisonError:
        return "not usable", ""
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    if outcome.chosen is None:
        return "unchanged", ""
    reason = refusal(engine, outcome.chosen.dockerfile)
    if reason is None:
        return "accepted", ""
    return ("both refused", "") if refusal(engine, path.read_bytes()) is not None else ("refused", reason)


if __name__ == "__main__":
    sys.exit(main())
