"""The general rewrite: the user's stages stay as they are, and a final stage takes only what the program needs.

What that is comes from the built original (`jettison.needs`), not from a recipe for one language. Two forms:
a root file system of whole packages on scratch, and the slim form of the same base.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.image.attribution import layer_origins
from jettison.knowledge.bases import slim_tag
from jettison.knowledge.runtime_files import BUILD_ONLY, DEPENDENCIES, PROBES
from jettison.model.context import IgnoreFile
from jettison.model.dockerfile import build_model
from jettison.needs.needs import Asked, Needs, find_needs
from jettison.rewrite.candidates import Candidate, Change, Evidence
from jettison.rewrite.copies import copies
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.inplace import fixed
from jettison.rewrite.intent import intended
from jettison.rewrite.java_runtime import FOLDER, Linked, linked
from jettison.rewrite.pieces import RUNTIME, Piece, Pieces, split_final
from jettison.rewrite.quote import quoted, sayable
from jettison.rewrite.rootfs import apt_install, rootfs_stage
from jettison.rewrite.start import argv_of, script_argv
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.engine.base import Features
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.project.detect import Project

_NOT_GIVEN: Final = frozenset(("var", "var/lib", "var/cache", "var/tmp", "var/spool", "var/lib/dpkg"))
# Bytes below which a program's symbol table is left alone.
MIN_STRIP: Final = 512 * 1024
HEALTH: Final = "HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \\\n    CMD "


class _Job:
    """One project on its way to a new final stage."""

    def __init__(
        self, model: Model, project: Project, features: Features, evidence: Evidence, without: frozenset[str]
    ) -> None:
        assert evidence.image is not None and evidence.hints is not None
        self.original = model
        self.project = project
        self.features = features
        self.evidence = evidence
        self.image: Image = evidence.image
        self.config = sayable(self.image.config)
        self.without = without
        text, self.changes = fixed(model, without)
        self.model = build_model(parse(text, model.path), model.context)
        self.pieces: Pieces | None = split_final(self.model)
        self.argv: list[str] | None = None
        self.probe: list[str] | None = None
        self.health_added = False
        self.java: Linked | None = None

    @property
    def stage(self) -> Stage:
        return self.model.stages[-1]


def assembled(
    model: Model, project: Project, features: Features, evidence: Evidence, without: frozenset[str]
) -> tuple[Candidate, ...]:
    """Return the candidates whose final stage is put together anew; none without the built original."""
    if "multi-stage" in without or evidence.image is None or evidence.hints is None or model.final is None:
        return ()
    if model.final is not model.stages[-1] or any(model.instructions("ONBUILD")):
        return ()
    job = _Job(model, project, features, evidence, without)
    if job.pieces is None or job.model.final is None:
        return ()
    needs = _needs(job)
    if needs is None:
        return ()
    found = [_candidate(job, needs, None)]
    slim = _slim_base(job.original)
    if slim is not None:
        found.append(_candidate(job, needs, slim))
    return tuple(found)


def _slim_base(model: Model) -> str | None:
    assert model.final is not None
    base = model.lineage(model.final)[0].base
    tag = slim_tag(base.name, base.tag)
    return f"{base.name}:{tag}" if tag and not base.unresolved and base.digest is None else None


def _needs(job: _Job) -> Needs | None:
    """Return what the image needs with the start command and the health check that it will have."""
    scope = job.model.end_scope(job.stage)
    entry, command = argv_of(job.model, scope.entrypoint), argv_of(job.model, scope.cmd)
    start: tuple[str, ...] | None = None
    if not entry and command:
        plain = script_argv(job.model.context, command) if "exec-form" not in job.without else None
        if "exec-form" not in job.without and not job.config.entrypoint:
            job.java = linked(job.image, command, mounts=job.features.mounts and "cache-mounts" not in job.without)
        if job.java is not None:
            job.argv, plain = list(job.java.argv), list(job.java.argv[1:])
            plain = [argument for argument in plain if not argument.startswith("-")]
        if plain and job.java is None:
            job.argv = plain
        if scope.entrypoint is None and not job.config.entrypoint:
            start = tuple(plain or command)
    elif entry and command is not None:
        start = (*entry, *command)
    origins = layer_origins(job.image.history, job.original)
    base = next((number for number, origin in enumerate(origins) if origin.line is not None), len(origins))
    packages = _installed_by_user(job.original)
    commands: list[tuple[str, ...]] = []
    health = scope.healthcheck
    before = job.original.end_scope(job.original.stages[-1]).healthcheck
    job.health_added = before is None and health is not None and not job.config.healthcheck
    if health is not None and not job.health_added:
        commands.append(_command(job, health))
    if before is None and job.config.healthcheck[:1] in (("CMD",), ("CMD-SHELL",)):
        commands.append(job.config.healthcheck[1:])
    assert job.evidence.hints is not None
    needs = find_needs(
        job.image,
        Asked(base, start, tuple(commands), packages, job.evidence.opened, job.java.libraries if job.java else ()),
        job.evidence.hints,
    )
    if needs is not None and before is None and not job.config.healthcheck:
        job.probe = _probe(job, needs)
    return needs


def _command(job: _Job, node: object) -> tuple[str, ...]:
    body = job.model.shell_body(node, job.stage)  # type: ignore[arg-type]
    words = [word.value for command in body.commands for word in command.full_argv if word.value != "CMD"]
    # A shell form needs its shell too.
    return tuple(words) if getattr(node, "form", "") == "exec" else ("/bin/sh", "-c", " ".join(words))


def _probe(job: _Job, needs: Needs) -> list[str] | None:
    exposed = next((port.split("/")[0] for port in job.config.exposed if not port.endswith("/udp")), None)
    port = job.project.port or exposed
    if port is None or "healthcheck" in job.without:
        return None
    url = f"http://127.0.0.1:{port}{job.project.health_path}"
    kept = {path.rsplit("/", 1)[-1] for path in _program_files(needs)}
    for name, words in PROBES.items():
        if name == "busybox" or words[0] in kept:
            return [word.replace("{url}", url) for word in words]
    return None


def _program_files(needs: Needs) -> list[str]:
    files = [path for name in needs.packages for path in needs.debian.files.get(name, ())]
    files += [*needs.base_files, *needs.own]
    return [path for path in files if "/bin/" in path]


def _installed_by_user(model: Model) -> tuple[str, ...]:
    """Return the Debian packages that the stages of the image install and that are not known to serve the build."""
    assert model.final is not None
    lineage = model.lineage(model.final)
    found: list[str] = []
    for run in model.runs:
        if run.stage not in lineage:
            continue
        for call in model.facts(run):
            if call.manager == "apt" and call.action == "install":
                found += [word.value.split("=")[0].split(":")[0] for word in call.packages]
    return tuple(dict.fromkeys(name for name in found if name not in BUILD_ONLY and not name.endswith("-dev")))


def _pinned(model: Model) -> dict[str, str]:
    """Return package -> NAME=VERSION as the user wrote it."""
    calls = (call for run in model.runs for call in model.facts(run) if call.manager == "apt")
    return {word.value.split("=")[0]: word.value for call in calls for word in call.packages if "=" in word.value}


def _candidate(job: _Job, needs: Needs, slim: str | None) -> Candidate:
    assert job.pieces is not None
    changes = [Change("multi-stage", "build in one stage, ship another", ("env", "layers")), *job.changes]
    if _to_strip(job, needs):
        changes.append(Change("strip", "the program without its symbol tables"))
    if _installers(job, needs):
        changes.append(Change("installers", "what only installs is not shipped"))
    newline = job.model.source.newline
    build = _free_name(job.model, "build")
    parts = [_build_stage(job, needs, build)]
    parts.append("\n" + (_slim_stage(job, needs, slim) if slim else _scratch_stage(job, needs)))
    parts.append(_runtime(job, needs, build, slim is not None, changes) + job.pieces.tail)
    text = job.pieces.head + "".join(parts).replace("\r\n", "\n").replace("\n", newline)
    ignore = None if "dockerignore" in job.without else new_dockerignore(job.original)
    if ignore is not None:
        changes.append(Change("dockerignore", "keep what no image needs out of the build context"))
    data = text.encode("utf-8", "surrogateescape")
    name = f"final stage from {slim}" if slim else "root file system of the needed packages"
    size = None if slim else needs.size
    return Candidate(name, name, data, ignore, tuple(changes), intended(job.original, data), size, not slim)


def _free_name(model: Model, wanted: str) -> str:
    taken = {stage.name for stage in model.stages}
    return next(name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 99))) if name not in taken)


def _to_strip(job: _Job, needs: Needs) -> list[str]:
    """Return the project's own compiled programs that are worth freeing of their symbol tables.

    A Go program is not one: its linker does that. What a language's package manager brought stays as it is.
    """
    if "strip" in job.without or job.image.find("/usr/bin/strip") is None:
        return []
    places = {"node_modules", "site-packages", "dist-packages", "vendor", "gems"}
    return [
        path
        for path in needs.own
        if (elf := job.image.elves.get(path)) is not None
        and job.image.files[path].size >= MIN_STRIP
        and elf.interpreter
        and not path.endswith(".so")
        and not places & set(path.split("/"))
        and job.project.ecosystem != "go"
    ]


def _build_stage(job: _Job, needs: Needs, name: str) -> str:
    assert job.pieces is not None
    pieces = job.pieces
    node = pieces.from_.node
    words = " ".join([*(job.model.source.text(flag.span) for flag in node.flags), node.words[0].raw])
    lines = [f"{pieces.from_.lead}FROM {words} AS {name}\n"]
    last = max((number for number, piece in enumerate(pieces.body) if piece.node.keyword == "RUN"), default=-1)
    accounts = _accounts(job)
    for number, piece in enumerate(pieces.body):
        moves = piece.node.keyword in RUNTIME
        if piece in accounts:
            continue
        if moves and not (piece.node.keyword == "USER" and number < last):
            continue
        lines.append(piece.lead + piece.text)
    stripped = _to_strip(job, needs)
    if stripped:
        lines.append(f"RUN strip --strip-unneeded {' '.join(_word(f'/{path}') for path in stripped)}\n")
    if job.java is not None:
        lines.append(job.java.run)
    installers = _installers(job, needs)
    if installers:
        lines.append(f"RUN rm -rf {' '.join(installers)}\n")
    if _wants_prune(job, needs):
        lines.append("RUN npm prune --omit=dev\n")
    return "".join(lines)


def _accounts(job: _Job) -> list[Piece]:
    """Return the RUN that a fix of ours added to make the user that the image runs as."""
    assert job.pieces is not None
    if not any(change.id == "user" for change in job.changes):
        return []
    original = job.original.source.data.decode("utf-8", "replace")
    return [
        piece
        for piece in job.pieces.body
        if piece.node.keyword == "RUN"
        and any(name in piece.text for name in ("useradd", "adduser"))
        and piece.text.strip() not in original
    ]


def _wants_prune(job: _Job, needs: Needs) -> bool:
    """Return whether npm's development packages would be shipped: where nothing of node_modules is, none are."""
    if not any("node_modules" in path.split("/") for path in needs.own):
        return False
    text = job.model.source.text(job.stage.from_.span) + "".join(p.text for p in job.pieces.body if job.pieces)  # type: ignore[union-attr]
    context = job.model.context
    if context is None or "npm" not in text or "prod-deps" in job.without:
        return False
    builds = any(
        command.name == "npm" and command.arguments[:1] == ("run",)
        for run in job.model.runs
        for command in run.commands
    )
    return builds and b'"devDependencies"' in context.read("package.json")


