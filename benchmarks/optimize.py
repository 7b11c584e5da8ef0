"""Optimises the bundled projects (or the folders named) on the engine of this machine and prints a table.

    python benchmarks/optimize.py [FOLDER ...]

JETTISON_BUILD_NETWORK=host where the bases are stand-ins. Every figure comes from this run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jettison.optimize.job import optimize
from jettison.optimize.records import Outcome, Request
from jettison.report.units import human_bytes, human_seconds

EXAMPLES = Path(__file__).parent.parent / "examples"


def row(name: str, outcome: Outcome) -> str:
    """Return one line of the Markdown table."""
    before, after = outcome.before, outcome.after
    if before is None or after is None:
        return f"| {name} | - | - | - | - | - | {outcome.verdict} |"
    rebuilds = [human_seconds(m.rebuild_seconds) if m.rebuild_seconds is not None else "-" for m in (before, after)]
    colds = [human_seconds(m.cold_build_seconds) for m in (before, after)]
    times = before.size_unpacked / after.size_unpacked
    return (
        f"| {name} | {human_bytes(before.size_unpacked)} | {human_bytes(after.size_unpacked)} | {times:.1f} x | "
        f"{colds[0]} -> {colds[1]} | {rebuilds[0]} -> {rebuilds[1]} | {outcome.verdict} |"
    )


def main() -> None:
    """Print the table."""
    folders = [Path(name) for name in sys.argv[1:]] or sorted(p for p in EXAMPLES.iterdir() if p.is_dir())
    print("| project | before | after | smaller | cold build | rebuild after one source line | proof |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    network = os.environ.get("JETTISON_BUILD_NETWORK") or None
    for folder in folders:
        outcome = optimize(Request(str(folder), network=network), lambda text: None)
        print(row(folder.name, outcome), flush=True)


if __name__ == "__main__":
    main()
