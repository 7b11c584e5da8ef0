"""`jettison verify [FILE]`: checks an evidence file again."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.cli.options import Option
from jettison.terminal import Palette, safe_line, wants_colour

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.optimize.verify import Verification
    from jettison.proof.claims import Proof

_REPEAT: Final = {"action": "append", "default": []}
_STYLE: Final = {
    "same": "green", "changed": "red", "unknown": "yellow", "proven": "green", "not proven": "yellow", "refuted": "red",
}  # fmt: skip
OPTIONS: Final = (
    Option(
        ("file",), "the evidence (default: jettison-evidence.json)", {"nargs": "?", "default": "jettison-evidence.json"}
    ),
    Option(("--project",), "the project's folder (default: as recorded, relative to the file)", {"metavar": "DIR"}),
    Option(("--rebuild",), "build both images again and prove everything anew", {"action": "store_true"}),
    Option(("--engine",), "docker or podman (default: the first that answers)", {"metavar": "ENGINE"}),
    Option(("--no-engine",), "ask no engine for the base images", {"action": "store_true"}),
    Option(
        ("--build-network",),
        "with --rebuild: network of the builds (default: as recorded)",
        {"metavar": "MODE", "default": os.environ.get("JETTISON_BUILD_NETWORK") or None},
    ),
    Option(
        ("--before",),
        "with --rebuild: the Dockerfile from before, where it was not recorded",
        {"metavar": "FILE"},
    ),
    Option(("--build-arg",), "NAME=VALUE of a secret that was not recorded", {**_REPEAT, "metavar": "NAME=VALUE"}),
    Option(("--env",), "NAME=VALUE of a secret that was not recorded", {**_REPEAT, "metavar": "NAME=VALUE"}),
    Option(
        ("--probe-commands",),
        "with --rebuild: run the recorded commands on this machine (read them first)",
        {"action": "store_true"},
    ),
    Option(("--online",), "with --rebuild: let the containers reach out, if recorded so", {"action": "store_true"}),
    Option(("--format",), "text or json (default: text)", {"choices": ("text", "json"), "default": "text"}),
)


def run(args: argparse.Namespace) -> int:
    """Check the evidence; 0 when it still holds, 1 when it does not."""
    from dataclasses import replace

    from jettison.optimize.verify import verify

    engine = _engine(args)
    found = verify(args.file, args.project, engine)
    if args.rebuild and engine is not None:
        found = replace(found, proof=_rebuild(args, found, engine))
    sys.stdout.write(_json(found) if args.format == "json" else _text(found, Palette(wants_colour())))
    return 0 if found.holds else 1


def _engine(args: argparse.Namespace) -> Engine | None:
    from jettison.engine.find import find_engine
    from jettison.errors import EngineError, UsageError

    if args.no_engine:
        if args.rebuild:
            raise UsageError("--rebuild needs an engine: leave --no-engine out")
        return None
    try:
        return find_engine(args.engine)
    except EngineError:
        if args.rebuild or args.engine:
            raise
        return None


def _rebuild(args: argparse.Namespace, found: Verification, engine: Engine) -> Proof:
    from jettison.cli.optimize import pairs
    from jettison.engine.shield import ends_like_interrupt
    from jettison.optimize.verify import Rebuild, rebuild
    from jettison.report.progress import Progress

    with ends_like_interrupt(), Progress(sys.stderr) as progress:
        given = Rebuild(
            progress.say,
            progress.event,
            args.before,
            args.build_network,
            pairs("--build-arg", args.build_arg),
            pairs("--env", args.env),
            args.probe_commands,
            args.online,
        )
        return rebuild(args.file, found, engine, given)


def _text(found: Verification, palette: Palette) -> str:
    verdict = palette("holds", "green", "bold") if found.holds else palette("does not hold", "red", "bold")
    lines = [f"{palette(safe_line(found.path), 'bold')}: {verdict}"]
    lines += [
        f"  {palette(f'{check.state:<11}', _STYLE[check.state])} {safe_line(check.what)}: {safe_line(check.seen)}"
        for check in found.checks
    ]
    if found.proof is not None:
        lines.append("Proven anew")
    for claim in found.proof.claims if found.proof is not None else ():
        lines.append(f"  {palette(f'{claim.verdict:<11}', _STYLE[claim.verdict])} {safe_line(claim.title)}")
        lines += [f"              {safe_line(line)}" for line in claim.evidence[:2]]
    return "\n".join(lines) + "\n"


def _json(found: Verification) -> str:
    import json

    from jettison.report.optimize_json import claims_data

    data = {
        "version": 1,
        "file": found.path,
        "holds": found.holds,
        "recorded_verdict": found.verdict,
        "checks": [{"what": check.what, "state": check.state, "seen": check.seen} for check in found.checks],
        "claims": None if found.proof is None else claims_data(found.proof),
    }
    return json.dumps(data, indent=2) + "\n"
