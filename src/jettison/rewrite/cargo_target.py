"""What cargo compiled stays on a cache mount: after a change of the source only the project's own crates are compiled.

Cargo tells a change by file times alone (The Cargo Book, "Build Cache"; cargo's fingerprint documentation), and a
COPY keeps those of the context: a source that is older than the last build, as another checkout or a restored file
may be, would be taken for unchanged and an old program shipped. So all that was copied is touched first; crates of the
registry lie elsewhere and stay as they were compiled. The cache is named after the package and the base image, for
what C libraries a crate found is part of it; builds at the same time wait for each other.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.model.dockerfile import read_from_stages
from jettison.rewrite.compile_run import copies_elsewhere, is_plain_build
from jettison.span import Span
from jettison.syntax.edit import apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction

FOLDER: Final = "/cargo-target"
# Touching a file of a lower layer copies it: a large project would pay more than it gains.
MAX_BYTES: Final = 64 * 1024 * 1024
_COMMENT: Final = "# What cargo compiled stays on a cache mount. It judges by file times alone, so those of the source are set anew.\n"
# What parts the words of a shell text, of a list in JSON and of an assignment.
_APART: Final = re.compile(r"[\s\"'`,;&|()\[\]=]+")
_PLAIN: Final = re.compile(r"(?:[\w-]+/){1,2}\w[\w.-]*")
_PACKAGE: Final = re.compile(rb'^name\s*=\s*"([\w-]+)"', re.MULTILINE)
_MOVED: Final = ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR")


def kept_target(model: Model, strip: bool) -> tuple[bytes, tuple[str, ...]]:
    """Return the text with the mount, and the programs that the RUN strips, without leading slash; idempotent.

    strip: leave out the symbol tables of what the stage that builds would ship itself.
    """
    data = model.source.data
    context = model.context
    runs = [run for run in model.runs if any(command.name == "cargo" for command in run.commands)]
    builds = [(run, command) for run in runs for command in run.commands if command.arguments[:1] == ("build",)]
    if context is None or len(builds) != 1 or len(runs) != 1 or context.sent_bytes > MAX_BYTES:
        return data, ()
    run, command = builds[0]
    workdir = posixpath.normpath(posixpath.join("/", model.scope_at(run.instruction, run.stage).workdir))
    if workdir == "/" or not is_plain_build(model, run, command) or not _is_usual(model, run, command):
        return data, ()
    # All of the project is touched in the working folder.
    if copies_elsewhere(model, run, workdir):
        return data, ()
    names = _names(model, run, command, workdir)
    if not names or b"target-dir" in _settings(context):
        return data, ()
    mount = f"--mount=type=cache,id={_cache_name(model, run)},target={FOLDER},sharing=locked "
    strips = strip and run.stage is model.final
    lines = [f"mkdir -p {' '.join(dict.fromkeys(f'target/{posixpath.dirname(name)}' for name in names))}"]
    lines += [
        f"strip -o target/{name} {FOLDER}/{name}" if strips and "." not in name else f"cp {FOLDER}/{name} target/{name}"
        for name in names
    ]
    node = run.instruction
    newline = model.source.newline
    then = f" \\{newline}    && "
    edits = [
        Edit(Span(node.span.start, node.span.start), _COMMENT.replace("\n", newline)),
        Edit(Span(node.args_span.start, node.args_span.start), mount),
        Edit(
            Span(node.body_span.start, node.body_span.start),
            f"\\{newline}    find . ! -type l -exec touch {{}} +{then}",
        ),
        Edit(Span(command.span.end, command.span.end), f" --target-dir {FOLDER}{then}{then.join(lines)}"),
    ]
    stripped = tuple(f"{workdir}/target/{name}".strip("/") for name in names if strips and "." not in name)
    return apply(data, edits), stripped


def _is_usual(model: Model, run: Run, command: Command) -> bool:
    """Return whether cargo writes to the target folder below the working folder, and to the layer."""
    if any(argument.startswith(("--target-dir", "--manifest-path", "-C")) for argument in command.arguments):
        return False
    # What is bound for the RUN alone cannot be touched.
    if any(mount.type == "bind" or mount.target.rstrip("/").endswith("/target") for mount in run.mounts):
        return False
    scope = model.scope_at(run.instruction, run.stage)
    return not any(name in scope.env for name in _MOVED)


def _settings(context: BuildContext) -> bytes:
    return context.read(".cargo/config.toml") + context.read(".cargo/config")


def _cache_name(model: Model, run: Run) -> str:
    assert model.context is not None
    package = _PACKAGE.search(model.context.read("Cargo.toml"))
    base = model.lineage(run.stage)[0].base
    words = (package[1].decode() if package else "", base.name, base.tag or "")
    return re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(("target", *(word for word in words if word))))


def _names(model: Model, run: Run, command: Command, workdir: str) -> tuple[str, ...]:
    """Return the files below the target folder that later instructions name; none where one names more than files."""
    found: dict[str, None] = {}
    for folder, text in _later_texts(model, run, command, workdir):
        for token in _APART.split(text):
            if "target" not in token.split("/"):
                continue
            path = posixpath.normpath(posixpath.join("/", folder, token))
            plain = _PLAIN.fullmatch(path.removeprefix(f"{workdir}/target/"))
            if plain is None:
                return ()
            found[plain[0]] = None
    return tuple(found)


def _later_texts(model: Model, run: Run, command: Command, workdir: str) -> Iterator[tuple[str, str]]:
    """Yield (folder that relative paths start in, text) of what may name a compiled file."""
    source = model.source
    node = run.instruction
    yield workdir, source.text(Span(command.span.end, node.span.end))
    for stage in model.stages:
        below = run.stage in model.lineage(stage)
        for other in stage.instructions:
            if other.span.start <= node.span.start:
                continue
            if other.keyword in ("COPY", "ADD"):
                if _reads(model, stage, other, run.stage):
                    yield "/", " ".join(word.raw for word in other.words[:-1])
            elif below or _reads(model, stage, other, run.stage):
                yield model.scope_at(other, stage).workdir, source.text(other.span)


def _reads(model: Model, stage: Stage, node: Instruction, wanted: Stage) -> bool:
    others = [model.stage_before(stage, name) for name in read_from_stages(node)]
    return any(other is not None and wanted in model.lineage(other) for other in others)
