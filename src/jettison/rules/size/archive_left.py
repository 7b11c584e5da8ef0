"""A downloaded archive stays in the image beside what was unpacked from it.

The archive has served once it is unpacked or installed. Left, or deleted in a later RUN only, it stays in its layer:
often as large as the program itself.

Delete it in the RUN that loads it, pipe the download into tar, or use a build stage. What `ADD <url>` loads cannot
be deleted at all: load it in the RUN, or let ADD unpack it (`ADD --unpack=true`).

Source: OCI image layer specification, "Whiteouts"; Dockerfile reference, "ADD --unpack".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Finding, Fix, Impact
from jettison.rules.base import Example, Rule
from jettison.rules.edits import append_command

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.shell_command import Command

_ARCHIVE: Final = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|gz|xz|bz2|zst|zip|7z|deb|rpm|apk)\Z", re.IGNORECASE)
_CONSUMERS: Final = frozenset(
    "tar bsdtar unzip gunzip gzip unxz xz bunzip2 bzip2 zstd unzstd 7z dpkg gdebi apt apt-get rpm dnf yum apk".split()
)
_OUTPUT: Final = {
    "curl": ("-o", "--output"),
    "wget": ("-O", "--output-document"),
    "aria2c": ("-o", "--out"),
}
_MAX_ARCHIVES: Final = 100
_SHORT: Final = re.compile(r"-[A-Za-z]*[oO]\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each archive that a RUN or ADD of the final image loads, that is used, and that stays."""
    told = 0
    for run in () if model.programs.isdisjoint(_OUTPUT) else model.runs:
        if not model.in_final_image(run.stage) or not any(command.name in _OUTPUT for command in run.commands):
            continue
        for number, command in enumerate(run.commands):
            path = _loaded(command)
            # Each archive is looked for in all that follows: so many, and no more, in a hostile file.
            told += path is not None
            if (
                path
                and told <= _MAX_ARCHIVES
                and _used(model, run, number, posixpath.basename(path))
                and not _gone(run, number, path)
            ):
                yield RULE.at(
                    command.span,
                    f"{posixpath.basename(path)[:60]} stays in this layer beside what it held",
                    _fix(model, run, path),
                    Impact(bytes_saved=(1_000_000, 100_000_000)),
                )
    for stage in model.stages:
        if model.in_final_image(stage):
            yield from _added(model, stage)


def _added(model: Model, stage: Stage) -> Iterable[Finding]:
    for node in stage.instructions:
        if node.keyword != "ADD" or len(node.words) != 2 or node.flag("unpack"):
            continue
        url, target = (word.value for word in node.words)
        name = posixpath.basename(target if not target.endswith(("/", ".")) else url.split("?")[0])
        if url.startswith(("http://", "https://")) and _ARCHIVE.search(name) and "$" not in name:
            later = [run for run in model.runs if run.stage is stage and run.instruction.span.start > node.span.start]
            if any(_takes(command, name) for run in later for command in run.commands):
                yield RULE.at(
                    node.span,
                    f"{name[:60]} stays in this layer, whatever a later RUN deletes",
                    impact=Impact(bytes_saved=(1_000_000, 100_000_000)),
                )


def _loaded(command: Command) -> str | None:
    """Return the path of the archive that a download writes."""
    wanted = _OUTPUT.get(command.name)
    if wanted is None or command.in_pipeline or command.redirects:
        return None
    words = command.arguments
    path = None
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in wanted or (_SHORT.match(word) and word[-1] == wanted[0][-1]):
            path = following
        elif word.startswith(wanted[1] + "="):
            path = word.partition("=")[2]
    if path is None and (command.name == "wget" or any(_SHORT.match(w) or w == "--remote-name" for w in words)):
        url = next((word for word in words if "://" in word), "")
        path = posixpath.basename(url.split("?")[0].split("#")[0])
    known = path is not None and _ARCHIVE.search(path) and not path.startswith("-")
    return path if known else None


