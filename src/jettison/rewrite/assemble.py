"""The general rewrite: the user's stages stay as they are, and a final stage takes only what the program needs.

What that is comes from the built original (`jettison.needs`), not from a recipe for one language. Two forms:
a root file system of whole packages on scratch, and the slim form of the same base.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.image.attribution import layer_origins
from jettison.knowledge.bases import slim_tag
from jettison.knowledge.musl_bases import ALPINE, ALPINE_BYTES
from jettison.knowledge.runtime_files import BUILD_ONLY, PROBES
from jettison.model.ports import is_exposed
from jettison.needs.asked import Asked
from jettison.needs.needs import Needs, find_needs
from jettison.rewrite.alpine import alpine_setup, is_static
from jettison.rewrite.assembly import Assembly, accounts, installers, to_strip, word
from jettison.rewrite.build_stages import BuildStages, build_stages
from jettison.rewrite.candidates import Candidate, Change, Evidence
from jettison.rewrite.deleted import deleted_again
from jettison.rewrite.dependency_stage import before_source
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.health_probe import probe_words
from jettison.rewrite.intent import intended
from jettison.rewrite.java_runtime import FOLDER
from jettison.rewrite.java_start import link_java
from jettison.rewrite.owned_folders import made_folders, owned_folders
from jettison.rewrite.pieces import RUNTIME, Piece
from jettison.rewrite.quote import quoted
from jettison.rewrite.rootfs import apt_install, rootfs_stage
from jettison.rewrite.start import argv_of, script_argv
from jettison.rewrite.taken import copy_lines, taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.engine.base import Features
    from jettison.image.attribution import Origin
    from jettison.model.dockerfile import Model
    from jettison.project.detect import Project

_NOT_GIVEN: Final = frozenset(("var", "var/lib", "var/cache", "var/tmp", "var/spool", "var/lib/dpkg"))
# Process 1 gets no signal that it does not ask for; below this one a program stops as in a shell.
INIT: Final = ("/usr/bin/tini", "--")
_START: Final = ("cmd", "entrypoint")
HEALTH: Final = "HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \\\n    CMD "


def assembled(
    model: Model, project: Project, features: Features, evidence: Evidence, without: frozenset[str]
) -> tuple[Candidate, ...]:
    """Return the candidates whose final stage is put together anew; none without the built original."""
    if "multi-stage" in without or evidence.image is None or evidence.hints is None or model.final is None:
        return ()
    if model.final is not model.stages[-1] or any(model.instructions("ONBUILD")):
        return ()
    job = Assembly(model, project, features, evidence, without)
    if job.pieces is None or job.model.final is None:
        return ()
    needs = _needs(job)
    if needs is None:
        return ()
    if "deps-stage" not in without:
        job.before = before_source(model, job.model, job.pieces.body, job.image, frozenset(project.sources))
    found = [_candidate(job, needs, None)]
    slim = _slim_base(job.original)
    if slim is not None:
        found.append(_candidate(job, needs, slim))
    named = job.config.user.partition(":")[0]
    if "alpine" not in without and is_static(job.image, needs) and (not named or named.isdigit() or _owner(job)):
        found.append(_candidate(job, needs, ALPINE))
    return tuple(found)


def _slim_base(model: Model) -> str | None:
    assert model.final is not None
    base = model.lineage(model.final)[0].base
    tag = slim_tag(base.name, base.tag)
    return f"{base.name}:{tag}" if tag and not base.unresolved and base.digest is None else None


def _needs(job: Assembly) -> Needs | None:
    """Return what the image needs with the start command and the health check that it will have."""
    scope = job.model.end_scope(job.stage)
    entry, command = argv_of(job.model, scope.entrypoint), argv_of(job.model, scope.cmd)
    start: tuple[str, ...] | None = None
    if "exec-form" not in job.without:
        link_java(job, entry, command)
    if job.java is not None:
        # The runtime is made for it; what else it names is looked for.
        classes = (f"/{path}" for path in sorted(job.java.files)[:1])
        words = (*job.java.roots, *classes, *job.java.argv[1:], *((entry and command) or ()))
        start = tuple(word for word in words if not word.startswith("-"))
    elif not entry and command:
        # Below an init, where the program was refuted to stop without.
        with_init = "exec-form" in job.without and "init" not in job.without
        direct = "exec-form" not in job.without or with_init
        plain = script_argv(job.model.context, command) if direct else None
        if plain:
            job.argv = [*INIT, *plain] if with_init else plain
        if scope.entrypoint is None and not job.config.entrypoint:
            start = tuple(plain or command)
    elif entry and command is not None:
        start = (*entry, *command)
    origins = layer_origins(job.image.history, job.original)
    base = next((number for number, origin in enumerate(origins) if origin.line is not None), len(origins))
    job.base_layers = base
    packages = _installed_by_user(job.original)
    commands: list[tuple[str, ...]] = list(job.evidence.starts)
    health = scope.healthcheck
    before = job.original.end_scope(job.original.stages[-1]).healthcheck
    job.health_added = before is None and health is not None and not job.config.healthcheck
    if health is not None and not job.health_added:
        commands.append(_command(job, health))
    if before is None and job.config.healthcheck[:1] in (("CMD",), ("CMD-SHELL",)):
        commands.append(job.config.healthcheck[1:])
    assert job.evidence.hints is not None
    opened = job.evidence.opened | (job.java.files if job.java else frozenset())
    needs = find_needs(
        job.image,
        Asked(
            base,
            start,
            tuple(commands),
            packages,
            opened,
            job.java.libraries if job.java else (),
            _copied(job, origins),
        ),
        job.evidence.hints,
    )
    if needs is not None and before is None and not job.config.healthcheck:
        job.probe = _probe(job, needs)
    return needs


def _copied(job: Assembly, origins: Sequence[Origin]) -> frozenset[int]:
    """Return the numbers of the layers that a COPY or ADD of the project's own files wrote."""
    lines = {
        node.start_line
        for stage in job.original.stages
        for node in stage.instructions
        if node.keyword in ("COPY", "ADD") and not node.flag("from")
    }
    return frozenset(number for number, origin in enumerate(origins) if origin.line in lines)


