"""One container is started, asked the questions, and stopped."""

from __future__ import annotations

import http.client
import os
import re
import shlex
import time
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jettison.engine.base import RunRequest
from jettison.engine.call import call
from jettison.proof.behaviour import AGENT, NO_SUCH_PAGE, STOP_SECONDS, Answer, Behaviour, Probe, Questions
from jettison.proof.health import HealthTest, await_health
from jettison.proof.waiting import only_waits
from jettison.terminal import safe

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.proof.run_as import RunAs

START_SECONDS: Final = 20.0
# An image that says it listens gets longer: a Java server needs more than 20 s on a busy machine.
EXPECTED_SECONDS: Final = 60.0
STAY_SECONDS: Final = 2.0
CHECK_SECONDS: Final = 60.0
# A server may open its port before it answers.
HEALTH_SECONDS: Final = 10.0
# One name for all: many a program answers or logs the name of its machine.
HOSTNAME: Final = "jettison"
MAX_BODY: Final = 1024 * 1024
_TCP_LISTEN: Final = "0A"
# What the engine says when a command did not start: its own fault, unless the container's files are to blame.
_NOT_STARTED: Final = re.compile(r"OCI runtime exec failed|OCI runtime error|crun: |Error: runc: ")
_FILES_TO_BLAME: Final = re.compile(
    r'executable file not found|exec: "[^"]*": |permission denied|no such file or directory: OCI', re.IGNORECASE
)
_NO_SHELL: Final = re.compile(r"/bin/sh\b.*(?:no such file|not found)", re.IGNORECASE | re.DOTALL)
_SHELL_MARKS: Final = frozenset("$`*?;&|<>(){}[]~#!\\\n")


def could_not_run(text: str) -> bool:
    """Return whether the output of a command says that the engine, not the image, kept it from starting."""
    return bool(_NOT_STARTED.search(text)) and not _FILES_TO_BLAME.search(text)


def observe(
    engine: Engine,
    image: str,
    questions: Questions,
    health: tuple[str, ...],
    network: str,
    capabilities: tuple[str, ...] = (),
    patience: float = START_SECONDS,
    alias: str = "",
    hosts: dict[str, str] | None = None,
    run_as: RunAs | None = None,
    gate: HealthTest | None = None,
    stops: bool = True,
) -> Behaviour:
    """Return what an image does. The container is always removed.

    patience: seconds in which it may begin to listen; run_as: what starts it in place of its own
    command; gate: a check that says when it is ready, beside the image's own; stops: whether it is asked to stop as
    well, which takes STOP_SECONDS where it does not listen to that.

    Raises EngineError when it cannot be started at all.
    """
    name = f"jettison-{uuid.uuid4().hex[:12]}"
    request = RunRequest(
        image,
        name,
        questions.env,
        network,
        alias,
        capabilities,
        not questions.online,
        hosts=dict(hosts or {}),
        hostname=HOSTNAME,
    )
    container = engine.start(request if run_as is None else started_as(request, run_as))
    try:
        ports, up = settle(engine, container, patience)
        answers: dict[tuple[int, str], Answer] = {}
        checked: dict[str, tuple[int, bytes]] = {}
        health_result = gate_result = None
        waits = only_waits(engine.state(container).pid) if up and not ports else ()
        if up:
            gate_result = await_health(engine, container, gate, gate.patience) if gate is not None else None
            address = engine.state(container).address
            for port in ports if address else ():
                for probe in questions.probes:
                    answers[(port, f"{probe.method} {probe.path}")] = _ask(address, port, probe)
            for check in questions.checks:
                checked[check] = _check(engine, container, check)
            for command in questions.commands:
                checked[f"on this machine: {command}"] = _command(command, container, address, ports)
            health_result = await_health(engine, container, HealthTest(health), HEALTH_SECONDS)
            up = engine.state(container).running
        log = engine.logs(container)
        output = safe(log.decode("utf-8", "replace"))[-2000:]
        asked = up and stops
        code, seconds = engine.stop(container, STOP_SECONDS) if asked else (engine.state(container).exit_code, 0.0)
        return Behaviour(
            up, code if not up else 0, ports, answers, checked, health_result, code, seconds, output,
            capabilities=capabilities, service_health=gate_result, waits=waits,
            logs_requests=AGENT.encode() in log or NO_SUCH_PAGE.encode() in log,
        )  # fmt: skip
    finally:
        engine.remove(container)


def started_as(request: RunRequest, run_as: RunAs) -> RunRequest:
    """Return a container that a service starts."""
    return replace(
        request,
        command=run_as.arguments,
        entrypoint=run_as.option,
        user=run_as.user,
        workdir=run_as.workdir,
    )


def _check(engine: Engine, container: str, check: str) -> tuple[int, bytes]:
    code, output = engine.execute(container, ["/bin/sh", "-c", check], CHECK_SECONDS)
    text = output.decode("utf-8", "replace")
    if code in (126, 127) and _NO_SHELL.search(text) and not _SHELL_MARKS & set(check):
        # The image has no shell; a plain command needs none.
        return engine.execute(container, shlex.split(check), CHECK_SECONDS)
    return code, output


def _command(command: str, container: str, address: str, ports: tuple[int, ...]) -> tuple[int, bytes]:
    env = {
        **os.environ,
        "JETTISON_CONTAINER": container,
        "JETTISON_ADDRESS": address,
        "JETTISON_PORT": str(ports[0]) if ports else "",
        "JETTISON_PORTS": " ".join(map(str, ports)),
    }
    done = call(["/bin/sh", "-c", command], env, CHECK_SECONDS, merge=True)
    # The address is another one each time.
    output = done.output.replace(address.encode(), b"ADDRESS") if address else done.output
    return (124 if done.code is None else done.code), output


def settle(engine: Engine, container: str, patience: float) -> tuple[tuple[int, ...], bool]:
    """Return (ports that listen, whether it still runs) once the ports have not changed for a while."""
    start = time.monotonic()
    ports: tuple[int, ...] = ()
    steady_since = start
    while time.monotonic() - start < patience:
        state = engine.state(container)
        if not state.running:
            return ports, False
        current = listening_ports(state.pid)
        if current != ports:
            ports, steady_since = current, time.monotonic()
        if ports and time.monotonic() - steady_since >= STAY_SECONDS:
            return ports, True
        time.sleep(0.2)
    return ports, True


def listening_ports(pid: int) -> tuple[int, ...]:
    """Return the TCP ports that listen in the network namespace of a process of this host.

    The loopback of the engine's resolver (127.0.0.11) is not the container's own.
    """
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _TCP_LISTEN and not fields[1].startswith("0B00007F:"):
                found.add(int(fields[1].rsplit(":", 1)[1], 16))
    return tuple(sorted(found))


def _ask(address: str, port: int, probe: Probe) -> Answer:
    connection = http.client.HTTPConnection(address, port, timeout=10)
    try:
        connection.request(probe.method, probe.path, headers={"Host": "localhost", "User-Agent": AGENT})
        response = connection.getresponse()
        return Answer(response.status, response.headers.get("Content-Type", ""), response.read(MAX_BODY))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, "", type(error).__name__.encode())
    finally:
        connection.close()