def _scratch_stage(job: _Job, needs: Needs) -> str:
    base = job.model.lineage(job.stage)[0]
    node = base.from_
    words = " ".join([*(job.model.source.text(flag.span) for flag in node.flags), base.base.raw])
    pinned = _pinned(job.model)
    install = [pinned.get(name, name) for name in needs.debian.roots(needs.above_base)] if needs.above_base else []
    packages = list(needs.packages)
    if job.probe and job.probe[0] == "/bin/busybox":
        install.append("busybox-static")
        needs = replace(needs, apart={**needs.apart, "busybox-static": ("bin/busybox",)})
    if needs.foreign:
        # The packages come from a repository that a RUN set up: only the build stage knows it.
        words, install = _free_name(job.model, "build"), [name for name in install if name == "busybox-static"]
    accounts = "".join(piece.text for piece in _accounts(job))
    owner = _owner(job)
    stage = rootfs_stage(f"FROM {words}", needs, job.image, install, sorted(packages), accounts)
    stage += _writable(job, owner) if owner else ""
    link = "--link " if job.features.link else ""
    return f"{stage}\n{_final_from(job, 'scratch')}COPY {link}--from=rootfs /rootfs/ /\n"


def _slim_stage(job: _Job, needs: Needs, slim: str) -> str:
    pinned = _pinned(job.model)
    names = {*needs.above_base, *job.evidence.runtime_packages}
    names |= {name for name in _installed_by_user(job.original) if name in needs.packages}
    install = [pinned.get(name, name) for name in needs.debian.roots(names)] if names else []
    accounts = "".join(piece.text for piece in _accounts(job))
    return _final_from(job, slim) + (apt_install(install) if install else "") + accounts


