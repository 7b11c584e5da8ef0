"""Proven results of earlier runs, found again by the content of all that went into them.

The key covers this program's own files, the engine, the build context with its Dockerfile and ignore file, and the
options and the vulnerability database. A base image that has another id since makes a result void, and so does a new
day where vulnerabilities were counted: the age of the data stands beside them. Not kept is what could differ although all of
this is the same (services beside it, commands on this machine, the outside network), what is not proven, and what
holds a secret. Records lie in the user's cache: at most 200, none older than 30 days.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import jettison
from jettison.atomic import write_whole
from jettison.cache_folder import cache_folder, keeps_results
from jettison.errors import SourceError
from jettison.findings import Finding, Impact, KnownVulnerabilities
from jettison.optimize.builds import secret_settings
from jettison.optimize.costs import LineCost
from jettison.optimize.evidence import context_data
from jettison.optimize.image_findings import IMAGE_CODES
from jettison.optimize.outcome import difference
from jettison.optimize.records import (
    Attempt,
    BackedOut,
    BaseRecord,
    Gone,
    ImageRecord,
    Outcome,
    Side,
)
from jettison.proof.claims import Claim, Proof
from jettison.proof.measure import Measurement
from jettison.proof.trace import can_trace
from jettison.report.mask import masked
from jettison.rewrite.candidates import Candidate, Change
from jettison.rewrite.order import ordered
from jettison.span import Span
from jettison.vulnerabilities.image_counts import ImageCounts

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.optimize.job import Job

MAX_RECORDS: Final = 200
MAX_BYTES: Final = 4 * 1024 * 1024
MAX_AGE: Final = 30 * 86400.0
# Where the engine cannot tell whether the base is still the same.
MAX_AGE_UNKNOWN_BASE: Final = 86400.0
_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        Attempt, BackedOut, BaseRecord, Candidate, Change, Claim, Finding, Gone, ImageCounts, ImageRecord, Impact,
        KnownVulnerabilities, LineCost, Measurement, Proof, Side, Span,
    )
}  # fmt: skip
_PARTS: Final = (
    "verdict", "chosen", "changes", "before", "after", "proof", "attempts", "backed_out", "notes", "costs", "sides",
    "gone", "image_before", "image_after", "bases",
)  # fmt: skip


def folder() -> str:
    """Return where the records lie."""
    return os.path.join(cache_folder(), "optimize")


def find(job: Job, engine: Engine) -> Outcome | None:
    """Return the result of an earlier run of the same project, with its date; None where there is none that holds."""
    path = _path(job, engine)
    if path is None:
        return None
    try:
        with open(path, "rb") as stream:
            data = json.loads(stream.read(MAX_BYTES))
        kept_at, findings, parts = float(data["at"]), data["findings"], {k: _read(data[k]) for k in _PARTS}
        # A base that was exchanged, and one that nobody can tell of any more.
        limit = _age_limit(parts["bases"], engine)
        if not 0 <= time.time() - kept_at <= limit or parts["verdict"] != "proven" or _aged(parts["sides"], kept_at):
            return None
        ranked = _ranked(job.findings, findings)
        if ranked is None:
            return None
        return job.outcome_of(parts, ranked, kept_at, difference(job.model, parts["chosen"], job.ignore_before))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def keep(job: Job, engine: Engine, outcome: Outcome) -> None:
    """Keep a proven result; one that must not be kept, or cannot be written, is passed over."""
    chosen = outcome.chosen
    if outcome.verdict != "proven" or chosen is None or masked(chosen.dockerfile) != chosen.dockerfile:
        return
    path = _path(job, engine)
    if path is None:
        return
    sides = tuple(replace(side, seen=None, known=None) for side in outcome.sides)
    data: dict[str, Any] = {name: _written(getattr(outcome, name)) for name in _PARTS if name != "sides"}
    data["sides"] = _written(sides)
    data["at"] = time.time()
    data["findings"] = [_written_finding(finding) for finding in outcome.findings]
    content = json.dumps(data).encode("ascii")
    if len(content) > MAX_BYTES:
        return
    with contextlib.suppress(OSError, SourceError):
        os.makedirs(folder(), mode=0o700, exist_ok=True)
        write_whole(path, content)
        _prune()


def forget_all() -> int:
    """Remove all records and return how many there were."""
    count = 0
    for path in _all():
        with contextlib.suppress(OSError):
            os.unlink(path)
            count += 1
    return count


def _all() -> list[str]:
    try:
        names = sorted(os.listdir(folder()))
    except OSError:
        return []
    return [os.path.join(folder(), name) for name in names if name.endswith(".json")]


def _prune() -> None:
    dated = sorted((os.stat(path).st_mtime, path) for path in _all())
    oldest = time.time() - MAX_AGE
    for number, (at, path) in enumerate(dated, 1):
        if at < oldest or number <= len(dated) - MAX_RECORDS:
            os.unlink(path)


def _path(job: Job, engine: Engine) -> str | None:
    """Return the file of a run's record; None for one that must not have any."""
    asked = job.request
    if not asked.recorded or not keeps_results() or asked.probe_commands or asked.online or asked.commit:
        return None
    if secret_settings(asked) or masked(job.model.source.data) != job.model.source.data:
        return None
    if job.needs is not None:
        return None
    return os.path.join(folder(), f"{_key(job, engine)}.json")


