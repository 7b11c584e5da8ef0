"""A database file inside the container.

The address names a SQLite file below a path that no VOLUME covers: it lives in the container's own layer and is
gone with the container. Put it on a volume.

Source: SQLite documentation; Docker documentation, "Volumes".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_ADDRESS: Final = re.compile(r"sqlite3?(?:\+\w+)?:(?:///)?(/?[\w./-]*\.(?:db|sqlite3?))", re.IGNORECASE)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each SQLite address in the final image's ENV that no VOLUME covers."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    volumes = [volume.rstrip("/") for volume in scope.volumes]
    for stage in model.lineage(final):
        for node in stage.instructions:
            for _, value in node.pairs if node.keyword == "ENV" else ():
                match = _ADDRESS.search(value.value[:1000]) if value is not None else None
                if match is None or value is None:
                    continue
                path = posixpath.normpath(posixpath.join(scope.workdir or "/", match[1].replace("//", "/")))
                if not any(path.startswith(volume + "/") for volume in volumes) and not path.startswith("/tmp/"):
                    yield RULE.at(value.span, f"{path[:60]} is gone with the container: no VOLUME covers it")


RULE = Rule(
    code="JT532",
    name="sqlite-in-image",
    group="persistence",
    message="a database file inside the container",
    check=check,
    triggers=("sqlite",),
    examples=(
        Example(before="FROM python:3.12\nENV DATABASE_URL=sqlite:////srv/app.db\n", lines=(2,)),
        Example(before="FROM python:3.12\nENV DATABASE_URL=sqlite:////data/app.db\nVOLUME /data\n"),
    ),
)
