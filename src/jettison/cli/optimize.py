"""`jettison optimize PROJECT`: the main job."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.atomic import Replacement, replace_all
from jettison.cli.options import Option
from jettison.errors import UsageError
from jettison.terminal import Palette, safe_line, wants_colour

if TYPE_CHECKING:
    from jettison.optimize.records import Outcome


def duration(text: str) -> float:
    """Return the seconds of a time such as 90, 90s, 10m or 1.5h."""
    unit = {"s": 1.0, "m": 60.0, "h": 3600.0}.get(text[-1:])
    try:
        seconds = float(text[:-1]) * unit if unit else float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: a number with s, m or h was expected, as in 10m")
    return seconds


_REPEAT: Final = {"action": "append", "default": []}
OPTIONS: Final = (
    Option(
        ("project",),
        "the folder that is the build context (default: this folder)",
        {"nargs": "?", "default": ".", "metavar": "PROJECT"},
    ),
    Option(("-f", "--file"), "the Dockerfile (default: PROJECT/Dockerfile)", {"metavar": "FILE"}),
    Option(("--write",), "write Dockerfile and .dockerignore when everything is proven", {"action": "store_true"}),
    Option(
        ("--unproven",),
        "with --write: write also what could not be proven (never what was refuted)",
        {"action": "store_true"},
    ),
    Option(("--no-build",), "only analyse and rewrite; start no engine", {"action": "store_true"}),
    Option(
        ("--engine",),
        "docker, podman, or the path of a client (default: the first that answers)",
        {"metavar": "ENGINE"},
    ),
    Option(
        ("--build-network",),
        "network of the builds (default: JETTISON_BUILD_NETWORK, else the engine's)",
        {"metavar": "MODE", "default": os.environ.get("JETTISON_BUILD_NETWORK") or None},
    ),
    Option(("--build-arg",), "NAME=VALUE for both builds; may be repeated", {**_REPEAT, "metavar": "NAME=VALUE"}),
    Option(
        ("--env",),
        "NAME=VALUE for running both images; may be repeated",
        {**_REPEAT, "metavar": "NAME=VALUE"},
    ),
    Option(
        ("--probe",),
        "an HTTP request to compare: PATH or 'METHOD PATH'; may be repeated",
        {**_REPEAT, "metavar": "PROBE"},
    ),
    Option(
        ("--check",),
        "a shell command to run in both containers and compare; may be repeated",
        {**_REPEAT, "metavar": "COMMAND"},
    ),
    Option(("--touch",), "the source file that the rebuild changes, relative to PROJECT", {"metavar": "FILE"}),
    Option(
        ("--aim",),
        "safe: a base with a shell and a package manager; small (default) and smallest: only what is needed",
        {"choices": ("safe", "small", "smallest"), "default": "small"},
    ),
    Option(
        ("--budget",),
        "time after which no further candidate is tried, as in 600, 10m or 1h (default: 30m)",
        {"type": duration, "default": 1800.0, "metavar": "TIME"},
    ),
    Option(
        ("--format",),
        "text, json or markdown, for a pull request (default: text)",
        {"choices": ("text", "json", "markdown"), "default": "text", "metavar": "FORMAT"},
    ),
    Option(("--html",), "write a page with before and after side by side to this file", {"metavar": "FILE"}),
    Option(("--all",), "list every finding in the report", {"action": "store_true"}),
)


def run(args: argparse.Namespace) -> int:
    """Optimise one project, report, and with --write put the proven result in place."""
    from jettison.optimize.job import optimize
    from jettison.optimize.records import Request
    from jettison.report.progress import Progress
    from jettison.settings.find import Finder

    said = Finder().settings_for(args.project.rstrip("/") + "/").optimize
    request = Request(
        project=args.project,
        dockerfile=args.file,
        engine=args.engine,
        build=not args.no_build,
        network=args.build_network,
        build_args={**said.build_args, **_pairs("--build-arg", args.build_arg)},
        probes=(*said.probes, *args.probe),
        checks=(*said.checks, *args.check),
        env={**said.env, **_pairs("--env", args.env)},
        budget_seconds=args.budget,
        aim=args.aim,
        source_file=args.touch or said.touch or None,
    )
    with Progress(sys.stderr) as progress:
        outcome = optimize(request, progress.say, progress.event)
    _print(outcome, args)
    if args.write:
        return _write(outcome, args.unproven)
    return 0 if outcome.verdict in ("proven", "unchanged") else 1


def _pairs(option: str, values: list[str]) -> dict[str, str]:
    pairs = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} expects NAME=VALUE, not {name!r}")
        pairs[name] = text
    return pairs


def _print(outcome: Outcome, args: argparse.Namespace) -> None:
    if args.html:
        from jettison.lint.baseline import write_text
        from jettison.report.html.optimize_page import render_outcome_page

        write_text(args.html, render_outcome_page(outcome))
    if args.format == "json":
        from jettison.report.optimize_json import render_json

        sys.stdout.write(render_json(outcome))
        return
    if args.format == "markdown":
        from jettison.report.optimize_markdown import render_outcome_markdown

        sys.stdout.write(render_outcome_markdown(outcome))
        return
    from jettison.report.optimize_text import render_outcome

    sys.stdout.write(render_outcome(outcome, Palette(wants_colour()), args.all))


def _write(outcome: Outcome, unproven: bool) -> int:
    if outcome.verdict == "unchanged":
        return 0
    if outcome.chosen is None or not (outcome.verdict == "proven" or (unproven and outcome.verdict == "not proven")):
        sys.stderr.write("jettison: nothing was written: the result is not proven\n")
        return 1
    replacements = [Replacement(outcome.dockerfile, outcome.source.data, outcome.chosen.dockerfile)]
    if outcome.chosen.dockerfile == outcome.source.data:
        replacements = []
    if outcome.chosen.dockerignore is not None:
        replacements.append(Replacement(outcome.ignore_path, outcome.ignore_before, outcome.chosen.dockerignore))
    replace_all(replacements)
    sys.stderr.write(f"jettison: wrote {', '.join(safe_line(r.path) for r in replacements)}\n")
    return 0