def _command(job: Assembly, node: object) -> tuple[str, ...]:
    body = job.model.shell_body(node, job.stage)  # type: ignore[arg-type]
    words = [word.value for command in body.commands for word in command.full_argv if word.value != "CMD"]
    # A shell form needs its shell too.
    return tuple(words) if getattr(node, "form", "") == "exec" else ("/bin/sh", "-c", " ".join(words))


def _probe(job: Assembly, needs: Needs) -> list[str] | None:
    exposed = next((port.split("/")[0] for port in job.config.exposed if not port.endswith("/udp")), None)
    port = job.project.port or exposed
    if port is None or "healthcheck" in job.without:
        return None
    kept = {path.rsplit("/", 1)[-1] for path in _program_files(job, needs)}
    for name, words in PROBES.items():
        if name == "busybox" or words[0] in kept:
            return probe_words(name, job.project, port)
    return None


def _program_files(job: Assembly, needs: Needs) -> list[str]:
    """Return the paths of programs in the new image; a link counts where what it leads to is there as well."""
    files = {path for name in needs.packages for path in needs.debian.files.get(name, ())}
    files |= {*needs.base_files, *needs.own, *(path for paths in needs.apart.values() for path in paths)}
    return [path for path in files if "/bin/" in path and job.image.resolve(path) in files]


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


