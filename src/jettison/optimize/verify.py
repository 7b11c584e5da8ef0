"""An evidence file is checked again: its own integrity, then each digest, then, if asked, the proof itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from jettison.errors import SourceError, UsageError
from jettison.optimize.evidence import MAX_BYTES, VERSION, context_data, digest_of, file_digest

if TYPE_CHECKING:
    from jettison.engine.base import Engine, OnEvent
    from jettison.proof.claims import Proof

SAME: Final = "same"
CHANGED: Final = "changed"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. state: "same", "changed" or "unknown" (could not be asked)."""

    what: str
    state: str
    seen: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of an evidence file gave."""

    path: str
    project: str
    verdict: str
    checks: tuple[Check, ...]
    proof: Proof | None = None

    @property
    def holds(self) -> bool:
        """Return whether nothing has changed, what was recorded is a proof, and so is what was proven anew."""
        changed = any(check.state == CHANGED for check in self.checks)
        return self.verdict == "proven" and not changed and (self.proof is None or self.proof.verdict == "proven")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What a new proof needs that the evidence does not hold. probe_commands, online: they are allowed again."""

    say: Callable[[str], None]
    on_event: OnEvent | None = None
    before: str | None = None
    network: str | None = None
    build_args: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    probe_commands: bool = False
    online: bool = False