def _final_from(job: _Job, base: str) -> str:
    name = job.pieces.from_.node.words[2].raw if job.pieces and len(job.pieces.from_.node.words) >= 3 else ""
    return f"FROM {base}{f' AS {name}' if name else ''}\n"


def _runtime(job: _Job, needs: Needs, build: str, on_base: bool, changes: list[Change]) -> str:
    assert job.pieces is not None
    body = job.pieces.body
    config = job.config
    lines = [piece.lead + piece.text for piece in body if _carried(job, piece)]
    lines += _environment(job, on_base)
    shells = [piece for piece in body if piece.node.keyword == "SHELL"]
    lines += [piece.lead + piece.text for piece in shells]
    if config.workdir:
        lines.append(f"WORKDIR {quoted(config.workdir)}\n")
    owner = _owner(job)
    if job.java is not None:
        lines.append(f"COPY --from={build} {FOLDER} {FOLDER}\n")
    lines += _copy_lines(job, needs, build, owner)
    lines += _labels(job)
    lines += _kept(body, "VOLUME") or [f"VOLUME {json.dumps(list(config.volumes))}\n" if config.volumes else ""]
    lines += _kept(body, "STOPSIGNAL") or [f"STOPSIGNAL {config.stop_signal}\n" if config.stop_signal else ""]
    lines += _kept(body, "EXPOSE")
    missing = [port for port in config.exposed if port not in _exposed(job)]
    lines.append(f"EXPOSE {' '.join(port.removesuffix('/tcp') for port in missing)}\n" if missing else "")
    users = [piece for piece in body if piece.node.keyword == "USER"][-1:]
    lines += [piece.lead + piece.text for piece in users] or [f"USER {config.user}\n" if config.user else ""]
    lines += _health(job, changes)
    lines += _start(job, changes)
    return "".join(lines)