def _key(job: Job, engine: Engine) -> str:
    asked = job.request
    relative = os.path.relpath(job.path, asked.project)
    ignore = job.context.read(job.context.ignore_path) if job.context.ignore_path else None
    parts = (
        own_files(),
        (engine.name, repr(engine.features), os.environ.get("DOCKER_HOST", ""), asked.trace and can_trace()),
        # The history counts as far as it changes the order of the file.
        _digest(ordered(job.model, job.project.history)[0]),
        (relative, _digest(job.model.source.data), job.context.ignore_path, _digest(ignore or b"")),
        context_data(asked.project, relative, ignore),
        (asked.network, sorted(asked.build_args.items()), asked.probes, asked.checks, sorted(asked.env.items())),
        (asked.budget_seconds, asked.source_file, asked.aim, asked.services, asked.dependency_change),
        _database(job.decided.vulnerabilities.database),
        _digest(repr(job.decided).encode("utf-8", "surrogateescape")),
    )
    return _digest(json.dumps(parts, sort_keys=True).encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def own_files() -> str:
    """Return what tells this program from any other version of it: names, sizes and times of its files."""
    whole = hashlib.sha256(jettison.__version__.encode())
    for place, folders, names in os.walk(os.path.dirname(jettison.__file__)):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".py", ".toml")):
                seen = os.stat(os.path.join(place, name))
                whole.update(f"{name} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return whole.hexdigest()


def _age_limit(bases: tuple[BaseRecord, ...], engine: Engine) -> float:
    """Return for how many seconds a result holds; less than none where a base is another one now."""
    limit = MAX_AGE
    for base in bases:
        now = engine.identity(base.name)
        if base.id and now is not None and now.id != base.id:
            return -1.0
        if (not base.id or now is None) and "@" not in base.name:
            limit = MAX_AGE_UNKNOWN_BASE
    return limit


def _aged(sides: tuple[Side, ...], kept_at: float) -> bool:
    """Return whether the age of data that the result names is another one today."""
    counted = any(side.vulnerabilities is not None for side in sides)
    return counted and datetime.fromtimestamp(kept_at, UTC).date() != datetime.now(UTC).date()


def _database(path: str) -> tuple[int, int] | None:
    try:
        seen = os.stat(path)
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns


def _written_finding(finding: Finding) -> list[Any]:
    """Return what is recorded of a finding: what was measured, and the whole of one that only the image shows."""
    of_image = finding.code in IMAGE_CODES
    return [finding.code, finding.span.start, _written(finding if of_image else finding.impact)]


def _ranked(findings: tuple[Finding, ...], recorded: list[Any]) -> tuple[Finding, ...] | None:
    """Return the findings in their recorded order, with what was measured of them; None where they differ."""
    known = {(finding.code, finding.span.start): finding for finding in findings}
    of_file = [code for code, _, _ in recorded if code not in IMAGE_CODES]
    if len(of_file) != len(findings) or len(known) != len(findings):
        return None
    return tuple(
        _read(what) if code in IMAGE_CODES else known[code, start]._replace(impact=_read(what))
        for code, start, what in recorded
    )


def _written(value: Any) -> Any:
    """Return a value as JSON holds it; records with the name of their kind."""
    kind = type(value).__name__
    if kind in _KINDS:
        names = [field.name for field in fields(value)] if is_dataclass(value) else value._fields
        return {"kind": kind, "values": [_written(getattr(value, name)) for name in names]}
    if isinstance(value, bytes):
        return {"kind": "bytes", "values": value.decode("latin-1")}
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise ValueError(f"a {kind} cannot be recorded")


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_read, value))
    if not isinstance(value, dict):
        return value
    if value["kind"] == "bytes":
        return value["values"].encode("latin-1")
    return _KINDS[value["kind"]](*map(_read, value["values"]))
