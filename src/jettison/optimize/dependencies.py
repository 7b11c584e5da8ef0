"""The services that a program needs beside it, at hand: built, or fetched where the engine lacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.engine.base import BuildRequest
from jettison.errors import EngineError
from jettison.proof.run_as import RunAs
from jettison.proof.stand import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from jettison.engine.base import Engine, OnEvent
    from jettison.optimize.compose_needs import Needed, Needs


def prepare(
    needs: Needs,
    engine: Engine,
    run_id: str,
    network: str | None,
    tags: list[str],
    say: Callable[[str], None],
    on_event: OnEvent | None,
) -> tuple[Service, ...]:
    """Return the services with their images at hand: built, or fetched where the engine lacks them.

    `tags` gets the names of images that are built here.

    Raises:
        EngineError: one cannot be had; the message names it.
    """
    found = []
    for number, need in enumerate(needs.services):
        image = need.image
        if not image:
            image = f"jettison/{run_id}:need{number}"
            tags.append(image)
            say(f"building {need.name}, which it needs")
            engine.build(_build_request(need, image, network), on_event)
        elif engine.identity(image) is None:
            say(f"fetching {image}, which it needs")
            try:
                engine.fetch(image)
            except EngineError as error:
                raise EngineError(f"it needs {need.name}, and {image} cannot be fetched: {error}") from error
        start = RunAs(need.name, need.entrypoint, need.command)
        found.append(Service(need.name, image, need.env, start.option, start.arguments, need.health))
    return tuple(found)


def _build_request(need: Needed, tag: str, network: str | None) -> BuildRequest:
    try:
        with open(need.dockerfile, "rb") as stream:
            text = stream.read()
    except OSError as error:
        raise EngineError(f"it needs {need.name}, and {need.dockerfile} cannot be read: {error.strerror}") from error
    return BuildRequest(need.context, text, None, tag, network)