def read_evidence(path: str) -> dict[str, Any]:
    """Return a whole evidence record.

    Raises:
        SourceError: it cannot be read, is no evidence file of this version, or was altered.
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise SourceError(f"{path}: larger than {MAX_BYTES // 1024 // 1024} MB; an evidence file was expected")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: is not JSON; an evidence file of `jettison optimize` was expected") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not _whole(data):
        raise SourceError(f"{path}: is no evidence file of version {VERSION}")
    if data.get("digest") != digest_of(data):
        raise SourceError(f"{path}: was altered after it was written: its digest does not fit its content")
    return data


def _whole(data: dict[str, Any]) -> bool:
    tables = ("inputs", "outputs", "commands", "images", "measurements", "tools")
    if not all(isinstance(data.get(name), dict) for name in tables) or not isinstance(data.get("project"), str):
        return False
    inputs, outputs = data["inputs"], data["outputs"]
    files = (
        inputs.get("dockerfile"),
        inputs.get("dockerignore"),
        outputs.get("dockerfile"),
        outputs.get("dockerignore"),
    )
    return (
        all(file is None or _is_file(file) for file in files)
        and isinstance(inputs.get("dockerfile"), dict)
        and isinstance(inputs.get("context"), dict)
        and isinstance(inputs.get("compose", []), list)
        and all(_is_file(file) for file in inputs.get("compose", []))
        and isinstance(inputs.get("bases"), list)
        and all(isinstance(base, dict) for base in inputs["bases"])
    )


def _is_file(file: object) -> bool:
    return isinstance(file, dict) and all(isinstance(file.get(key), str) for key in ("path", "sha256"))


def verify(path: str, project: str | None, engine: Engine | None) -> Verification:
    """Return what has changed since the evidence was written. engine None: base images are not asked for."""
    data = read_evidence(path)
    root = project or os.path.normpath(os.path.join(os.path.dirname(path) or ".", data["project"]))
    if not os.path.isdir(root):
        raise SourceError(f"{root}: is not a folder; name the project with --project")
    checks = [_own_check(data)]
    inputs, outputs = data["inputs"], data["outputs"]
    for kind in ("dockerfile", "dockerignore"):
        file = outputs.get(kind) or inputs.get(kind)
        if file is not None:
            checks.append(_file_check(root, kind, file, inputs.get(kind)))
    checks.append(_context_check(root, data))
    # A file from before this was recorded has none.
    checks += [_file_check(root, "Compose file", file, None) for file in inputs.get("compose") or ()]
    checks += [_base_check(base, engine) for base in inputs["bases"]]
    return Verification(path, root, str(data.get("verdict")), tuple(checks))


def _own_check(data: dict[str, Any]) -> Check:
    verdict = str(data.get("verdict"))
    return Check("evidence", SAME, f"recorded verdict: {verdict}")


def _file_check(root: str, kind: str, file: dict[str, Any], before: dict[str, Any] | None) -> Check:
    now = file_digest(_inside(root, file["path"]))
    what = f"{kind} {file['path']}"
    if now == file["sha256"]:
        return Check(what, SAME, now[:12])
    if before is not None and now == before["sha256"]:
        return Check(what, CHANGED, "it is still the file from before: the proven one was not written")
    return Check(what, CHANGED, f"recorded {file['sha256'][:12]}, now {now[:12] if now else 'missing'}")


def _inside(root: str, path: str) -> str:
    full = os.path.normpath(os.path.join(root, path))
    return full if not os.path.isabs(path) else path


def _context_check(root: str, data: dict[str, Any]) -> Check:
    recorded = data["inputs"]["context"]
    file = data["outputs"].get("dockerignore") or data["inputs"].get("dockerignore")
    ignore = None
    if file is not None:
        try:
            with open(_inside(root, file["path"]), "rb") as stream:
                ignore = stream.read(MAX_BYTES)
        except OSError:
            ignore = None
    now = context_data(root, data["inputs"]["dockerfile"]["path"], ignore)
    if now["sha256"] == recorded.get("sha256"):
        return Check("build context", SAME, f"{now['files']} files, {now['bytes']} bytes")
    return Check(
        "build context",
        CHANGED,
        f"recorded {recorded.get('files')} files, {recorded.get('bytes')} bytes; now {now['files']}, {now['bytes']}",
    )


def _base_check(base: dict[str, Any], engine: Engine | None) -> Check:
    what = f"base {base.get('name')}"
    if engine is None or not base.get("id"):
        return Check(what, UNKNOWN, "no engine was asked" if engine is None else "its identity was not recorded")
    now = engine.identity(str(base.get("name")))
    if now is None:
        return Check(what, UNKNOWN, "the engine does not hold it")
    if now.id == base.get("id"):
        return Check(what, SAME, now.id[:19])
    return Check(what, CHANGED, f"recorded {str(base.get('id'))[:19]}, now {now.id[:19]}")


def rebuild(path: str, verification: Verification, engine: Engine, given: Rebuild) -> Proof:
    """Return a proof made anew: the recorded Dockerfile from before against the one that is there now.

    Raises:
        UsageError: a secret value or a text that was not recorded is needed and was not given.
        EngineError: the engine, or the build, failed.
    """
    from jettison.optimize.job import Job
    from jettison.optimize.records import Request
    from jettison.rewrite.candidates import Candidate, Change
    from jettison.rewrite.intent import intended

    data = read_evidence(path)
    commands, inputs, outputs = data["commands"], data["inputs"], data["outputs"]
    before = _text(inputs["dockerfile"], given.before, "--before")
    file = outputs.get("dockerfile") or inputs["dockerfile"]
    dockerfile = _inside(verification.project, file["path"])
    request = Request(
        project=verification.project,
        dockerfile=dockerfile,
        network=given.network or commands.get("network"),
        build_args=_given(commands.get("build_args"), given.build_args, "--build-arg"),
        env=_given(commands.get("env"), given.env, "--env"),
        probes=tuple(map(str, commands.get("probes") or ())),
        checks=tuple(map(str, commands.get("checks") or ())),
        probe_commands=tuple(map(str, commands.get("probe_commands") or ())) if given.probe_commands else (),
        online=bool(commands.get("online")) and given.online,
        source_file=None,
    )
    if commands.get("probe_commands") and not given.probe_commands:
        raise UsageError("the evidence was made with commands on this machine; --probe-commands allows them again")
    with open(dockerfile, "rb") as stream:
        now = stream.read()
    ignored = inputs.get("dockerignore")
    ignore_before = _text(ignored, None, ".dockerignore from before") if ignored else b""
    changes = tuple(Change(str(each.get("id")), str(each.get("title"))) for each in outputs.get("changes") or ())
    job = Job(request, before, dockerfile, engine, given.say, given.on_event)
    candidate = Candidate("recorded", "as recorded", now, None, changes, intended(job.model, now))
    return job.prove_again(candidate, ignore_before)


def _text(file: dict[str, Any], path: str | None, option: str) -> bytes:
    if path is not None:
        try:
            with open(path, "rb") as stream:
                content = stream.read(MAX_BYTES)
        except OSError as error:
            raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise SourceError(f"{path}: is not the file that the evidence is about")
        return content
    if not isinstance(file.get("text"), str):
        raise UsageError(f"the text of {file['path']} was not recorded (it holds a secret): give it with {option}")
    text: str = file["text"]
    return text.encode()


def _given(recorded: object, given: dict[str, str], option: str) -> dict[str, str]:
    values = dict(given)
    for name, value in recorded.items() if isinstance(recorded, dict) else ():
        if name in values:
            continue
        if not isinstance(value, str):
            raise UsageError(f"the value of {name} was not recorded (it is a secret): give it with {option}")
        values[name] = value
    return values
