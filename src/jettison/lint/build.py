"""One way in which a Dockerfile is built, and checking a file in all of its ways."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jettison.lint.engine import FileReport, check_bytes
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.model.context import BuildContext, Walks
    from jettison.settings.settings import Choice

MAX_BUILDS: Final = 64


class Build(NamedTuple):
    """A build as a Compose service or a Bake target asks for it.

    `dockerfile`: its path. `context`: the folder that is sent, None when it is remote. `args`: sorted pairs.
    `contexts`: names of further contexts. `inline`: the text where there is no file. `origin`: who asks.
    `origin_path` and `line`: where that stands.
    """

    dockerfile: str
    context: str | None
    target: str | None = None
    args: tuple[tuple[str, str], ...] = ()
    contexts: tuple[str, ...] = ()
    inline: str | None = None
    origin: str = ""
    origin_path: str = ""
    line: int = 0


def own_build(path: str) -> Build:
    """Return the build of a Dockerfile that nobody else asks for: its own folder is the context, "-" has none."""
    return Build(path, None if path == "-" else os.path.dirname(path) or ".")


def check_builds(
    data: bytes, path: str, builds: Sequence[Build], choice: Choice, with_context: bool, walks: Walks | None = None
) -> FileReport:
    """Return one report of a file over all ways in which it is built; what is found twice is told once.

    walks: the folders that were walked before at the same moment.
    """
    reports = [
        check_build(data, path, build, context_of(build, path, walks) if with_context else None, choice)
        for build in distinct(builds)
    ]
    report = reports[0]
    if len(reports) > 1:
        report.findings = _merged(r.findings for r in reports)
        told = {_key(finding) for finding in report.findings}
        report.suppressed = tuple(f for f in _merged(r.suppressed for r in reports) if _key(f) not in told)
    report.builds = tuple(build.origin for build in builds if build.origin)
    return report


def check_build(data: bytes, path: str, build: Build, context: BuildContext | None, choice: Choice) -> FileReport:
    """Return the report of a file in one of its ways."""
    return check_bytes(
        data,
        path,
        context,
        choice.select,
        choice.ignore,
        choice.options,
        severity=choice.severity,
        required=choice.required,
        foreign_comments=choice.foreign_comments,
        build_args=dict(build.args),
        target=build.target,
        build_contexts=frozenset(build.contexts),
    )


def context_of(build: Build, path: str, walks: Walks | None = None) -> BuildContext | None:
    """Return the context of a build of the Dockerfile at `path`; None when it is remote or no folder."""
    return context_at(build.context, path, walks) if build.context is not None else None


def context_at(folder: str, path: str, walks: Walks | None = None) -> BuildContext | None:
    """Return the context that a folder makes for the Dockerfile at `path`; None when it is no folder."""
    from jettison.model.context import read_context

    folder = folder or "."
    if not os.path.isdir(folder):
        return None
    name = os.path.relpath(os.path.abspath(path), os.path.abspath(folder)).replace(os.sep, "/")
    return read_context(folder, name, walks)


def distinct(builds: Sequence[Build]) -> list[Build]:
    """Return a build per (context, target, args), and one of the last stage when all name a target."""
    found: dict[object, Build] = {}
    for build in builds:
        found.setdefault((build.context, build.target, build.args, build.contexts), build)
    kept = list(found.values())[:MAX_BUILDS]
    if kept and all(build.target for build in kept):
        kept.append(kept[0]._replace(target=None, args=()))
    return kept


def _merged(groups: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    found: dict[object, Finding] = {}
    for group in groups:
        for finding in group:
            found.setdefault(_key(finding), finding)
    return tuple(sorted(found.values(), key=lambda f: (f.span.start, f.code)))


def _key(finding: Finding) -> object:
    return finding.code, finding.span, finding.message
