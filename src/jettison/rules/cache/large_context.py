"""The build is given a large part of the folder it stands in.

Everything that a COPY, an ADD or a bind mount names is read, hashed and sent to the builder, on every build
and over the network where the builder is elsewhere. The legacy builder sends all of it, named or not.

Leave the biggest parts out with .dockerignore, or name the folders that are needed instead of `.`.
The finding names what takes most. Setting `limit_megabytes` (100): the size from which it is reported.

Source: Docker documentation, "Build context".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Impact
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import ContextFile
    from jettison.model.dockerfile import Model

_SHOWN = 4


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding, on the instruction that takes most, when much is sent."""
    limit = int(RULE.option(model, "limit_megabytes")) * 1_000_000
    copies = model.copied()
    if not copies:
        return
    sent: dict[str, int] = {}
    for copy in copies:
        if copy.whole:
            sent = {file.path: file.size for file in copy.files}
            break
        sent.update((file.path, file.size) for file in copy.files)
    total = sum(sent.values())
    if total <= limit:
        return
    largest = max(copies, key=lambda copy: sum(file.size for file in copy.files))
    parts = biggest_parts(largest.files)
    shown = ", ".join(f"{name} {_size(size)}" for name, size in parts[:_SHOWN])
    context = model.context
    more = " or more" if context is not None and context.truncated else ""
    yield RULE.at(
        largest.span,
        f"{_size(total)}{more} are sent to the builder: {shown}",
        impact=Impact(context_bytes=(parts[0][1], total), basis="measured"),
    )


def biggest_parts(files: tuple[ContextFile, ...]) -> list[tuple[str, int]]:
    """Return (name, bytes) of the topmost folders and files, the largest first."""
    parts: dict[str, int] = {}
    for file in files:
        name, slash, _ = file.path.partition("/")
        parts[name + slash] = parts.get(name + slash, 0) + file.size
    return sorted(parts.items(), key=lambda part: (-part[1], part[0]))


def _size(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} kB"


RULE = Rule(
    code="JT230",
    name="large-context",
    group="cache",
    message="much is sent to the builder",
    check=check,
    needs_context=True,
    triggers=("copy", "add", "type=bind"),
    effort=Effort.LOW,
    options={"limit_megabytes": 100},
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY conf /etc/app\nCOPY . /srv\n",
            lines=(3,),
            files=(("media/film.mov", "x" * 2_000_000), ("conf/app.ini", "x\n")),
            options={"limit_megabytes": 1},
        ),
        Example(
            before="FROM debian:bookworm\nCOPY conf /etc/app\n",
            files=(("media/film.mov", "x" * 2_000_000), ("conf/app.ini", "x\n")),
            options={"limit_megabytes": 1},
        ),
    ),
)