def _carried(job: _Job, piece: Piece) -> bool:
    """Return whether a label, or an ARG that a line of the final stage refers to."""
    if piece.node.keyword in ("LABEL", "MAINTAINER"):
        return True
    if piece.node.keyword != "ARG" or job.pieces is None:
        return False
    texts = "".join(p.text for p in job.pieces.body if p.node.keyword in RUNTIME or p.node.keyword == "ENV")
    return any(f"${name.value}" in texts or f"${{{name.value}" in texts for name, _ in piece.node.pairs)


def _kept(body: tuple[Piece, ...], *keywords: str) -> list[str]:
    return [piece.lead + piece.text for piece in body if piece.node.keyword in keywords]


def _exposed(job: _Job) -> set[str]:
    words = (word.value for piece in job.pieces.body for word in piece.node.words if piece.node.keyword == "EXPOSE")  # type: ignore[union-attr]
    return {word if "/" in word else f"{word}/tcp" for word in words}


def _environment(job: _Job, on_base: bool) -> list[str]:
    """Return the ENV lines: those of the base and of earlier stages by value, the user's own as they are."""
    assert job.pieces is not None
    own = [piece for piece in job.pieces.body if piece.node.keyword == "ENV"]
    named = {name.value for piece in own for name, _ in piece.node.pairs}
    before: dict[str, str] = {}
    assert job.original.final is not None
    # What a fix made an ARG, or took away, does not come back from the original's configuration.
    gone = job.original.end_scope(job.original.final).env.keys() - job.model.end_scope(job.stage).env.keys()
    for name, value in job.config.env_map.items():
        if name in gone:
            continue
        if name not in named or name in ("PATH", "LD_LIBRARY_PATH"):
            before[name] = value
    if "PATH" in named and not any("$PATH" in p.text or "${PATH" in p.text for p in own):
        before.pop("PATH", None)
    if on_base:
        inherited = ("PATH", "LANG", "LC_ALL", "GPG_KEY", "NODE_VERSION", "YARN_VERSION")
        before = {k: v for k, v in before.items() if k not in inherited and not k.startswith("PYTHON_")}
    pairs = [f"{name}={quoted(value)}" for name, value in before.items()]
    lines = ["ENV " + " \\\n    ".join(pairs) + "\n"] if pairs else []
    return lines + [piece.lead + piece.text for piece in own]


