"""`jettison optimize PROJECT`: the main job."""

from __future__ import annotations

import argparse
import os
import sys
from shlex import quote
from typing import TYPE_CHECKING, Final

from jettison.cli.options import COUNTED, Option
from jettison.errors import UsageError
from jettison.terminal import Palette, safe_line, wants_colour

if TYPE_CHECKING:
    from jettison.optimize.branch import Repository
    from jettison.optimize.records import Outcome, Request


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
        ("--env-file",),
        "a file of NAME=VALUE lines for running both images; may be repeated",
        {**_REPEAT, "metavar": "FILE"},
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
    Option(
        ("--probe-cmd",),
        "a shell command to run on this machine against each container, with JETTISON_ADDRESS and JETTISON_PORT",
        {**_REPEAT, "metavar": "COMMAND"},
    ),
    Option(
        ("--no-services",),
        "do not start the services that a Compose file beside the project says it depends on",
        {"action": "store_true"},
    ),
    Option(("--online",), "let the containers reach the outside network", {"action": "store_true"}),
    Option(("--touch",), "the source file that the rebuild changes, relative to PROJECT", {"metavar": "FILE"}),
    Option(
        ("--dependency-change",),
        "measure also a rebuild after a change of the file with the dependencies (about as long as both builds again)",
        {"action": "store_true"},
    ),
    Option(
        ("--aim",),
        "safe: a base with a shell and a package manager; small (default): the first proven; smallest: all are measured",
        {"choices": ("safe", "small", "smallest"), "default": "small"},
    ),
    Option(
        ("--no-trace",), "do not watch which files the original opens (needs root anyway)", {"action": "store_true"}
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
    Option(
        ("--evidence",),
        "write what was done, measured and concluded to FILE, for `jettison verify` (usually jettison-evidence.json)",
        {"metavar": "FILE"},
    ),
    Option(
        ("--commit",),
        "make a git branch with one commit for each change, when everything is proven",
        {"nargs": "?", "const": "", "metavar": "BRANCH"},
    ),
    Option(
        ("--no-cache",),
        "run anew although an earlier run proved the same content (--html, --evidence and --commit always do)",
        {"action": "store_true"},
    ),
    *COUNTED,
    Option(("--all",), "list every finding, with all of the evidence", {"action": "store_true"}),
)


def run(args: argparse.Namespace) -> int:
    """Optimise one project, report, and with --write put the proven result in place."""
    from jettison.engine.shield import ends_like_interrupt
    from jettison.optimize.job import optimize
    from jettison.report.progress import Progress

    request = _request(args)
    repository = _repository(args, request)
    with ends_like_interrupt():
        with Progress(sys.stderr) as progress:
            outcome = optimize(request, progress.say, progress.event)
        _print(outcome, args)
        if args.evidence:
            _write_evidence(outcome, args.evidence)
        if repository is not None:
            _commit(outcome, repository, args.commit)
        if args.write:
            return _write(outcome, args.unproven)
    return 0 if outcome.verdict in ("proven", "unchanged") else 1


def _request(args: argparse.Namespace) -> Request:
    from jettison.cli.known import said_of
    from jettison.optimize.records import Request
    from jettison.settings.find import Finder

    said = Finder().settings_for(args.project.rstrip("/") + "/").optimize
    return Request(
        project=args.project,
        dockerfile=args.file,
        engine=args.engine,
        build=not args.no_build,
        network=args.build_network,
        build_args={**said.build_args, **pairs("--build-arg", args.build_arg)},
        probes=(*said.probes, *args.probe),
        checks=(*said.checks, *args.check),
        env={**said.env, **_env_files(args.env_file), **pairs("--env", args.env)},
        budget_seconds=args.budget,
        aim=args.aim,
        trace=not args.no_trace,
        source_file=args.touch or said.touch or None,
        probe_commands=tuple(args.probe_cmd),
        online=args.online,
        commit=args.commit is not None,
        services=not args.no_services,
        dependency_change=args.dependency_change,
        recorded=not (args.no_cache or args.html or args.evidence),
        said=said_of(args),
    )


def _repository(args: argparse.Namespace, request: Request) -> Repository | None:
    # Asked before the long work: what can only fail should fail at once.
    if args.commit is None:
        return None
    if args.write:
        raise UsageError("--commit writes to a branch and --write to your files: give one of them")
    from jettison.optimize.branch import Repository

    return Repository(request.project)


def _env_files(paths: list[str]) -> dict[str, str]:
    from jettison.optimize.env_file import read_env_file

    return {name: value for path in paths for name, value in read_env_file(path).items()}


def _write_evidence(outcome: Outcome, path: str) -> None:
    from jettison.atomic import write_whole
    from jettison.optimize.evidence import render_evidence

    write_whole(path, render_evidence(outcome, path))
    sys.stderr.write(f"jettison: wrote the evidence to {safe_line(path)}\n")


def _commit(outcome: Outcome, repository: Repository, name: str) -> None:
    if outcome.verdict != "proven" or outcome.chosen is None:
        sys.stderr.write("jettison: no branch was made: there is no proven change\n")
        return
    from jettison.optimize.accept import commit

    branch, titles = commit(outcome, repository, name)
    sys.stderr.write(f"jettison: made the branch {safe_line(branch)} with {len(titles)} commits:\n")
    sys.stderr.write("".join(f"  {safe_line(title)}\n" for title in titles))


def pairs(option: str, values: list[str]) -> dict[str, str]:
    """Return the pairs of a repeated NAME=VALUE option. Raises UsageError."""
    pairs = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} expects NAME=VALUE")
        pairs[name] = text
    return pairs


def _print(outcome: Outcome, args: argparse.Namespace) -> None:
    if args.html:
        from jettison.atomic import write_report
        from jettison.report.html.optimize_page import render_outcome_page

        write_report(args.html, render_outcome_page(outcome))
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
    from jettison.optimize.accept import NotAccepted, write

    try:
        written = write(outcome, unproven)
    except NotAccepted as refusal:
        sys.stderr.write(f"jettison: nothing was written: {safe_line(str(refusal))}\n")
        return 1
    if written:
        names = ", ".join(safe_line(path) for path in written)
        sys.stderr.write(
            f"jettison: wrote {names}; `jettison undo {safe_line(quote(outcome.request.project))}` takes that back\n"
        )
    return 0
