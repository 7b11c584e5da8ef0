"""Node.js with npm: dependencies installed in a build stage, the slim image of the same release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from jettison.knowledge.bases import slim_tag
from jettison.knowledge.musl_bases import musl_tag
from jettison.rewrite.alpine import builds_on_musl
from jettison.rewrite.candidates import Change
from jettison.rewrite.health_probe import probe_words
from jettison.rewrite.multistage import (
    Job,
    NotUnderstood,
    Recipe,
    build_pieces,
    copies_everything,
    kept_packages,
    mounted,
    target_of,
)
from jettison.rules.runtime.shell_form_entry import plain_argv

CACHE: Final = "/root/.npm"
_INSTALL: Final = re.compile(
    r"\bnpm\s+(?:install|i|ci)\b(?:\s+--(?:production|omit=dev|no-audit|no-fund|save))*(?=\s*(?:$|&&|;|\\))",
    re.MULTILINE,
)
_PLAIN_START: Final = re.compile(r"node(?:\s+[\w./=:@-]+)+\Z")


def recipes(job: Job) -> Iterable[Recipe]:
    """Yield the recipe for a Node.js server whose start command is plain."""
    base = job.model.stages[0].base
    slim = slim_tag(base.name, base.tag)
    if base.name != "node" or slim is None:
        raise NotUnderstood(f"line {job.pieces.from_.node.start_line}: only full node images are split yet")
    installs = [piece for piece in job.pieces.body if piece.node.keyword == "RUN" and _INSTALL.search(piece.text)]
    if len(installs) != 1:
        raise NotUnderstood("one RUN with one `npm install` from the manifest was expected")
    for run in job.model.runs:
        for command in run.commands:
            if command.name not in ("apt-get", "apt", "npm", "rm", "set", "mkdir", "echo", "true"):
                raise NotUnderstood(
                    f"line {run.instruction.start_line}: it is not known what `{command.name}` leaves behind"
                )
            if command.name == "npm" and command.arguments[:1] == ("run",):
                raise NotUnderstood(
                    f"line {run.instruction.start_line}: a project with a build script is not split yet"
                )
    argv = _argv(job)
    if not job.scope.workdir or job.scope.workdir == "/":
        raise NotUnderstood("without a WORKDIR it is not clear where the program lives")
    changes = [Change("prod-deps", "development dependencies stay out of the image")]
    if job.features.mounts and "cache-mounts" not in job.without:
        changes.append(Change("cache-mounts", "npm's downloads survive between builds"))
    if "manifests-first" not in job.without:
        changes.append(Change("manifests-first", "dependencies are installed before the source is copied"))
    packages = tuple(dict.fromkeys((*job.evidence.runtime_packages, *kept_packages(job))))
    setup = ""
    if packages:
        setup = (
            "RUN apt-get update \\\n    && apt-get install -y --no-install-recommends "
            f"{' '.join(packages)} \\\n    && rm -rf /var/lib/apt/lists/*\n"
        )
    modules = f"{job.scope.workdir}/node_modules"
    copies = "".join(
        p.text.replace("\r\n", "\n")
        for p in job.pieces.body
        if p.node.keyword in ("COPY", "ADD") and not _only_manifest(p.text)
    )
    copies += f"COPY --from=build {modules} {modules}\n"
    health = None
    if job.project.port:
        health = json.dumps(probe_words("node", job.project, job.project.port))
    recipe = Recipe(
        f"node:{slim}",
        _build_stage(job),
        setup,
        copies,
        argv,
        health,
        "node",
        "",
        ("NODE_ENV=production",),
        ("NPM_", "npm_"),
        tuple(changes),
    )
    yield recipe
    musl = musl_tag(base.name, base.tag)
    if musl is not None and builds_on_musl(job, packages, "node_modules"):
        yield recipe._replace(base=f"node:{musl}", build_base=f"node:{musl}")


def _only_manifest(text: str) -> bool:
    return all(word.startswith("package") for word in text.split()[1:-1])


def _argv(job: Job) -> tuple[str, ...] | None:
    node = job.scope.cmd
    if node is None or job.scope.entrypoint is not None:
        raise NotUnderstood("a CMD without ENTRYPOINT was expected")
    argv = [word.value for word in node.words] if node.form == "exec" else plain_argv(job.model, node)
    if argv and argv[0] == "node":
        return None
    if argv not in (["npm", "start"], ["npm", "run", "start"]):
        raise NotUnderstood(f"line {node.start_line}: the start command was not understood")
    script = str((_manifest(job).get("scripts") or {}).get("start") or "")
    if not _PLAIN_START.match(script):
        raise NotUnderstood("package.json: the start script is not a plain `node FILE`")
    return tuple(script.split())


def _manifest(job: Job) -> dict[str, Any]:
    try:
        data = json.loads(job.model.context.read("package.json")) if job.model.context else {}
    except ValueError:
        data = {}
    return data if isinstance(data, dict) else {}


def _build_stage(job: Job) -> str:
    out: list[str] = []
    locked = any(name != "package.json" for name in job.project.manifests)
    command = f"npm {'ci' if locked else 'install'} --omit=dev"
    for piece in build_pieces(job):
        text = piece.text.replace("\r\n", "\n")
        if copies_everything(piece) and "manifests-first" not in job.without:
            text = f"COPY {' '.join(job.project.manifests)} {target_of(piece)}\n"
        elif (
            piece.node.keyword in ("COPY", "ADD") and not _only_manifest(text) and "manifests-first" not in job.without
        ):
            continue
        elif piece.node.keyword == "RUN" and _INSTALL.search(text):
            text = _INSTALL.sub(command, mounted(job, piece, CACHE), count=1)
        out.append(piece.lead.replace("\r\n", "\n") + text)
    return "".join(out)