def _writable(job: _Job, owner: str) -> str:
    """Return the RUN that gives the new user the folders in which the original was seen to write."""
    folders = sorted(
        f"/rootfs/{_word('/' + folder).strip('/')}"
        for folder in job.evidence.written
        if folder.startswith(("var/", "run")) and folder not in _NOT_GIVEN and folder in job.image.files
    )
    if not folders:
        return ""
    names = " ".join(folders)
    return f"# The program writes here, as {owner}.\nRUN mkdir -p {names} && chown {owner} {names}\n"


def _owner(job: _Job) -> str:
    """Return the numeric user that the image will run as, where a fix of ours chose it; else ""."""
    if not any(change.id == "user" for change in job.changes) or job.pieces is None:
        return ""
    users = [piece for piece in job.pieces.body if piece.node.keyword == "USER"]
    return users[-1].node.words[0].value if users else ""


def _copy_lines(job: _Job, needs: Needs, build: str, owner: str) -> list[str]:
    image = job.image
    sizes = {path: entry.size for path, entry in image.files.items() if entry.kind != "dir"}
    folders = {path for path in needs.own if image.files[path].kind == "dir"}
    ignored = _ignored(job)
    own = {path for path in needs.own if not path.endswith(ignored)}
    # A folder is copied as a whole though a README lies in it: a list of files would miss the next new one.
    beside = {path for path, why in needs.unneeded.items() if "the any project" in why or _in_dependencies(path)}
    beside |= set(needs.own) - own
    sizes = {path: size for path, size in sizes.items() if path not in beside}
    lines = []
    written = tuple(folder.strip("/") for folder in job.evidence.written)
    for copy in copies(own, sizes, folders & own):
        flags = "--link " if job.features.link and not copy.target.endswith("/") else ""
        if owner and any(
            folder == copy.target or folder.startswith(f"{copy.target.rstrip('/')}/") for folder in written
        ):
            flags += f"--chown={owner} "
        sources = " ".join(_word(f"/{path}") for path in copy.sources)
        lines.append(f"COPY {flags}--from={build} {sources} {_word('/' + copy.target)}\n")
    return lines


