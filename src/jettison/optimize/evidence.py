"""The evidence file: what went in, what was done, what was measured, what was concluded; version 1.

It holds no secrets: of variables only the names, and the values where neither name nor content looks
like one. docs/evidence.schema.json is its schema.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final

from jettison import __version__
from jettison.knowledge.secret_marks import is_secret_name
from jettison.model.context import BuildContext, IgnoreFile
from jettison.report.mask import masked
from jettison.report.optimize_json import claims_data, measurement_data

if TYPE_CHECKING:
    from jettison.optimize.records import ImageRecord, Outcome

VERSION: Final = 1
DEFAULT_NAME: Final = "jettison-evidence.json"
MAX_BYTES: Final = 16 * 1024 * 1024
_CHUNK: Final = 1024 * 1024


def evidence_data(outcome: Outcome, path: str) -> dict[str, Any]:
    """Return the evidence of an outcome as it goes into the file at `path`."""
    request = outcome.request
    project = os.path.realpath(request.project)
    chosen = outcome.chosen
    after_ignore = chosen.dockerignore if chosen is not None and chosen.dockerignore is not None else None
    ignore = after_ignore if after_ignore is not None else outcome.ignore_before
    data: dict[str, Any] = {
        "version": VERSION,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "tools": {"jettison": __version__, "engine": outcome.engine},
        "project": os.path.relpath(project, os.path.realpath(os.path.dirname(path) or ".")),
        "verdict": outcome.verdict,
        "reason": outcome.unproven_reason,
        "inputs": {
            "dockerfile": _file(outcome.dockerfile, outcome.source.data, project),
            "dockerignore": _file(outcome.ignore_path, outcome.ignore_before, project),
            "context": context_data(project, os.path.relpath(outcome.dockerfile, request.project), ignore),
            "compose": [{"path": os.path.relpath(path, project), "sha256": digest} for path, digest in outcome.compose],
            "bases": [
                {"name": base.name, "id": base.id, "digests": list(base.digests), "platform": base.platform}
                for base in outcome.bases
            ],
        },
        "outputs": {
            "dockerfile": _file(outcome.dockerfile, chosen.dockerfile if chosen else None, project),
            "dockerignore": _file(outcome.ignore_path, after_ignore, project),
            "changes": [{"id": change.id, "title": change.title} for change in outcome.changes],
        },
        "commands": {
            "network": request.network,
            "build_args": _values(request.build_args),
            "env": _values(request.env),
            "probes": list(request.probes),
            "checks": list(request.checks),
            "probe_commands": list(request.probe_commands),
            "online": request.online,
            "source_file": request.source_file,
        },
        "images": {"before": _image(outcome.image_before), "after": _image(outcome.image_after)},
        "measurements": {"before": measurement_data(outcome.before), "after": measurement_data(outcome.after)},
        "claims": claims_data(outcome.proof),
        "backed_out": [
            {"change": each.change, "claim": each.claim, "evidence": list(each.evidence)} for each in outcome.backed_out
        ],
    }
    data["digest"] = digest_of(data)
    return data


def render_evidence(outcome: Outcome, path: str) -> bytes:
    """Return the evidence file's content."""
    return (json.dumps(evidence_data(outcome, path), indent=2) + "\n").encode("ascii")


def digest_of(data: dict[str, Any]) -> str:
    """Return the digest of an evidence record without its own `digest`; it shows damage, it is no signature."""
    rest = {key: value for key, value in data.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def file_digest(path: str) -> str:
    """Return the SHA-256 of a file in hexadecimal digits, "" where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read(MAX_BYTES)).hexdigest()
    except OSError:
        return ""


def context_data(project: str, dockerfile: str, ignore: bytes | None) -> dict[str, Any]:
    """Return digest, files and bytes of what a build is sent, without the Dockerfile and the ignore file.

    The digest covers, for each file in order, its path, whether it may be executed, and its content.
    """
    rules = None if ignore is None else IgnoreFile.parse(ignore)
    context = BuildContext(project, dockerfile, rules, None if ignore is None else ".dockerignore")
    own = {dockerfile, ".dockerignore", f"{dockerfile}.dockerignore", DEFAULT_NAME}
    whole = hashlib.sha256()
    files = size = 0
    for file in context.files():
        if file.path in own:
            continue
        files, size = files + 1, size + file.size
        whole.update(_entry(os.path.join(project, file.path), file.path))
    return {"sha256": whole.hexdigest(), "files": files, "bytes": size}


def _entry(full: str, path: str) -> bytes:
    name = path.encode("utf-8", "surrogateescape")
    try:
        if os.path.islink(full):
            return b"L" + name + b"\0" + os.readlink(full).encode("utf-8", "surrogateescape") + b"\0"
        if not os.path.isfile(full):
            return b"O" + name + b"\0"
        content = hashlib.sha256()
        with open(full, "rb") as stream:
            while piece := stream.read(_CHUNK):
                content.update(piece)
            kind = b"X" if os.fstat(stream.fileno()).st_mode & 0o100 else b"F"
    except OSError as error:
        return b"E" + name + b"\0" + str(error.errno).encode() + b"\0"
    return kind + name + b"\0" + content.digest()


def _file(path: str, content: bytes | None, project: str) -> dict[str, Any] | None:
    if content is None:
        return None
    # A text with a secret in it is only named by its digest; so is one that JSON cannot hold as it is.
    text = None
    if masked(content) == content:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = None
    return {
        "path": os.path.relpath(os.path.realpath(path), project),
        "sha256": hashlib.sha256(content).hexdigest(),
        "text": text,
    }


def _values(given: dict[str, str]) -> dict[str, str | None]:
    return {name: None if is_secret_name(name) else value for name, value in sorted(given.items())}


def _image(record: ImageRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {"digest": record.digest, "layers": list(record.layers), "platform": record.platform}
