"""Uploads or other files of the users are kept inside the container.

A variable names the folder, and no VOLUME covers it: what users send lies in the container's own layer
and is gone with the next update.

Mount a named volume on the folder when the container is run, or keep the files in an object store. Names
such as UPLOAD_FOLDER, MEDIA_ROOT, STORAGE_PATH and DATA_DIR are looked at. A compose file beside the
Dockerfile that mounts the folder settles it.

Source: Docker documentation, "Volumes".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Confidence, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_NAME: Final = re.compile(
    r"(?:\w{0,40}_)?(?:UPLOADS?|MEDIA|STORAGE|ATTACHMENTS?|USER_?DATA|DATA|DATABASE|DB|SQLITE)"
    r"_?(?:DIR|DIRECTORY|FOLDER|PATH|ROOT|FILE)\Z"
)
_COMPOSE: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_PASSING: Final = ("/tmp", "/dev", "/proc", "/run", "/usr/share", "/usr/lib", "/etc", "/opt/venv")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each variable of the final image that names such a folder outside of every VOLUME."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    # A base may have declared the volume already; only plain language and system images surely have none.
    volumes = [posixpath.normpath(volume) for volume in scope.volumes]
    for stage in model.lineage(final):
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "ENV" else ():
                path = scope.env.get(name.value, "")
                if value is None or not path.startswith("/") or not _NAME.match(name.value[:80]):
                    continue
                path = posixpath.normpath(path)
                kept = any(path == volume or path.startswith(volume + "/") for volume in volumes)
                if len(path) > 1 and not kept and not path.startswith(_PASSING) and not _is_mounted(model, path):
                    fix = Fix(f"Run it with a named volume: -v data:{path[:80]}", (), SHOW)
                    yield RULE.at(value.span, f"{path[:60]} is on no volume: its files go with the container", fix)


def _is_mounted(model: Model, path: str) -> bool:
    if model.context is None:
        return False
    texts = [model.context.read(name).decode("utf-8", "replace") for name in _COMPOSE]
    return any(f":{path}" in text or f"target: {path}" in text for text in texts)


RULE = Rule(
    code="JT537",
    name="uploads-without-volume",
    group="persistence",
    message="files of the users are kept inside the container",
    check=check,
    triggers=("upload", "media", "storage", "attachment", "data", "db_", "sqlite"),
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    examples=(
        Example(before="FROM python:3.12-slim\nENV UPLOAD_FOLDER=/srv/uploads\n", lines=(2,)),
        Example(
            before="FROM python:3.12-slim\nENV DJANGO_MEDIA_ROOT=/srv/media DB_PATH=/srv/db/app.db\n", lines=(2, 2)
        ),
        Example(before="FROM python:3.12-slim\nENV UPLOAD_FOLDER=/srv/uploads\nVOLUME /srv\n"),
        Example(
            before="FROM python:3.12-slim\nENV UPLOAD_FOLDER=/srv/uploads\n",
            files=(("compose.yaml", "services:\n  web:\n    volumes: [up:/srv/uploads]\n"),),
        ),
        Example(before="FROM python:3.12-slim\nENV DATA_FORMAT=/x MEDIA_DIR=/tmp/x\n"),
    ),
)