def _candidate(job: Assembly, needs: Needs, slim: str | None) -> Candidate:
    assert job.pieces is not None
    changes = [Change("multi-stage", "build in one stage, ship another", ("env", "layers")), *job.changes]
    if to_strip(job, needs) or job.stripped:
        changes.append(Change("strip", "the program without its symbol tables"))
    if installers(job, needs):
        changes.append(Change("installers", "what only installs is not shipped"))
    newline = job.model.source.newline
    found = taken(job, needs)
    stages = build_stages(job, needs, found)
    if stages.early != stages.build:
        changes.append(Change("deps-stage", "a change of the source leaves the stage of its dependencies alone"))
    parts = [stages.text]
    owned = owned_folders(job, needs, stages.found, bool(slim))
    first = _slim_stage(job, needs, slim, owned) if slim else _scratch_stage(job, needs, stages, owned)
    parts.append("\n" + first)
    copied = copy_lines(job, stages.found, stages.early, stages.build, _owner(job), owned)
    if job.java is not None:
        copied.insert(0, f"COPY --from={stages.java} {FOLDER} {FOLDER}\n")
    parts.append(_runtime(job, copied, slim is not None, changes) + job.pieces.tail)
    text = job.pieces.head + "".join(parts).replace("\r\n", "\n").replace("\n", newline)
    ignore = None if "dockerignore" in job.without else new_dockerignore(job.original)
    if ignore is not None:
        changes.append(Change("dockerignore", "keep what no image needs out of the build context"))
    data = text.encode("utf-8", "surrogateescape")
    name = f"final stage from {slim}" if slim else "root file system of the needed packages"
    size = None if slim else needs.size
    if slim == ALPINE:
        size = ALPINE_BYTES + sum(job.image.files[path].size for path in needs.own)
    return Candidate(name, name, data, ignore, tuple(changes), intended(job.original, data), size, not slim)


def _scratch_stage(job: Assembly, needs: Needs, stages: BuildStages, owned: tuple[str, ...]) -> str:
    base = job.model.lineage(job.stage)[0]
    node = base.from_
    words = " ".join([*(job.model.source.text(flag.span) for flag in node.flags), base.base.raw])
    pinned = _pinned(job.model)
    install = [pinned.get(name, name) for name in needs.debian.roots(needs.above_base)] if needs.above_base else []
    packages = list(needs.packages)
    if _has_init(job):
        install.append("tini")
        packages = sorted({*packages, "tini"})
    if job.probe and job.probe[0] == "/bin/busybox":
        install.append("busybox-static")
        needs = replace(needs, apart={**needs.apart, "busybox-static": ("bin/busybox",)})
    if needs.foreign:
        # The packages come from a repository that a RUN set up: only the build stage knows it.
        installed = {needs.debian.layer[name] for name in needs.above_base}
        early = job.before is None or installed.isdisjoint(job.before.layers)
        words, install = stages.deps if early else stages.build, [n for n in install if n in ("busybox-static", "tini")]
    made = "".join(piece.text for piece in accounts(job))
    owner = _owner(job)
    stage = rootfs_stage(f"FROM {words}", needs, job.image, install, sorted(packages), made)
    stage += made_folders(job, owned, "/rootfs")
    stage += _writable(job, owner) if owner else ""
    link = "--link " if job.features.link else ""
    return f"{stage}\n{_final_from(job, 'scratch')}COPY {link}--from=rootfs /rootfs/ /\n"


def _slim_stage(job: Assembly, needs: Needs, slim: str, owned: tuple[str, ...]) -> str:
    if slim == ALPINE:
        return _final_from(job, slim) + alpine_setup(needs) + made_folders(job, owned)
    pinned = _pinned(job.model)
    names = {*needs.above_base, *job.evidence.runtime_packages}
    names |= {name for name in _installed_by_user(job.original) if name in needs.packages}
    install = [pinned.get(name, name) for name in needs.debian.roots(names)] if names else []
    install += ["tini"] if _has_init(job) else []
    made = "".join(piece.text for piece in accounts(job))
    again = deleted_again(job.image, job.base_layers, needs.debian.folders) if install else ""
    return _final_from(job, slim) + (apt_install(install) if install else "") + again + made + made_folders(job, owned)


def _has_init(job: Assembly) -> bool:
    return job.argv is not None and job.argv[:1] == [INIT[0]]


def _final_from(job: Assembly, base: str) -> str:
    name = job.pieces.from_.node.words[2].raw if job.pieces and len(job.pieces.from_.node.words) >= 3 else ""
    return f"FROM {base}{f' AS {name}' if name else ''}\n"


