"""An archive is copied into the image and unpacked by a RUN.

The layer of the COPY keeps the archive for ever, whatever the RUN deletes. ADD of a local archive unpacks
it in one step; a bind mount (`RUN --mount=type=bind`) shows it to the RUN without a layer.

Source: Dockerfile reference, "ADD", local tar archives.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Impact
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

_TAR: Final = re.compile(r"\.(?:tar(?:\.(?:gz|bz2|xz|zst|lzma))?|tgz|tbz2?|txz|tzst)\Z", re.IGNORECASE)
_UNPACK: Final = frozenset(("tar", "unzip", "gunzip", "bsdtar", "7z", "unxz", "bunzip2"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY of an archive that a later RUN of the stage unpacks."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        unpacked = _unpacked(model, stage)
        for node in stage.instructions:
            if node.keyword != "COPY" or node.flag("from") or len(node.words) < 2:
                continue
            for word in node.words[:-1]:
                name = posixpath.basename(word.value)
                if _TAR.search(name) and any(start > node.span.start and name in text for start, text in unpacked):
                    yield RULE.at(
                        word.span,
                        f"{name[:60]} stays in this layer beside what it holds",
                        impact=_impact(model, word.value),
                    )


def _unpacked(model: Model, stage: Stage) -> list[tuple[int, str]]:
    return [
        (run.instruction.span.start, " ".join(command.arguments))
        for run in model.runs
        if run.stage is stage
        for command in run.commands
        if command.name in _UNPACK
    ]


def _impact(model: Model, path: str) -> Impact:
    if model.context is not None:
        name = posixpath.normpath(path).lstrip("/")
        size = next((file.size for file in model.context.files() if file.path == name), 0)
        if size:
            return Impact(bytes_saved=(size, size), basis="measured")
    return Impact(bytes_saved=(1_000_000, 100_000_000))


RULE = Rule(
    code="JT110",
    name="archive-copied",
    group="size",
    message="an archive stays in the layer that copied it",
    check=check,
    triggers=(".tar", ".tgz", ".tbz", ".txz", ".tzst"),
    foreign=("DL3010",),
    differs="An archive that no RUN unpacks is data and is not reported.",
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY app.tar.gz /tmp/\nRUN tar xzf /tmp/app.tar.gz -C /srv\n", lines=(2,)
        ),
        Example(before="FROM debian:bookworm\nADD app.tar.gz /srv/\nCOPY data.tgz /srv/\n"),
    ),
)
