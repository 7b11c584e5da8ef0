"""Both images are started and asked the same questions; the answers are compared."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jettison.engine.base import RunRequest
from jettison.errors import EngineError
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Claim
from jettison.terminal import safe

if TYPE_CHECKING:
    from jettison.engine.base import Engine

START_SECONDS: Final = 20.0
STAY_SECONDS: Final = 2.0
STOP_SECONDS: Final = 10
MAX_BODY: Final = 1024 * 1024
_KILLED: Final = 137
_TCP_LISTEN: Final = "0A"
# What the engine says when the container's own files are not to blame for a command that did not start.
_NOT_STARTED: Final = re.compile(r"OCI runtime exec failed|OCI runtime error|crun: ")
_FILES_TO_BLAME: Final = re.compile(r'executable file not found|exec: "[^"]*": |permission denied', re.IGNORECASE)
# Headers that differ from one answer to the next of the same program.
_VOLATILE: Final = re.compile(
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:?\d\d)?|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b1[5-9]\d{8}(?:\.\d+)?\b"
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One HTTP request: method and path, on every port that listens."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe got; status 0 with the error in `body` when there was no HTTP answer."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one image did."""

    stayed_up: bool
    exit_code: int
    ports: tuple[int, ...]
    answers: dict[tuple[int, str], Answer]
    checks: dict[str, tuple[int, bytes]]
    health: tuple[int, bytes] | None
    stop_code: int
    stop_seconds: float
    output: str

    @property
    def stop_text(self) -> str:
        """Return how it ended on SIGTERM."""
        if not self.stayed_up:
            return f"had ended, code {self.exit_code}"
        if self.stop_seconds >= STOP_SECONDS or self.stop_code == _KILLED:
            return "killed"
        return f"exit {self.stop_code}, {self.stop_seconds:.1f} s"


def observe(
    engine: Engine,
    image: str,
    probes: tuple[Probe, ...],
    checks: tuple[str, ...],
    env: dict[str, str],
    health: tuple[str, ...],
) -> Behaviour:
    """Return what an image does when it is started, asked, and stopped. The container is always removed."""
    name = f"jettison-{uuid.uuid4().hex[:12]}"
    container = engine.start(RunRequest(image, name, env))
    try:
        ports, up = _settle(engine, container)
        answers = {}
        checked = {}
        health_result = None
        if up:
            address = engine.state(container).address or "127.0.0.1"
            for port in ports:
                for probe in probes:
                    answers[(port, f"{probe.method} {probe.path}")] = _ask(address, port, probe)
            for check in checks:
                checked[check] = engine.execute(container, ["/bin/sh", "-c", check], 60)
            health_result = _health(engine, container, health)
            up = engine.state(container).running
        output = safe(engine.logs(container).decode("utf-8", "replace"))[-2000:]
        code, seconds = engine.stop(container, STOP_SECONDS) if up else (engine.state(container).exit_code, 0.0)
        return Behaviour(up, code if not up else 0, ports, answers, checked, health_result, code, seconds, output)
    finally:
        engine.remove(container)


def _health(engine: Engine, container: str, health: tuple[str, ...]) -> tuple[int, bytes] | None:
    if len(health) < 2 or health[0] == "NONE":
        return None
    argv = ["/bin/sh", "-c", health[1]] if health[0] == "CMD-SHELL" else list(health[1:])
    return engine.execute(container, argv, 30)