def _in_dependencies(path: str) -> bool:
    return not DEPENDENCIES.isdisjoint(path.split("/")[:-1])


def _installers(job: _Job, needs: Needs) -> list[str]:
    """Return what lies among the dependencies and only installs: a folder copied as a whole must not hold it."""
    if "installers" in job.without:
        return []
    tops = set()
    for path, why in needs.unneeded.items():
        if "only installs" in why and _in_dependencies(path):
            parts = path.split("/")
            at = next(n for n, part in enumerate(parts) if part in DEPENDENCIES)
            # What the original was seen to read stays whole.
            if any(own.startswith(f"{'/'.join(parts[: at + 2])}/") for own in needs.own):
                continue
            tops.add("/" + re.sub(r"-[0-9][^/]*[.]dist-info$", "-*.dist-info", "/".join(parts[: at + 2])))
    return sorted(tops)


def _ignored(job: _Job) -> tuple[str, ...]:
    """Return the ends of paths that the new ignore file keeps out of the build."""
    context = job.original.context
    text = None if "dockerignore" in job.without else new_dockerignore(job.original)
    if context is None or text is None:
        return ("/.no-such-file",)
    ignore = IgnoreFile.parse(text)
    return tuple(f"/{file.path}" for file in context.files() if ignore.excludes(file.path)) or ("/.no-such-file",)


def _word(path: str) -> str:
    return path if not any(c.isspace() or c in "$[]*?\"'\\" for c in path) else quoted(path)


def _labels(job: _Job) -> list[str]:
    scope = job.model.end_scope(job.stage)
    return [f"LABEL {quoted(k)}={quoted(v)}\n" for k, v in job.config.labels if k not in scope.labels]


def _health(job: _Job, changes: list[Change]) -> list[str]:
    assert job.pieces is not None
    own = _kept(job.pieces.body, "HEALTHCHECK")
    if own and not job.health_added:
        return own
    test = job.config.healthcheck
    if not own and len(test) > 1:
        form = json.dumps(list(test[1:])) if test[0] == "CMD" else test[1]
        return [f"HEALTHCHECK CMD {form}\n"]
    if job.probe is None or "healthcheck" in job.without:
        changes[:] = [change for change in changes if change.id != "healthcheck"]
        return []
    if not any(change.id == "healthcheck" for change in changes):
        changes.append(Change("healthcheck", "a health check with a tool that the image has", ("healthcheck",)))
    return [f"{HEALTH}{json.dumps(job.probe)}\n"]


def _start(job: _Job, changes: list[Change]) -> list[str]:
    assert job.pieces is not None
    config = job.config
    found: list[str] = []
    seen = {piece.node.keyword for piece in job.pieces.body}
    if "ENTRYPOINT" not in seen and config.entrypoint:
        found.append(f"ENTRYPOINT {json.dumps(list(config.entrypoint), ensure_ascii=False)}\n")
    if "CMD" not in seen and config.cmd and "ENTRYPOINT" not in seen:
        found.append(f"CMD {json.dumps(list(config.cmd), ensure_ascii=False)}\n")
    for piece in job.pieces.body:
        if piece.node.keyword not in ("ENTRYPOINT", "CMD"):
            continue
        if piece.node.keyword == "CMD" and job.argv is not None:
            found.append(f"{piece.lead}CMD {json.dumps(job.argv, ensure_ascii=False)}\n")
            changes.append(Change("exec-form", "start the program, not its package manager", ("cmd", "entrypoint")))
        else:
            found.append(piece.lead + piece.text)
    return found