def _runtime(job: Assembly, copied: list[str], on_base: bool, changes: list[Change]) -> str:
    assert job.pieces is not None
    body = job.pieces.body
    config = job.config
    lines = [piece.lead + piece.text for piece in body if _carried(job, piece)]
    lines += _environment(job, on_base)
    shells = [piece for piece in body if piece.node.keyword == "SHELL"]
    lines += [piece.lead + piece.text for piece in shells]
    if config.workdir:
        lines.append(f"WORKDIR {quoted(config.workdir)}\n")
    lines += copied
    lines += _labels(job)
    lines += _kept(body, "VOLUME") or [f"VOLUME {json.dumps(list(config.volumes))}\n" if config.volumes else ""]
    lines += _kept(body, "STOPSIGNAL") or [f"STOPSIGNAL {config.stop_signal}\n" if config.stop_signal else ""]
    lines += _kept(body, "EXPOSE")
    missing = [port for port in config.exposed if not is_exposed(port, _exposed(job))]
    lines.append(f"EXPOSE {' '.join(port.removesuffix('/tcp') for port in missing)}\n" if missing else "")
    users = [piece for piece in body if piece.node.keyword == "USER"][-1:]
    lines += [piece.lead + piece.text for piece in users] or [f"USER {config.user}\n" if config.user else ""]
    lines += _health(job, changes)
    lines += _start(job, changes)
    return "".join(lines)


def _carried(job: Assembly, piece: Piece) -> bool:
    """Return whether a label, or an ARG that a line of the final stage refers to."""
    if piece.node.keyword in ("LABEL", "MAINTAINER"):
        return True
    if piece.node.keyword != "ARG" or job.pieces is None:
        return False
    texts = "".join(p.text for p in job.pieces.body if p.node.keyword in RUNTIME or p.node.keyword == "ENV")
    return any(f"${name.value}" in texts or f"${{{name.value}" in texts for name, _ in piece.node.pairs)


def _kept(body: tuple[Piece, ...], *keywords: str) -> list[str]:
    return [piece.lead + piece.text for piece in body if piece.node.keyword in keywords]


def _exposed(job: Assembly) -> tuple[str, ...]:
    """Return what EXPOSE names in the kept lines, variables filled in."""
    assert job.pieces is not None
    scope, escape = job.model.end_scope(job.stage), job.model.file.escape
    nodes = (piece.node for piece in job.pieces.body if piece.node.keyword == "EXPOSE")
    return tuple(scope.value(word.raw, escape) for node in nodes for word in node.words)


def _environment(job: Assembly, on_base: bool) -> list[str]:
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


def _writable(job: Assembly, owner: str) -> str:
    """Return the RUN that gives the new user the volumes, and the folders in which the original was seen to write."""
    volumes = {
        f"/rootfs/{word(volume.rstrip('/')).strip('/')}"
        for volume in job.config.volumes
        if volume.strip("/") and "$" not in volume
    }
    folders = sorted(
        f"/rootfs/{word('/' + folder).strip('/')}"
        for folder in job.evidence.written
        if folder.startswith(("var/", "run")) and folder not in _NOT_GIVEN and folder in job.image.files
    )
    if not (folders or volumes):
        return ""
    names = " ".join(sorted({*folders, *volumes}))
    return f"# The program writes here, as {owner}.\nRUN mkdir -p {names} && chown {owner} {names}\n"


def _owner(job: Assembly) -> str:
    """Return the numeric user that the image will run as, where a fix of ours chose it; else ""."""
    if not any(change.id == "user" for change in job.changes) or job.pieces is None:
        return ""
    users = [piece for piece in job.pieces.body if piece.node.keyword == "USER"]
    return users[-1].node.words[0].value if users else ""


def _labels(job: Assembly) -> list[str]:
    scope = job.model.end_scope(job.stage)
    return [f"LABEL {quoted(k)}={quoted(v)}\n" for k, v in job.config.labels if k not in scope.labels]


def _health(job: Assembly, changes: list[Change]) -> list[str]:
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


def _start_change(job: Assembly) -> Change:
    if _has_init(job):
        return Change("init", "start the program below a small init: alone it did not stop when asked to", _START)
    if job.java is not None:
        return Change("exec-form", "start it on a Java runtime of only the modules that it uses", _START)
    return Change("exec-form", "start the program, not its package manager", _START)


def _start(job: Assembly, changes: list[Change]) -> list[str]:
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
        if piece.node.keyword == job.start_keyword and job.argv is not None:
            found.append(f"{piece.lead}{job.start_keyword} {json.dumps(job.argv, ensure_ascii=False)}\n")
            changes.append(_start_change(job))
        else:
            found.append(piece.lead + piece.text)
    return found
