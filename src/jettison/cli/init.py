"""`jettison init [PATH]`: a production Dockerfile and what belongs around it, for a project without one."""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.atomic import Replacement, replace_all
from jettison.cli.ask import ask, choose, confirm, is_interactive
from jettison.cli.options import Option
from jettison.errors import BuildError, EngineError, SourceError, UsageError
from jettison.terminal import Palette, safe, safe_line, wants_colour

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.generate.plan import Plan
    from jettison.generate.project_files import Generated, NewFile
    from jettison.generate.trial import Trial
    from jettison.model.context import BuildContext
    from jettison.project.service import Service

_REPEAT: Final = {"action": "append", "default": []}
OPTIONS: Final = (
    Option(("path",), "the folder of the project (default: this folder)", {"nargs": "?", "default": ".", "metavar": "PATH"}),
    Option(("-y", "--yes"), "ask nothing: take every default", {"action": "store_true"}),
    Option(("--service",), "only the program in this folder, where there are several; may be repeated", {**_REPEAT, "metavar": "FOLDER"}),
    Option(("--ecosystem",), "what the project is, where it is not recognised rightly (see docs/init.md)", {"metavar": "NAME", "default": ""}),
    Option(("--aim",), "safe, small or smallest: how far the base is cut down (default: small)", {"choices": ("safe", "small", "smallest"), "default": "small"}),
    Option(("--base",), "the base image to run on", {"metavar": "IMAGE", "default": ""}),
    Option(("--language-version",), "the version of the language", {"metavar": "VERSION", "default": ""}),
    Option(("--port",), "the port that the program listens on", {"type": int, "metavar": "PORT"}),
    Option(("--health",), "a path that answers GET when the program is well", {"metavar": "PATH", "default": ""}),
    Option(("--no-compose",), "write no Compose file", {"action": "store_true"}),
    Option(("--no-build",), "do not build and start the result, even with an engine", {"action": "store_true"}),
    Option(("--engine",), "docker, podman, or the path of a client (default: the first that answers)", {"metavar": "ENGINE"}),
    Option(("--build-network",), "network of the build (default: JETTISON_BUILD_NETWORK, else the engine's)", {"metavar": "MODE", "default": os.environ.get("JETTISON_BUILD_NETWORK") or None}),
    Option(("--env",), "NAME=VALUE for starting the result; may be repeated", {**_REPEAT, "metavar": "NAME=VALUE"}),
    Option(("--force",), "replace files that are there", {"action": "store_true"}),
    Option(("--anyway",), "write the files even when the image does not work", {"action": "store_true"}),
    Option(("--dry-run",), "print the files and write nothing", {"action": "store_true"}),
    Option(("--keep-image",), "keep the image that was built, as NAME:latest", {"action": "store_true"}),
)  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Recognise, ask, generate, check, prove, write."""
    from jettison.generate.project_files import compose_file, generate
    from jettison.model.context import BuildContext

    root = args.path
    if not os.path.isdir(root):
        raise SourceError(f"{root}: there is no such folder")
    asking = not args.yes and is_interactive()
    context = BuildContext(root, "Dockerfile", None, None)
    services = _wanted(context, args, asking)
    plans = [_plan(context, service, args, asking) for service in services]
    made = [generate(root, plan) for plan in plans]
    paint = Palette(wants_colour())
    for one in made:
        _show(one, paint)
    files = [file for one in made for file in one.files]
    extra = None if args.no_compose else compose_file(root, made)
    files += [extra] if extra else []
    _refuse_to_overwrite(root, files, args.force)
    if args.dry_run:
        for file in files:
            sys.stdout.write(f"\n===== {safe_line(file.path)}\n{safe(file.content.decode())}")
        return 0
    worst, writing = _prove_all(root, made, args, paint, asking)
    if writing and extra:
        files[-1] = compose_file(root, made, writing) or extra
    if (
        worst == "refuted"
        and not args.anyway
        and not (asking and confirm("It does not work as it is. Write it all the same?", False))
    ):
        sys.stderr.write("jettison: nothing was written: the result does not work; --anyway writes it all the same\n")
        return 1
    if asking and not confirm(f"Write {', '.join(file.path for file in files)}?"):
        sys.stderr.write("jettison: nothing was written\n")
        return 1
    replace_all([Replacement(os.path.join(root, file.path), file.before, file.content) for file in files])
    sys.stdout.write(f"wrote {', '.join(safe_line(file.path) for file in files)}\n")
    return 0 if worst != "refuted" else 1


def _wanted(context: BuildContext, args: argparse.Namespace, asking: bool) -> tuple[Service, ...]:
    """Return the services to write files for."""
    from jettison.knowledge.ecosystem import ecosystems
    from jettison.project.recognise import recognise

    if args.ecosystem and args.ecosystem not in ecosystems():
        raise UsageError(f"unknown ecosystem {args.ecosystem!r}: choose {', '.join(sorted(ecosystems()))}")
    found = recognise(context, args.ecosystem)
    if not found:
        raise SourceError(f"{args.path}: {_why_nothing(context, args.ecosystem)}")
    if args.service:
        wanted = {os.path.normpath(one) for one in args.service}
        chosen = tuple(one for one in found if os.path.normpath(one.folder or ".") in wanted)
        missing = wanted - {os.path.normpath(one.folder or ".") for one in chosen}
        if missing:
            raise UsageError(
                f"--service {sorted(missing)[0]}: no program there; found: {', '.join(one.folder or '.' for one in found)}"
            )
        return _one_for_each_folder(chosen)
    found = _one_for_each_folder(found)
    if len(found) == 1 or not asking:
        return found
    sys.stdout.write("There are several programs here:\n")
    names = [(one.folder or ".", one.title) for one in found]
    answer = choose("Which one?", [*names, ("all", "a Dockerfile for each, one Compose file")], "all")
    return found if answer == "all" else tuple(one for one in found if (one.folder or ".") == answer)


def _why_nothing(context: BuildContext, only: str) -> str:
    """Return, in words, what was looked for and what stands in its place."""
    from jettison.project.recognise import unstartable

    marked = unstartable(context)
    near = "; ".join(f"{path} marks {title}, but no program to start was found" for path, title in marked[:3])
    what = near or "no file marks a kind of project"
    ask = f"another --ecosystem than {only}" if only else "--ecosystem"
    return (
        f"nothing was recognised that can be started: {what}. {ask} names what it is; the files and start commands "
        "that are looked for are in docs/init.md"
    )


def _one_for_each_folder(found: tuple[Service, ...]) -> tuple[Service, ...]:
    """Return one service for each folder: there is one Dockerfile in it. Back ends go before mere pages."""
    best: dict[str, Service] = {}
    for one in found:
        there = best.get(one.folder)
        if there is None or (there.web_root and not one.web_root):
            best[one.folder] = one
    names = [one.name for one in best.values()]
    # Names of services are those of folders; where two are alike, the path tells them apart.
    return tuple(
        replace(one, name=one.folder.replace("/", "-").lower()) if names.count(one.name) > 1 and one.folder else one
        for one in best.values()
    )


def _plan(context: BuildContext, service: Service, args: argparse.Namespace, asking: bool) -> Plan:
    from jettison.generate.plan import make_plan
    from jettison.knowledge.ecosystem import AIMS
    from jettison.project.tree import Tree

    tree = Tree(context)
    tree = tree.below(service.folder) if service.folder else tree
    aim, port, version, health = args.aim, args.port, args.language_version, args.health
    if port is not None and not 0 < port < 65536:
        raise UsageError(f"--port {port}: a port is a number from 1 to 65535")
    if health and not health.startswith("/"):
        raise UsageError(f"--health {health!r}: a path begins with /")
    if asking:
        sys.stdout.write(f"{safe_line(service.folder or service.name)}: {safe_line(service.title)}\n")
        version = version or ask(
            f"Version of {service.ecosystem.version.name}?", service.version.text, _version_problem
        )
        if port is None:
            answer = ask("Port (none: it opens none)?", str(service.port or "none"), _port_problem)
            port = None if answer == "none" else int(answer)
            service = replace(service, port=port)
        if port and not health:
            answer = ask(
                "Path that tells whether it is well (tcp: only that the port is open)?",
                service.health or "tcp",
                _health_problem,
            )
            health = answer
        aim = choose("How small?", [("safe", "a base with a shell and a package manager"), ("small", "the smallest official base that fits"), ("smallest", "whatever is left out, it is")], aim) if args.aim == "small" else aim  # fmt: skip
    assert aim in AIMS
    features = _features(args)
    return make_plan(
        service,
        tree,
        aim=aim,
        port=port,
        version=version,
        base=args.base,
        health=health,
        mounts=features[0],
        link=features[1],
    )


def _version_problem(answer: str) -> str:
    return "" if answer and all(char.isalnum() or char in ".-" for char in answer) else "a version looks like 3.12"


def _port_problem(answer: str) -> str:
    good = answer == "none" or (answer.isdigit() and 0 < int(answer) < 65536)
    return "" if good else "a port is a number from 1 to 65535"


def _health_problem(answer: str) -> str:
    return (
        ""
        if answer == "tcp" or (answer.startswith("/") and " " not in answer and "'" not in answer)
        else "a path begins with /"
    )


_ENGINES: dict[str | None, Engine | str] = {}


def _engine(args: argparse.Namespace) -> Engine | str:
    """Return the engine, or in words why there is none."""
    from jettison.engine.find import find_engine

    if args.no_build or args.dry_run:
        return "not asked for (--no-build)"
    if args.engine not in _ENGINES:
        try:
            _ENGINES[args.engine] = find_engine(args.engine)
        except EngineError as error:
            if args.engine:
                raise
            _ENGINES[args.engine] = str(error)
    return _ENGINES[args.engine]


def _features(args: argparse.Namespace) -> tuple[bool, bool]:
    """Return whether cache mounts and linked copies can be used; without an engine, what every current one reads."""
    engine = _engine(args)
    return (True, True) if isinstance(engine, str) else (engine.features.mounts, engine.features.link)


def _show(made: Generated, paint: Palette) -> None:
    from jettison.report.init_text import render_ignore, render_plan

    sys.stdout.write(render_plan(made, paint))
    if made.ignore:
        sys.stdout.write(render_ignore([line for line in made.ignore if line.bytes], made.sent_before, paint))
    for finding in made.findings:
        # A generated file of which our own rules complain is our mistake; it is not hidden.
        sys.stdout.write(f"  {paint('finding', 'yellow')}     {safe_line(finding.code)} {safe_line(finding.message)}\n")
    if not made.findings:
        sys.stdout.write("  rules       nothing found by `jettison check`\n")


def _refuse_to_overwrite(root: str, files: Sequence[NewFile], force: bool) -> None:
    # Lines are only added to an ignore file: what stands there stays.
    there = [file.path for file in files if file.before is not None and os.path.basename(file.path) != ".dockerignore"]
    if there and not force:
        raise UsageError(
            f"{', '.join(there)}: there already; --force replaces it (`jettison optimize` improves a Dockerfile that is there)"
        )


def _prove_all(
    root: str, made: Sequence[Generated], args: argparse.Namespace, paint: Palette, asking: bool
) -> tuple[str, frozenset[str]]:
    """Build and start every result; return (the worst verdict, names of services that need to write)."""
    engine = _engine(args)
    if isinstance(engine, str):
        sys.stdout.write(f"  not built, so not proven: {safe_line(engine)}\n")
        return "not proven", frozenset()
    if asking and not confirm("Build it and see whether it works?"):
        return "not proven", frozenset()
    seen = {one.plan.service.name: _prove(root, one, engine, args, paint) for one in made}
    verdicts = {verdict for verdict, _ in seen.values()}
    worst = next((verdict for verdict in ("refuted", "not proven") if verdict in verdicts), "proven")
    return worst, frozenset(name for name, (_, read_only) in seen.items() if not read_only)


def _prove(root: str, made: Generated, engine: Engine, args: argparse.Namespace, paint: Palette) -> tuple[str, bool]:
    """Return (verdict, whether it works where only /tmp can be written) of one result."""
    from jettison.engine.failure import registry_is_silent
    from jettison.generate.project_files import staged
    from jettison.generate.trial import build_request, try_image
    from jettison.report.init_text import render_trial
    from jettison.report.progress import Progress

    service = made.plan.service
    folder = os.path.join(root, service.folder) if service.folder else root
    own = {os.path.basename(file.path): file.content for file in made.files}
    tag = f"{service.name}:latest" if args.keep_image else f"jettison/init:{uuid.uuid4().hex[:10]}"
    try:
        with staged(folder, own) as place, Progress(sys.stderr) as progress:
            progress.say(f"building and starting {service.name}")
            request = build_request(place, made, tag, args.build_network, own.get(".dockerignore"))
            trial: Trial = try_image(engine, request, made, _pairs(args.env), progress.event)
        sys.stdout.write(render_trial(trial, made.plan.volumes, paint))
        return trial.verdict, trial.read_only
    except BuildError as error:
        if registry_is_silent(error):
            sys.stdout.write(f"  not built, so not proven: a registry does not answer: {safe_line(str(error))}\n")
            return "not proven", True
        sys.stdout.write(f"  {paint('FAIL', 'red')} it does not build: {safe_line(str(error))}\n")
        sys.stdout.write("".join(f"  | {safe_line(line)}\n" for line in error.more[-12:]))
        return "refuted", True
    finally:
        if not args.keep_image:
            engine.remove_image(tag)


def _pairs(values: list[str]) -> dict[str, str]:
    pairs = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise UsageError("--env expects NAME=VALUE")
        pairs[name] = text
    return pairs
