"""Runs `jettison init` on every project of examples/init that has no Dockerfile, with a real engine; prints a table.

    python benchmarks/init.py [NAME...] [--aim AIM]

Each project is copied first; the table holds what the command itself measured. A project whose base image or whose
registry cannot be reached from here is listed as such, with the reason.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import uuid
from pathlib import Path

from jettison.engine.base import Engine
from jettison.engine.find import find_engine
from jettison.errors import BuildError
from jettison.generate.plan import make_plan
from jettison.generate.project_files import generate, staged
from jettison.generate.trial import Trial, build_request, try_image
from jettison.model.context import BuildContext
from jettison.project.recognise import recognise
from jettison.project.tree import Tree
from jettison.report.units import human_bytes

EXAMPLES = Path(__file__).parent.parent / "examples" / "init"


def one(engine: Engine, name: str, aim: str, network: str | None) -> tuple[str, Trial | None, str]:
    """Return (bases, what was seen, or why there is nothing to see)."""
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(EXAMPLES / name, Path(folder) / name)
        context = BuildContext(str(root), "Dockerfile", None, None)
        service = recognise(context)[0]
        plan = make_plan(service, Tree(context), aim=aim, mounts=engine.features.mounts, link=engine.features.link)
        made = generate(str(root), plan)
        own = {file.path: file.content for file in made.files}
        tag = f"jettison/init:{uuid.uuid4().hex[:10]}"
        try:
            with staged(str(root), own) as place:
                request = build_request(place, made, tag, network, own.get(".dockerignore"))
                return plan.runtime_base, try_image(engine, request, made, {}, None), ""
        except BuildError as error:
            return plan.runtime_base, None, f"{error}: {(error.log_tail.splitlines() or [''])[-1]}"
        finally:
            engine.remove_image(tag)


def main() -> int:
    """Print the table; return 1 when something that was built does not work."""
    import os

    parser = argparse.ArgumentParser(description="jettison init on projects without a Dockerfile")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--aim", default="small")
    args = parser.parse_args()
    engine = find_engine()
    print(f"{engine.name}; aim {args.aim}\n")
    print("| project | runs on | image | build | verdict |")
    print("| --- | --- | --- | --- | --- |")
    bad = proven = 0
    names = args.names or sorted(path.name for path in EXAMPLES.iterdir())
    started = time.monotonic()
    for name in names:
        base, trial, why = one(engine, name, args.aim, os.environ.get("JETTISON_BUILD_NETWORK"))
        if trial is None:
            print(f"| {name} | {base} | - | - | not built: {why[:160]} |", flush=True)
            continue
        wrong = [claim for claim in trial.claims if claim.verdict != "proven"]
        seen = "; ".join(f"{claim.title}: {claim.evidence[0]}" for claim in wrong)
        proven += trial.verdict == "proven"
        bad += trial.verdict == "refuted"
        print(
            f"| {name} | {base} | {human_bytes(trial.size)} | {trial.build_seconds:.1f} s | {trial.verdict}{' (' + seen + ')' if seen else ''} |",
            flush=True,
        )
    print(f"\n{proven} of {len(names)} proven at the first try, in {time.monotonic() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
