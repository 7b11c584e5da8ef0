"""What the TypeScript compiler made stays on a cache mount: it checks and writes again only what a change affects.

With `--incremental` it writes the files of the program that changed, and no others. So what it wrote and what it
noted of it (the build information file) must travel together: both are put in place before it runs and kept only after
it ended well. It never deletes: the cache is used only for the same list of files. It compares contents, not file
times, and starts anew where the compiler or its options are others.

Source: TypeScript handbook, "incremental", "tsBuildInfoFile" and "tsc CLI options".
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jettison.findings import Edit
from jettison.project.dependencies import json_object
from jettison.rewrite.compile_run import copies_elsewhere, is_plain_build
from jettison.span import Span
from jettison.syntax.edit import apply

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command

FOLDER: Final = "/tsc-cache"
NOTES: Final = "/tmp/tsbuildinfo"
FILES: Final = "/tmp/files"
_FLAGS: Final = f"--incremental --tsBuildInfoFile {NOTES}"
_COMMENT: Final = "# What tsc made stays on a cache mount, for the same list of files: only what a change affects is compiled again.\n"
_SCRIPT: Final = re.compile(r"tsc(?:\s+(?:-p|--project)\s+(\S+))?")
_PLAIN_FOLDER: Final = re.compile(r"(?:\./)?(\w[\w.-]*)/?")
# Options with which it writes elsewhere, keeps notes of its own, or does not write; plugins may read anything.
_OTHER: Final = frozenset(
    (
        "composite",
        "incremental",
        "tsBuildInfoFile",
        "noEmit",
        "emitDeclarationOnly",
        "outFile",
        "declarationDir",
        "plugins",
    )
)
# The oldest compiler that this was looked at with: 3.4 has the options, 4.0 keeps what had errors.
_OLDEST: Final = 4


class _Build(NamedTuple):
    """One RUN that compiles. out: folder that it writes to, from the working folder; flags: of the command, with what parts them."""

    run: Run
    command: Command
    out: str
    flags: str


def kept_output(model: Model) -> bytes:
    """Return the text in which the output of tsc is kept on a mount, the same where that is not safe; idempotent."""
    data = model.source.data
    context = model.context
    if context is None:
        return data
    found = [
        (run, command, call) for run in model.runs for command in run.commands if (call := _called(context, command))
    ]
    build = _build(model, context, *found[0]) if len(found) == 1 else None
    if build is None:
        return data
    run, command, out, flags = build
    node = run.instruction
    newline = model.source.newline
    then = f" \\{newline}    && "
    name = re.sub(r"[^A-Za-z0-9.]+", "-", str(_json(context, "package.json").get("name") or "")).strip("-")
    identity = f"id=tsc-{name}," if name else ""
    before = then.join(
        (
            f"find . -name node_modules -prune -o -type f -print | sort > {FILES}",
            f"if cmp -s {FILES} {FOLDER}/files; then cp -a {FOLDER}/{out} . && cp -a {FOLDER}/tsbuildinfo {NOTES}; fi",
            "",
        )
    )
    after = then.join(
        (
            "",
            f"rm -rf {FOLDER}/files {FOLDER}/{out}",
            f"cp -a {out} {NOTES} {FOLDER}/",
            # Last: it says that the others are whole.
            f"cp {FILES} {FOLDER}/files",
        )
    )
    edits = (
        Edit(Span(node.span.start, node.span.start), _COMMENT.replace("\n", newline)),
        Edit(
            Span(node.args_span.start, node.args_span.start),
            f"--mount=type=cache,{identity}target={FOLDER},sharing=locked ",
        ),
        Edit(Span(node.body_span.start, node.body_span.start), f"\\{newline}    {before}"),
        Edit(Span(command.span.end, command.span.end), f"{flags}{after}"),
    )
    return apply(data, edits)


def _build(model: Model, context: BuildContext, run: Run, command: Command, called: tuple[str, str]) -> _Build | None:
    """Return the build that a call of the compiler is, None where not all of it is known."""
    if not is_plain_build(model, run, command):
        return None
    config, flags = called
    workdir = posixpath.normpath(posixpath.join("/", model.scope_at(run.instruction, run.stage).workdir))
    if workdir == "/" or copies_elsewhere(model, run, workdir):
        return None
    out = _out_folder(context, config)
    if not out or any(file.path.startswith(f"{out}/") for file in context.files()):
        return None
    return _Build(run, command, out, flags)


def _called(context: BuildContext, command: Command) -> tuple[str, str] | None:
    """Return (configuration file, flags to add) where a command is the compiler or a script that is nothing else."""
    words = (command.name, *command.arguments)
    if words[0] == "npx":
        words = words[1:]
    if words[:1] == ("tsc",):
        match = _SCRIPT.fullmatch(" ".join(words))
        return (match[1] or "tsconfig.json", f" {_FLAGS}") if match else None
    if words[0] not in ("npm", "yarn", "pnpm") or words[1:2] not in (("run",), ("run-script",)) or len(words) != 3:
        return None
    scripts = _json(context, "package.json").get("scripts")
    scripts = scripts if isinstance(scripts, dict) else {}
    match = _SCRIPT.fullmatch(str(scripts.get(words[2], "")).strip())
    if match is None or f"pre{words[2]}" in scripts or f"post{words[2]}" in scripts:
        return None
    return match[1] or "tsconfig.json", f"{' --' if words[0] == 'npm' else ''} {_FLAGS}"


def _out_folder(context: BuildContext, config: str) -> str:
    """Return the folder that the compiler writes all its files to, "" where that is not certain."""
    if _major(context) < _OLDEST or posixpath.normpath(config) != posixpath.basename(config):
        return ""
    settings = _json(context, posixpath.basename(config))
    options = settings.get("compilerOptions")
    if not isinstance(options, dict) or "extends" in settings or "references" in settings or _OTHER & options.keys():
        return ""
    if '".."' in json.dumps(settings) or '"../' in json.dumps(settings):
        return ""
    match = _PLAIN_FOLDER.fullmatch(str(options.get("outDir") or ""))
    return match[1] if match else ""


def _major(context: BuildContext) -> int:
    found = _json(context, "package.json").get("devDependencies")
    text = str(found.get("typescript", "")) if isinstance(found, dict) else ""
    match = re.match(r"[~^]?(\d{1,4})(?:\.|$)", text)
    return int(match[1]) if match else 0


def _json(context: BuildContext, path: str) -> dict[str, Any]:
    return json_object(context.read(path).decode("utf-8", "replace"))
