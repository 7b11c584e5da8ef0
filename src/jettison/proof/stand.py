"""The test stand: a network that leads nowhere, the services a program needs, and one image at a time.

Everything on it is confined, carries our label, and is taken away when the stand is closed.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from jettison.engine.base import RunRequest
from jettison.engine.sandbox import LOW_PORTS
from jettison.engine.shield import shield
from jettison.errors import EngineError, ServiceError
from jettison.proof.behaviour import Behaviour, Questions
from jettison.proof.health import ABSENT, HealthTest, await_health
from jettison.proof.observe import EXPECTED_SECONDS, START_SECONDS, observe, settle
from jettison.proof.telling_line import telling_line
from jettison.terminal import safe

if TYPE_CHECKING:
    from types import TracebackType

    from jettison.engine.base import Engine
    from jettison.image.image import ImageConfig
    from jettison.proof.run_as import RunAs

# What a service needs that begins as root, takes its folders over and goes on as another user; all of it is
# part of every engine's default set. Source: capabilities(7).
SERVICE_CAPABILITIES: Final = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID")
SERVICE_SECONDS: Final = 60.0
# A program that waits for something that is not there waits for ever. One that did not begin to listen without it
# is looked at again only for as long as one needs that fails.
LACKING_SECONDS: Final = 20.0
# The first port that any user may listen on.
LOWEST_FREE: Final = 1024
SILENT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """Something a program needs beside it, as its Compose file says. No folder of the host, no port of it.

    ends: it does its work and ends before what needs it starts; aliases: further names under which others find it.
    """

    name: str
    image: str
    env: dict[str, str] = field(default_factory=dict)
    entrypoint: str | None = None
    command: tuple[str, ...] = ()
    health: HealthTest | None = None
    ends: bool = False
    aliases: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    online: bool = False


class Stand:
    """Observes images of one run, each in the same surroundings. Closing it removes all it made.

    run_as: how they are started, None for what each image says; listens: they are expected to, whatever they say;
    lacking: something that they need beside them is not there; gate: a check of theirs that a Compose file states.
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
        lacking: bool = False,
        gate: HealthTest | None = None,
    ) -> None:
        self._engine = engine
        self._run_id = run_id
        self._network = ""
        self._services = services
        self._alias = alias
        self._run_as = run_as
        self._listens = listens
        self._lacking = lacking
        self._gate = gate
        # The original did not pass it.
        self._failing = False
        # The original did not listen though all the time was given that it gets.
        self._silent = False
        self._running: list[str] = []
        # Services that were given all the time and did not listen: workers.
        self._portless: set[str] = set()
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

    def observe(self, image: str, config: ImageConfig, stops: bool = True) -> Behaviour | str:
        """Return what an image did, or in words why it could not be started.

        stops: whether it is asked to stop as well; else nothing is known of how it does.

        The first image is the original: where it fails without capabilities it is tried once more with
        those of a usual service, or where it begins as another user than root with ports below 1024; what it needed
        the later images get as well.

        Raises:
            ServiceError: a service that runs beside it did not start.
        """
        try:
            if self._capabilities is not None:
                return self._observe(image, config, self._capabilities, stops)
            seen = self._observe(image, config, (), stops)
            self._capabilities = ()
            if not (_fails(seen) or _lacks_low_port(seen, config)):
                return seen
            user = (self._run_as and self._run_as.user) or config.user
            needed = SERVICE_CAPABILITIES if user.partition(":")[0] in ("", "0", "root") else LOW_PORTS
            more = self._observe(image, config, needed, stops)
            if not (_fails(more) or _lacks_low_port(more, config)):
                self._capabilities = needed
                return more
            return seen
        except ServiceError:
            raise
        except EngineError as error:
            if "exec format error" in str(error):
                return f"the image is for another platform than this engine: {error}"
            return str(error)

    def _observe(self, image: str, config: ImageConfig, capabilities: tuple[str, ...], stops: bool) -> Behaviour:
        self._start_services()
        expected = bool(config.exposed) or self._listens
        try:
            seen = observe(
                self._engine,
                image,
                self.questions,
                config.healthcheck,
                self._join(),
                capabilities,
                self._patience(expected),
                self._alias,
                self._hosts,
                self._run_as,
                self._patient_gate(),
                stops,
            )
            self._failing = self._failing or bool(seen.service_health and seen.service_health[0])
            silent = (expected or self._lacking) and seen.stayed_up and not seen.ports
            self._silent = self._silent or silent
            started = self._run_as.text if self._run_as is not None else ""
            return replace(
                seen, needs=tuple(service.name for service in self._services), run_as=started, expected=expected
            )
        finally:
            self._end_services()

    def _patience(self, expected: bool) -> float:
        """Return the seconds in which an image may begin to listen; expected: it says that it does."""
        if self._lacking:
            return SILENT_SECONDS if self._silent else LACKING_SECONDS
        return EXPECTED_SECONDS if expected and not self._silent else START_SECONDS

    def _patient_gate(self) -> HealthTest | None:
        """Return the check that a Compose file states, with little patience where it has failed or will."""
        if self._gate is None or not (self._failing or self._lacking):
            return self._gate
        return replace(self._gate, start_period=0.0, retries=0)

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
                user=service.user,
                workdir=service.workdir,
            )
            try:
                container = self._engine.start(request)
            except EngineError as error:
                raise ServiceError(
                    service.name, f"the service {service.name} that it needs did not start: {error}"
                ) from error
            if address := self._engine.state(container).address:
                self._hosts |= dict.fromkeys((service.name, *service.aliases), address)
            self._wait(service, container)

    def _wait(self, service: Service, container: str) -> None:
        """Wait until a service is ready: it ended, its health check passes, or it listens.

        Raises:
            ServiceError: it is not.
        """
        if service.ends:
            ready = self._has_ended(container)
        elif service.health is not None and service.health.argv:
            ready = self._is_healthy(service, service.health, container)
        else:
            ready = self._is_up(service, container)
        if not ready:
            raise ServiceError(
                service.name, f"the service {service.name} that it needs did not start: {self._last_words(container)}"
            )

    def _last_words(self, container: str) -> str:
        output = self._engine.logs(container).decode("utf-8", "replace").strip().splitlines()[-1:]
        return safe(" ".join(output))[:200] or "it said nothing"

    def _is_up(self, service: Service, container: str) -> bool:
        patience = SILENT_SECONDS if service.name in self._portless else SERVICE_SECONDS
        ports, up = settle(self._engine, container, patience)
        if up and not ports:
            self._portless.add(service.name)
        # What ended well has done what it was started for.
        return up or self._engine.state(container).exit_code == 0

    def _has_ended(self, container: str) -> bool:
        deadline = monotonic() + SERVICE_SECONDS
        state = self._engine.state(container)
        while state.running and monotonic() < deadline:
            sleep(0.2)
            state = self._engine.state(container)
        return not state.running and state.exit_code == 0

    def _is_healthy(self, service: Service, health: HealthTest, container: str) -> bool:
        _, up = settle(self._engine, container, 1.0)
        if not up:
            return False
        # What a database does at its first start may take longer than its file says.
        result = await_health(self._engine, container, health, max(SERVICE_SECONDS, health.patience))
        if result is None or result[0] in ABSENT:
            # The check cannot be run here, which says nothing about the service.
            return self._is_up(service, container)
        if result[0] and self._engine.state(container).running:
            said = telling_line(safe(result[1].decode("utf-8", "replace")))
            raise ServiceError(
                service.name,
                f"the health check of the service {service.name} that it needs does not pass: exit code {result[0]}: {said}",
            )
        return result[0] == 0

    def _end_services(self) -> None:
        with shield():
            for name in self._running:
                with contextlib.suppress(EngineError):
                    self._engine.remove(name)
            self._running.clear()
            self._hosts.clear()


def _lacks_low_port(seen: Behaviour, config: ImageConfig) -> bool:
    """Return whether it listens nowhere though it says that it does on a port below 1024: some ignore the refusal."""
    numbers = (port.partition("/")[0] for port in config.exposed)
    return not seen.ports and any(number.isdecimal() and int(number) < LOWEST_FREE for number in numbers)


def _fails(seen: Behaviour) -> bool:
    if not seen.stayed_up and seen.exit_code:
        return True
    if any(result is not None and result[0] for result in (seen.health, seen.service_health)):
        return True
    return any(answer.status >= 500 for answer in seen.answers.values())
