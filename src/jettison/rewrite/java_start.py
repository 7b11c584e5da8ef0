"""Which line of the final stage starts a program with java, for the runtime that is linked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.rewrite.java_runtime import linked

if TYPE_CHECKING:
    from jettison.rewrite.assembly import Assembly


def link_java(job: Assembly, entry: list[str] | None, command: list[str] | None) -> None:
    """Let the program run on a Java runtime of its own modules, where a line of the final stage starts it with java."""
    assert job.pieces is not None
    mounts = job.features.mounts and "jdeps-cache" not in job.without
    nodes = {piece.node.keyword: piece.node for piece in job.pieces.body if piece.node.keyword in ("ENTRYPOINT", "CMD")}
    if entry and command is not None and "ENTRYPOINT" in nodes and nodes["ENTRYPOINT"].form == "exec":
        job.java, job.start_keyword = linked(job.image, entry, mounts), "ENTRYPOINT"
    elif entry == [] and command and "CMD" in nodes and not job.config.entrypoint:
        job.java = linked(job.image, command, mounts)
    if job.java is not None:
        job.argv = list(job.java.argv)
