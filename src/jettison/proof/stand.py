"""The test stand: a network that leads nowhere, the services a program needs, and one image at a time.

Everything on it is confined, carries our label, and is taken away when the stand is closed.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from jettison.engine.base import RunRequest
from jettison.engine.shield import shield
from jettison.errors import EngineError
from jettison.proof.behaviour import Behaviour, Questions
from jettison.proof.observe import observe, run_health, settle

if TYPE_CHECKING:
    from types import TracebackType

    from jettison.engine.base import Engine
    from jettison.image.image import ImageConfig
    from jettison.proof.run_as import RunAs

# What a service needs that begins as root, takes its folders over and goes on as another user; all of it is
# part of every engine's default set. Source: capabilities(7).
SERVICE_CAPABILITIES: Final = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID")
SERVICE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """Something a program needs beside it, as its Compose file says. No folder of the host, no port of it."""

    name: str
    image: str
    env: dict[str, str] = field(default_factory=dict)
    entrypoint: str | None = None
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    online: bool = False


class Stand:
    """Observes images of one run, each in the same surroundings. Closing it removes all it made.

    run_as: how they are started, None for what each image says; listens: they are expected to, whatever they say.
    """

    def __init__(
        self,
        engine: Engine,
        run_id: str,
        questions: Questions,
        services: tuple[Service, ...] = (),
        alias: str = "",
        run_as: RunAs | None = None,
        listens: bool = False,
    ) -> None:
        self._engine = engine
        self._run_id = run_id
        self._network = ""
        self._services = services
        self._alias = alias
        self._run_as = run_as
        self._listens = listens
        # The original did not listen though all the time was given that one that says so gets.
        self._silent = False
        self._running: list[str] = []
        self._hosts: dict[str, str] = {}
        # None until the first image, the original, has shown what it needs.
        self._capabilities: tuple[str, ...] | None = None
        self.questions = questions

    def __enter__(self) -> Stand:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the services and the network."""
        with shield():
            self._end_services()
            if self._network:
                self._engine.remove_network(self._network)
                self._network = ""

    def observe(self, image: str, config: ImageConfig) -> Behaviour | str:
        """Return what an image did, or in words why it could not be started.

        The first image is the original: where it fails without capabilities it is tried once more with
        those of a usual service, and what it needed the later images get as well.
        """
        try:
            if self._capabilities is not None:
                return self._observe(image, config, self._capabilities)
            seen = self._observe(image, config, ())
            self._capabilities = ()
            if not _fails(seen):
                return seen
            more = self._observe(image, config, SERVICE_CAPABILITIES)
            if not _fails(more):
                self._capabilities = SERVICE_CAPABILITIES
                return more
            return seen
        except EngineError as error:
            if "exec format error" in str(error):
                return f"the image is for another platform than this engine: {error}"
            return str(error)

    def _observe(self, image: str, config: ImageConfig, capabilities: tuple[str, ...]) -> Behaviour:
        self._start_services()
        try:
            seen = observe(
                self._engine,
                image,
                self.questions,
                config.healthcheck,
                self._join(),
                capabilities,
                (bool(config.exposed) or self._listens) and not self._silent,
                self._alias,
                self._hosts,
                self._run_as,
            )
            expected = bool(config.exposed) or self._listens
            self._silent = self._silent or (expected and seen.stayed_up and not seen.ports)
            started = self._run_as.text if self._run_as is not None else ""
            return replace(
                seen, needs=tuple(service.name for service in self._services), run_as=started, expected=expected
            )
        finally:
            self._end_services()

    def _join(self) -> str:
        if not self._network:
            name = f"jettison-{self._run_id}"
            self._network = name
            self._engine.create_network(name, internal=not self.questions.online)
        return self._network

    def _start_services(self) -> None:
        for service in self._services:
            name = f"jettison-{self._run_id}-{len(self._running)}"
            self._running.append(name)
            request = RunRequest(
                service.image,
                name,
                service.env,
                self._join(),
                service.name,
                SERVICE_CAPABILITIES,
                offline=not self.questions.online,
                command=service.command,
                entrypoint=service.entrypoint,
                hosts=dict(self._hosts),
            )
            container = self._engine.start(request)
            if address := self._engine.state(container).address:
                self._hosts[service.name] = address
            self._wait(service, container)

    def _wait(self, service: Service, container: str) -> None:
        from time import monotonic, sleep

        _, up = settle(self._engine, container, SERVICE_SECONDS if not service.health else 1.0)
        deadline = monotonic() + SERVICE_SECONDS
        while up and service.health and monotonic() < deadline:
            result = run_health(self._engine, container, service.health)
            if result is not None and result[0] == 0:
                return
            sleep(0.5)
            up = self._engine.state(container).running
        if not up or service.health:
            output = self._engine.logs(container).decode("utf-8", "replace").strip().splitlines()[-1:]
            raise EngineError(f"the service {service.name} that it needs did not start: {' '.join(output)[:200]}")

    def _end_services(self) -> None:
        with shield():
            for name in self._running:
                with contextlib.suppress(EngineError):
                    self._engine.remove(name)
            self._running.clear()
            self._hosts.clear()


def _fails(seen: Behaviour) -> bool:
    if not seen.stayed_up and seen.exit_code:
        return True
    if seen.health is not None and seen.health[0]:
        return True
    return any(answer.status >= 500 for answer in seen.answers.values())
