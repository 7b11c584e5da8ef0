"""A service's data folder is on no named volume.

A container's own layer goes with the container: a database that writes there loses everything at
the next update. A VOLUME in the base image only gives each new container an anonymous volume, which
the next one does not find again.

Mount a named volume when the container is run, in a compose file:

    services:
      db:
        volumes: [db-data:/var/lib/postgresql/data]
    volumes:
      db-data:

Do not add VOLUME to the Dockerfile for it: images built on yours cannot take it back, and each
`docker run` leaves an anonymous volume behind.

Source: Docker documentation, "Volumes"; the documentation of each service's image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from jettison.findings import SHOW, Confidence, Effort, Finding, Fix, Severity
from jettison.knowledge.services import BY_IMAGE, BY_PACKAGE, SERVICES
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.span import Span

_COMPOSE: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_SYSTEM: Final = frozenset(("apt", "apk", "dnf", "yum", "microdnf", "zypper", "pacman"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when the final image runs a known service whose data nothing keeps."""
    final = model.final
    if final is None:
        return
    found = _by_image(model, final) or _by_package(model, final)
    if found is None:
        return
    name, span, by_image = found
    facts = SERVICES[name]
    if _is_kept(model, final, facts):
        return
    folder = _folder(facts, model.lineage(final)[0].base.tag) if by_image else facts["data"][-1]
    fix = Fix(f"Run it with a named volume: -v {name}-data:{folder}", (), SHOW)
    if by_image and facts["declares_volume"]:
        message = (
            f"the data of {name} is on a new anonymous volume in each container unless {folder} is given a named one"
        )
        # The folder is a volume already, and how the image is run is not seen here.
        yield RULE.at(span, message, fix)._replace(severity=Severity.INFO, confidence=Confidence.LOW)
    else:
        yield RULE.at(span, f"{name} keeps its data in {folder}, which goes with the container", fix)


def _folder(facts: dict[str, Any], tag: str | None) -> str:
    # postgres:18-alpine -> 18: the folder of that version
    digits = re.match(r"v?(\d{1,4})(?!\d)", tag or "")
    folder: str = facts["data"][0]
    for first, moved in facts.get("since", ()) if digits else ():
        if digits and int(digits[1]) >= first:
            folder = moved
    return folder


def _by_image(model: Model, final: Stage) -> tuple[str, Span, bool] | None:
    base = model.lineage(final)[0].base
    name = BY_IMAGE.get(base.name)
    return (name, base.span, True) if name else None


def _by_package(model: Model, final: Stage) -> tuple[str, Span, bool] | None:
    started = _started(model, final)
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            if call.manager not in _SYSTEM or call.action != "install":
                continue
            for word in call.packages:
                name = BY_PACKAGE.get(word.value.partition("=")[0])
                # A client or a library is installed too; what counts is that the server is started.
                if name and any(program in started for program in SERVICES[name]["programs"]):
                    return name, word.span, False
    return None


def _started(model: Model, final: Stage) -> set[str]:
    scope = model.end_scope(final)
    words: set[str] = set()
    for node in (scope.entrypoint, scope.cmd):
        if node is not None:
            words.update(part.rsplit("/", 1)[-1] for word in node.words for part in word.value.split())
    return words


def _is_kept(model: Model, final: Stage, facts: dict[str, Any]) -> bool:
    folders: list[str] = facts["data"]
    volumes = [volume.rstrip("/") for volume in model.end_scope(final).volumes]
    if any(
        volume and (f == volume or f.startswith(volume + "/") or volume.startswith(f))
        for volume in volumes
        for f in folders
    ):
        return True
    if model.context is None:
        return False
    texts = [model.context.read(name).decode("utf-8", "replace") for name in _COMPOSE]
    return any(f":{folder}" in text or f"target: {folder}" in text for text in texts for folder in folders)


RULE = Rule(
    code="JT501",
    name="data-without-volume",
    group="persistence",
    message="a service's data folder is on no named volume",
    check=check,
    effort=Effort.LOW,
    triggers=tuple(sorted({part for facts in SERVICES.values() for part in (*facts["images"], *facts["packages"])})),
    examples=(
        Example(
            before='FROM debian:bookworm\nRUN apt-get update && apt-get install -y redis-server\nCMD ["redis-server"]\n',
            lines=(2,),
        ),
        Example(before="FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n", lines=(1,)),
        Example(
            before="FROM postgres:16\n",
            files=(("compose.yaml", "services:\n  db:\n    volumes: [data:/var/lib/postgresql/data]\n"),),
        ),
        Example(before="FROM grafana/grafana:11.0.0\nVOLUME /var/lib/grafana\n"),
        Example(
            before='FROM debian:bookworm\nRUN apt-get update && apt-get install -y redis\nCMD ["python3", "app.py"]\n'
        ),
    ),
)
