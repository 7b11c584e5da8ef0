"""The services that a program needs beside it, at hand: built, or fetched where the engine lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.engine.base import BuildRequest
from jettison.engine.failure import registry_is_silent
from jettison.errors import EngineError, ServiceError, UsageError
from jettison.image.reference import parse_reference
from jettison.proof.laid_in import with_files
from jettison.proof.run_as import RunAs
from jettison.proof.stand import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from jettison.engine.base import Engine, OnEvent
    from jettison.optimize.needed import Needed, Needs

MAX_BYTES: Final = 16 * 1024 * 1024


def prepare(
    needs: Needs,
    engine: Engine,
    run_id: str,
    network: str | None,
    tags: list[str],
    say: Callable[[str], None],
    on_event: OnEvent | None,
) -> tuple[tuple[Service, ...], dict[str, str]]:
    """Return the services with their images at hand, and of each that cannot be had in words why.

    `tags` gets the names of images that are built here.
    """
    found: list[Service] = []
    absent: dict[str, str] = {}
    silent: set[str] = set()
    for number, need in enumerate(needs.services):
        try:
            if waits := next((name for name in need.needs if name in absent), ""):
                raise ServiceError(need.name, f"{need.name} needs {waits}")
            image = need.image or f"jettison/{run_id}:need{number}"
            registry = _registry(need) if need.image else ""
            if not need.image:
                tags.append(image)
                say(f"building {need.name}, which it needs")
                engine.build(_build_request(need, image, network), on_event)
            elif engine.identity(image) is None:
                say(f"fetching {image}, which it needs")
                _fetch(need, engine, registry, silent)
            image = _with_files(engine, need, image, f"jettison/{run_id}:files{number}", tags)
        except EngineError as error:
            absent[need.name] = str(error) if isinstance(error, ServiceError) else f"{need.name}: {error}"
            continue
        start = RunAs(need.name, need.entrypoint, need.command)
        found.append(
            Service(
                need.name,
                image,
                need.env,
                start.option,
                start.arguments,
                need.health,
                need.ends,
                need.aliases,
                need.user,
                need.workdir,
            )
        )
    return tuple(found), absent


def _with_files(engine: Engine, need: Needed, image: str, tag: str, tags: list[str]) -> str:
    """Return the image of a service with the files of the project that its Compose file mounts into it."""
    if not need.files:
        return image
    tags.append(tag)
    return tag if with_files(engine, image, need.files, tag) else image


def _registry(need: Needed) -> str:
    try:
        return parse_reference(need.image).host
    except UsageError as error:
        # A client would read what begins with a dash as an option.
        raise ServiceError(need.name, f"{need.name}: {need.image[:100]!r} names no image") from error


def _fetch(need: Needed, engine: Engine, registry: str, silent: set[str]) -> None:
    """Fetch the image of a service; `silent` gets the registries that do not answer: they are asked once."""
    if registry in silent:
        raise ServiceError(need.name, f"{need.name}: its registry {registry} does not answer")
    try:
        engine.fetch(need.image)
    except EngineError as error:
        if registry_is_silent(error):
            silent.add(registry)
        raise ServiceError(need.name, f"{need.name} ({need.image}) cannot be fetched: {error}") from error


def _build_request(need: Needed, tag: str, network: str | None) -> BuildRequest:
    try:
        with open(need.dockerfile, "rb") as stream:
            text = stream.read(MAX_BYTES)
    except OSError as error:
        raise ServiceError(need.name, f"{need.name}: {need.dockerfile} cannot be read: {error.strerror}") from error
    return BuildRequest(need.context, text, None, tag, network, need.args, target=need.target)