def _settle(engine: Engine, container: str) -> tuple[tuple[int, ...], bool]:
    start = time.monotonic()
    ports: tuple[int, ...] = ()
    steady_since = start
    while time.monotonic() - start < START_SECONDS:
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
    """Return the TCP ports that listen in the network namespace of a process of this host."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _TCP_LISTEN:
                found.add(int(fields[1].rsplit(":", 1)[1], 16))
    return tuple(sorted(found))


def _ask(address: str, port: int, probe: Probe) -> Answer:
    connection = http.client.HTTPConnection(address, port, timeout=10)
    try:
        connection.request(probe.method, probe.path, headers={"Host": "localhost", "User-Agent": "jettison-proof"})
        response = connection.getresponse()
        return Answer(response.status, response.headers.get("Content-Type", ""), response.read(MAX_BODY))
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, "", type(error).__name__.encode())
    finally:
        connection.close()


def behaviour_claims(before: Behaviour, again: Behaviour | None, after: Behaviour) -> list[Claim]:
    """Return the claims that compare two behaviours; `again` is a second run of the original."""
    claims = [_up_claim(before, after)]
    if not before.stayed_up and before.exit_code:
        return claims
    claims.append(_ports_claim(before, after))
    claims.append(_answers_claim(before, again, after))
    claims.extend(_check_claims(before, after))
    if after.health is not None:
        claims.append(_health_claim(after))
    claims.append(_stop_claim(before, after))
    return claims


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no output"


def _up_claim(before: Behaviour, after: Behaviour) -> Claim:
    title = "it starts and stays up as before"
    causes = ("user", "exec-form", "dockerignore", "prod-deps", "strip", "multi-stage")
    if not before.stayed_up and before.exit_code:
        why = f"the original itself ends with code {before.exit_code}: {_last(before.output)}"
        return Claim("starts", title, NOT_PROVEN, (why, "give what it needs with --env, or start what it depends on"))
    if before.stayed_up == after.stayed_up and before.exit_code == after.exit_code:
        seen = "both run" if after.stayed_up else f"both end with code {after.exit_code}"
        if not after.stayed_up and before.output != after.output:
            return Claim("starts", title, REFUTED, ("both end, with different output", _last(after.output)), causes)
        return Claim("starts", title, PROVEN, (seen,))
    return Claim("starts", title, REFUTED, (f"it ends with code {after.exit_code}: {_last(after.output)}",), causes)


def _ports_claim(before: Behaviour, after: Behaviour) -> Claim:
    title = "it listens on the same ports"
    if before.ports == after.ports:
        return Claim("ports", title, PROVEN, (f"TCP {', '.join(map(str, after.ports)) or 'none'}",))
    return Claim(
        "ports",
        title,
        REFUTED,
        (f"before {before.ports}, after {after.ports}",),
        ("user", "exec-form", "multi-stage"),
    )


def _answers_claim(before: Behaviour, again: Behaviour | None, after: Behaviour) -> Claim:
    title = "it answers the same HTTP requests with the same status and body"
    if not before.answers:
        decides = bool(before.ports)
        return Claim("http", title, NOT_PROVEN, ("nothing listened, so nothing was asked",), decides=decides)
    wrong: list[str] = []
    flaky: list[str] = []
    same: list[str] = []
    for key, old in before.answers.items():
        new = after.answers.get(key)
        second = again.answers.get(key) if again is not None else None
        place = f"port {key[0]} {key[1]}"
        verdict, seen = _compare(old, second, new)
        {PROVEN: same, NOT_PROVEN: flaky, REFUTED: wrong}[verdict].append(f"{place}: {seen}")
    if wrong:
        return Claim("http", title, REFUTED, tuple(wrong), ("dockerignore", "user", "prod-deps", "multi-stage"))
    if flaky:
        return Claim("http", title, NOT_PROVEN, (*flaky, *same))
    if all(answer.status == 0 for answer in before.answers.values()):
        return Claim("http", title, NOT_PROVEN, ("no HTTP is spoken on the open ports",))
    return Claim("http", title, PROVEN, tuple(same))


def _equal(old: Answer, new: Answer) -> bool:
    if (old.status, old.content_type) != (new.status, new.content_type):
        return False
    return old.body == new.body or _VOLATILE.sub(b"", old.body) == _VOLATILE.sub(b"", new.body)


def _compare(old: Answer, second: Answer | None, new: Answer | None) -> tuple[str, str]:
    """Return (verdict, what was seen) of one answer; `second` is what another run of the original gave.

    Only what the original repeats can be asked of the new image: the status, and the lines on which its
    two runs agree.
    """
    if new is None:
        return REFUTED, f"before {old.status}, {len(old.body)} bytes; after no answer"
    if _equal(old, new):
        return PROVEN, f"{new.status}, {len(new.body)} bytes"
    difference = f"before {old.status}, {len(old.body)} bytes; after {new.status}, {len(new.body)} bytes"
    if second is None or _equal(old, second) or new.status not in (old.status, second.status):
        return REFUTED, difference
    texts = [answer.body.split(b"\n") for answer in (old, second, new)]
    stable = [(a, c) for a, b, c in zip(*texts, strict=False) if a == b]
    alike = len({len(lines) for lines in texts}) == 1
    if alike and any(a != c for a, c in stable):
        return REFUTED, f"{difference}; a line differs that the original repeats"
    if alike and any(a.strip() for a, _ in stable):
        lines = len(texts[0])
        return PROVEN, f"{new.status}, {len(stable)} of {lines} lines; the others differ in the original too"
    return NOT_PROVEN, "the original answers differently each time"


def _check_claims(before: Behaviour, after: Behaviour) -> list[Claim]:
    claims = []
    for check, old in before.checks.items():
        new = after.checks.get(check)
        title = f"the check command gives the same: {check[:60]}"
        verdict = PROVEN if new == old else REFUTED
        code = new[0] if new else "none"
        claims.append(Claim("check", title, verdict, (f"exit code {old[0]} and {code}",), ("user", "multi-stage")))
    return claims


def _health_claim(after: Behaviour) -> Claim:
    assert after.health is not None
    code, output = after.health
    title = "its health check passes"
    if code == 0:
        return Claim("health", title, PROVEN, ("exit code 0 in the running container",))
    text = safe(output.decode("utf-8", "replace"))
    why = f"exit code {code}: {_last(text)}"
    if _NOT_STARTED.search(text) and not _FILES_TO_BLAME.search(text):
        return Claim("health", title, NOT_PROVEN, (f"the engine could not run it: {why}",), ("healthcheck",))
    return Claim("health", title, REFUTED, (why,), ("healthcheck",))


def _stop_claim(before: Behaviour, after: Behaviour) -> Claim:
    title = "it stops on SIGTERM no worse than before"
    evidence = (f"before: {before.stop_text}; after: {after.stop_text}",)
    if before.stayed_up and before.stop_code != _KILLED and after.stop_code == _KILLED:
        return Claim("stop", title, REFUTED, evidence, ("exec-form", "multi-stage"))
    return Claim("stop", title, PROVEN, evidence)


def try_observe(
    engine: Engine,
    image: str,
    probes: tuple[Probe, ...],
    checks: tuple[str, ...],
    env: dict[str, str],
    health: tuple[str, ...],
) -> Behaviour | str:
    """Return what an image did, or in words why it could not be started at all."""
    try:
        return observe(engine, image, probes, checks, env, health)
    except EngineError as error:
        return str(error)