def _takes(command: Command, name: str) -> bool:
    return command.name in _CONSUMERS and any(
        a == name or a.endswith(("/" + name, "=" + name)) or ("*" in a and fnmatchcase(name, posixpath.basename(a)))
        for a in command.arguments
    )


def _used(model: Model, run: Run, number: int, name: str) -> bool:
    if any(_takes(command, name) for command in run.commands[number:]):
        return True
    later = (r for r in model.runs if r.stage is run.stage and r.instruction.span.start > run.instruction.span.start)
    return any(_takes(command, name) for other in later for command in other.commands)


def _gone(run: Run, number: int, path: str) -> bool:
    """Return whether this RUN may remove or move the file, or writes it outside the layer."""
    if any(path.startswith(target.rstrip("/") + "/") for target in run.cache_targets if target):
        return True
    name = posixpath.basename(path)
    for command in run.commands[number + 1 :]:
        words = command.arguments
        if command.name in ("mv", "unlink", "find", "trap", "xargs") and any(
            name in a or "-delete" in a for a in words
        ):
            return True
        if command.name in ("gunzip", "unxz", "bunzip2") or (command.name in ("gzip", "xz", "bzip2") and "-d" in words):
            return True
        if command.name == "rm":
            for word in words:
                if "$" in word or word.endswith("*") or _names(posixpath.basename(word.rstrip("/")), name):
                    return True
                if path.startswith(word.rstrip("/") + "/") or (not path.startswith("/") and _deep(words)):
                    return True
    return any(command.name == "trap" for command in run.commands)


def _names(pattern: str, name: str) -> bool:
    # A text without a mark of a pattern is not worth one: each would be compiled.
    return fnmatchcase(name, pattern) if "*" in pattern or "?" in pattern or "[" in pattern else name == pattern


def _deep(words: tuple[str, ...]) -> bool:
    return any(word.startswith("-") and ("r" in word or "R" in word) for word in words)


def _fix(model: Model, run: Run, path: str) -> Fix | None:
    moves = any(command.name in ("cd", "pushd") for command in run.commands)
    later = any(
        posixpath.basename(path) in argument
        for other in model.runs
        if other.instruction.span.start > run.instruction.span.start
        for command in other.commands
        for argument in command.arguments
    )
    if later or "$" in path or " " in path or (moves and not path.startswith("/")):
        return None
    edit = append_command(model, run, f"rm {path}")
    return Fix("Delete it in the same RUN", (edit,), SAFE) if edit else None


RULE = Rule(
    code="JT153",
    name="archive-left",
    group="size",
    message="a downloaded archive stays in the image",
    check=check,
    triggers=("curl", "wget", "aria2c", "add http"),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN curl -fsSL https://e.org/a-1.2.tar.gz -o /tmp/a.tar.gz && tar xzf /tmp/a.tar.gz -C /opt\n",
            after="FROM debian:bookworm\nRUN curl -fsSL https://e.org/a-1.2.tar.gz -o /tmp/a.tar.gz && tar xzf /tmp/a.tar.gz -C /opt && rm /tmp/a.tar.gz\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nRUN wget -q https://e.org/a.zip \\\n    && unzip a.zip\n",
            after="FROM debian:bookworm\nRUN wget -q https://e.org/a.zip \\\n    && unzip a.zip \\\n    && rm a.zip\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nADD https://e.org/a.tgz /tmp/\nRUN tar xzf /tmp/a.tgz && rm /tmp/a.tgz\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nRUN wget -q https://e.org/a.zip && unzip a.zip && rm -f *.zip\n"),
        Example(before="FROM debian:bookworm\nRUN curl -fsSL https://e.org/a.tgz | tar xz -C /opt\n"),
        Example(before="FROM alpine:3.20\nRUN cd /tmp && wget https://e.org/a.tgz && tar xf a.tgz && rm -rf /tmp/*\n"),
    ),
)
