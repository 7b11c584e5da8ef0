"""Go: a static binary, the files it reads at run time, and nothing else."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Final

from jettison.knowledge.musl_bases import ALPINE, ALPINE_BYTES, APK, apk_add
from jettison.rewrite.candidates import Change
from jettison.rewrite.health_probe import go_probe, probe_words
from jettison.rewrite.multistage import (
    Job,
    NotUnderstood,
    Recipe,
    build_pieces,
    copies_everything,
    kept_packages,
    mounted,
)
from jettison.rewrite.pieces import Piece
from jettison.rules.runtime.shell_form_entry import plain_argv

STATIC_BASE: Final = "gcr.io/distroless/static-debian12:nonroot"
DEBIAN_BASE: Final = "debian:bookworm-slim"
# What the static base brings as files.
IN_STATIC: Final = frozenset(("tzdata", "ca-certificates", "netbase", "base-files"))
BASE_BYTES: Final = 2_000_000
PROBE_BYTES: Final = 900_000
CACHES: Final = ("/go/pkg/mod", "/root/.cache/go-build")
_BUILD: Final = re.compile(r"\bgo build\b")
_MODULE: Final = re.compile(r"^module\s+(\S+)", re.MULTILINE)
# A module of version 2 and later ends with it; its program does not.
_VERSION: Final = re.compile(r"/v\d+\Z")
# Flags of `go build` whose value is the next word. source: go help build
_VALUE_FLAGS: Final = frozenset(
    "asmflags buildmode compiler coverpkg gccgoflags gcflags installsuffix ldflags mod modfile o overlay p pgo pkgdir tags toolexec C".split()
)
_CGO: Final = re.compile(r'import\s+"C"|mattn/go-sqlite3|confluent-kafka-go')
_ZONES: Final = re.compile(r"\btime\.LoadLocation\b")
_STRING: Final = re.compile(r'"([\w./*-]{2,200})"')
# System calls alone: with the package net the program would be more than twice as large.


def recipes(job: Job) -> Iterable[Recipe]:
    """Yield the recipes for a Go project, smallest base first."""
    texts = (
        [job.model.context.read(path).decode("utf-8", "replace") for path in job.project.sources]
        if job.model.context
        else []
    )
    if any(_CGO.search(text) for text in texts):
        raise NotUnderstood("the program is linked with C (cgo); a static binary would not be the same")
    builds = [piece for piece in job.pieces.body if piece.node.keyword == "RUN" and _BUILD.search(piece.text)]
    if len(builds) != 1:
        raise NotUnderstood("one RUN with one `go build` was expected")
    binary = _binary(job, builds[0])
    argv = _argv(job)
    if posixpath.normpath(posixpath.join(job.scope.workdir or "/", argv[0])) != binary:
        raise NotUnderstood(f"the start command runs {argv[0]}, the build writes {binary}")
    packages = tuple(name for name in kept_packages(job) if name not in IN_STATIC)
    changes = [Change("strip", "a static binary without debugging tables")]
    if job.features.mounts and "cache-mounts" not in job.without:
        changes.append(Change("cache-mounts", "compiler and module caches survive between builds"))
    copies = "".join(f"COPY --from=build {path} {path}\n" for path in (binary, *_data(job, texts)))
    health, probe = _health(job)
    build = _build_stage(job, builds[0], probe)
    if probe:
        copies += "COPY --from=build /jettison/probe /jettison/probe\n"
    setup = ""
    base, user, user_setup = STATIC_BASE, "65532:65532", ""
    if packages:
        base = DEBIAN_BASE
        setup = f"RUN apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)} \\\n    && rm -rf /var/lib/apt/lists/*\n"
    yield Recipe(
        base,
        build,
        setup,
        copies,
        None,
        health,
        user,
        user_setup,
        (),
        ("GO", "CGO"),
        tuple(changes),
        _size(job, base, binary),
    )
    if not packages and "alpine" not in job.without:
        yield _on_alpine(job, builds[0], (binary, *_data(job, texts)), changes, texts)


def _on_alpine(job: Job, build: Piece, paths: tuple[str, ...], changes: list[Change], texts: list[str]) -> Recipe:
    """Return the recipe for a base with a shell and a package manager, whose own wget asks for its health."""
    zones = any(_ZONES.search(text) for text in texts) and not any('"time/tzdata"' in text for text in texts)
    size = _size(job, STATIC_BASE, paths[0])
    health = None
    if job.project.port is not None and job.scope.healthcheck is None:
        health = json.dumps(probe_words("busybox", job.project, job.project.port))
    return Recipe(
        ALPINE,
        _build_stage(job, build, ""),
        apk_add([APK["tzdata"]] if zones else []),
        "".join(f"COPY --from=build {path} {path}\n" for path in paths),
        None,
        health,
        "65532:65532",
        "",
        (),
        ("GO", "CGO"),
        tuple(changes),
        None if size is None else size - BASE_BYTES - PROBE_BYTES + ALPINE_BYTES,
    )


def _size(job: Job, base: str, binary: str) -> int | None:
    """Return the predicted bytes: the program and the probe without their debugging tables, and the base."""
    image = job.evidence.image
    entry = image.find(binary) if image is not None else None
    if entry is None or base != STATIC_BASE:
        return None
    return BASE_BYTES + PROBE_BYTES + int(entry.size * 0.7)


def _argv(job: Job) -> list[str]:
    node = job.scope.entrypoint or job.scope.cmd
    if node is None:
        raise NotUnderstood("there is no CMD or ENTRYPOINT")
    argv = [word.value for word in node.words] if node.form == "exec" else plain_argv(job.model, node)
    if not argv:
        raise NotUnderstood(f"line {node.start_line}: the start command needs a shell")
    return argv


def _binary(job: Job, piece: Piece) -> str:
    workdir = job.model.scope_at(piece.node, job.model.stages[0]).workdir or "/go"
    run = next(run for run in job.model.runs if run.instruction is piece.node)
    command = next((c for c in run.commands if c.name == "go" and c.arguments[:1] == ("build",)), None)
    if command is None or run.has_error or any(c.name == "cd" for c in run.commands):
        raise NotUnderstood(f"line {piece.node.start_line}: the build command was not understood")
    arguments = command.arguments
    if "-o" in arguments[:-1]:
        target = arguments[arguments.index("-o") + 1]
        if target.endswith("/"):
            raise NotUnderstood("`go build -o` names a folder")
        return posixpath.normpath(posixpath.join(workdir, target))
    name = _program_name(job, _packages(arguments[1:]))
    if not name:
        raise NotUnderstood("the name of the program that `go build` writes is not clear; use -o")
    return posixpath.join(workdir, name)


def _packages(arguments: Sequence[str]) -> list[str]:
    """Return what is built: packages or files."""
    found = []
    at = 0
    while at < len(arguments):
        if arguments[at].startswith("-"):
            at += arguments[at].lstrip("-") in _VALUE_FLAGS
        else:
            found.append(arguments[at])
        at += 1
    return found


def _program_name(job: Job, packages: Sequence[str]) -> str:
    """Return the name of the program: that of the first file, of the one folder, or of the module; "" where unclear."""
    if packages and all(path.endswith(".go") for path in packages):
        return posixpath.basename(packages[0]).removesuffix(".go")
    if len(packages) > 1 or any("..." in path for path in packages):
        return ""
    place = posixpath.normpath(packages[0]) if packages else "."
    if place != ".":
        return posixpath.basename(place) if packages[0].startswith("./") else ""
    manifest = job.model.context.read("go.mod").decode("utf-8", "replace") if job.model.context else ""
    module = _MODULE.search(manifest)
    return _VERSION.sub("", module[1]).rsplit("/", 1)[-1] if module is not None else ""


def _build_stage(job: Job, build: Piece, probe: str) -> str:
    out: list[str] = []
    for piece in build_pieces(job):
        text = piece.text.replace("\r\n", "\n")
        if copies_everything(piece) and "manifests-first" not in job.without and _has_requirements(job):
            mount = (
                f"--mount=type=cache,target={CACHES[0]} "
                if job.features.mounts and "cache-mounts" not in job.without
                else ""
            )
            out.append(f"COPY {' '.join(m for m in job.project.manifests)} ./\nRUN {mount}go mod download\n")
            if probe:
                out.append(probe)
                probe = ""
        elif copies_everything(piece) and probe:
            out.append(probe)
            probe = ""
        if piece is build:
            text = mounted(job, piece, *CACHES)
            flags = (
                "CGO_ENABLED=0 go build"
                if "-ldflags" in text or "strip" in job.without
                else 'CGO_ENABLED=0 go build -ldflags="-s -w"'
            )
            text = _BUILD.sub(flags, text, count=1)
        out.append(piece.lead.replace("\r\n", "\n") + text)
    return "".join(out) + probe


def _has_requirements(job: Job) -> bool:
    return "go.sum" in job.project.manifests


def _health(job: Job) -> tuple[str | None, str]:
    if job.project.port is None or "healthcheck" in job.without or job.scope.healthcheck is not None:
        return None, ""
    quoted = " \\\n        ".join(f"'{line}'" for line in go_probe(job.project))
    flags = "".join(f"--mount=type=cache,target={cache} " for cache in CACHES)
    mount = flags if job.features.mounts and "cache-mounts" not in job.without else ""
    probe = (
        "# A health probe that needs no shell: one request, exit code 0 when the answer is 2xx.\n"
        f"RUN {mount}mkdir -p /jettison && printf '%s\\n' \\\n        {quoted} > /jettison/probe.go \\\n"
        '    && CGO_ENABLED=0 go build -ldflags="-s -w" -o /jettison/probe /jettison/probe.go\n'
    )
    return '["/jettison/probe"]', probe


def _data(job: Job, texts: list[str]) -> list[str]:
    """Return the folders and files below WORKDIR that the program may read when it runs."""
    context = job.model.context
    if context is None:
        return []
    named = {match for text in texts for match in _STRING.findall(text)}
    tops: dict[str, bool] = {}
    for file in context.files():
        top = file.path.split("/", 1)[0]
        tops[top] = tops.get(top, False) or file.path.endswith(".go")
    found = []
    for top, has_go in sorted(tops.items()):
        mentioned = any(name.strip("./").split("/", 1)[0] == top for name in named)
        if mentioned and (not has_go) and top not in ("go.mod", "go.sum", "Dockerfile"):
            found.append(posixpath.join(_context_target(job), top))
    return found


def _context_target(job: Job) -> str:
    for piece in job.pieces.body:
        if copies_everything(piece):
            workdir = job.model.scope_at(piece.node, job.model.stages[0]).workdir or "/go"
            return posixpath.normpath(posixpath.join(workdir, piece.node.words[1].value))
    return job.scope.workdir or "/"
