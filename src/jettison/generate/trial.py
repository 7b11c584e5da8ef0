"""The generated image on a real engine: is it built, does it start, answer, and stop; how large is it."""

from __future__ import annotations

import http.client
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.engine.base import BuildRequest, RunRequest
from jettison.image.archive import read_archive
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Claim
from jettison.proof.observe import listening_ports
from jettison.terminal import safe

if TYPE_CHECKING:
    from jettison.engine.base import Engine, OnEvent
    from jettison.generate.project_files import Generated
    from jettison.image.image import Image

START_SECONDS: Final = 60.0
# A program that is going to fail at once has done so by then.
STAY_SECONDS: Final = 3.0
STOP_SECONDS: Final = 10
_KILLED: Final = 137


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured and seen. Bytes unpacked; seconds; user as the image has it; read_only: it ran where only /tmp and its volumes can be written."""

    tag: str
    size: int
    build_seconds: float
    user: str
    claims: tuple[Claim, ...]
    output: str
    read_only: bool

    @property
    def verdict(self) -> str:
        """Return refuted when any claim is; proven when all are; else not proven."""
        verdicts = {claim.verdict for claim in self.claims}
        return REFUTED if REFUTED in verdicts else NOT_PROVEN if NOT_PROVEN in verdicts else PROVEN


def build_request(place: str, made: Generated, tag: str, network: str | None, ignore: bytes | None) -> BuildRequest:
    """Return the build of a generated project; place: the folder that is its context."""
    return BuildRequest(place, made.content("Dockerfile"), ignore, tag, network)


def try_image(
    engine: Engine, request: BuildRequest, made: Generated, env: dict[str, str], on_event: OnEvent | None
) -> Trial:
    """Build, read and run the image: without capabilities and outside network, as proofs do.

    The image stays under its tag, container and network do not.

    Raises BuildError when it does not build, EngineError when the engine fails.
    """
    result = engine.build(request, on_event)
    with engine.save(request.tag) as stream:
        image = read_archive(stream)
    claims, output, read_only = _run(engine, request.tag, image, made, env)
    user = image.config.user
    return Trial(request.tag, image.size_unpacked, result.seconds, user, tuple(claims), output, read_only)


def _run(engine: Engine, tag: str, image: Image, made: Generated, env: dict[str, str]) -> tuple[list[Claim], str, bool]:
    """Return (claims, output, whether it works where only /tmp and its volumes can be written)."""
    network = f"jettison-{uuid.uuid4().hex[:12]}"
    engine.create_network(network, internal=True)
    try:
        volumes = made.plan.volumes
        for read_only in (True, False):
            name = f"jettison-{uuid.uuid4().hex[:12]}"
            claims, output = _once(
                engine, RunRequest(tag, name, env, network, read_only=read_only, volumes=volumes), image, made
            )
            if not read_only or not any(claim.verdict == REFUTED for claim in claims):
                break
        return claims, output, read_only
    finally:
        engine.remove_network(network)


def _once(engine: Engine, request: RunRequest, image: Image, made: Generated) -> tuple[list[Claim], str]:
    plan = made.plan
    container = engine.start(request)
    try:
        claims = [_user(image)]
        if plan.port is None:
            claims.append(_ends_or_stays(engine, container))
        else:
            claims += _serves(engine, container, image, plan.port, plan.health)
        output = safe(engine.logs(container).decode("utf-8", "replace"))[-2000:]
        if engine.state(container).running:
            claims.append(_stops(engine, container))
        return claims, output
    finally:
        engine.remove(container)


def _stops(engine: Engine, container: str) -> Claim:
    code, seconds = engine.stop(container, STOP_SECONDS)
    late = seconds >= STOP_SECONDS or code == _KILLED
    if late:
        # Not the image's fault: compose.yaml puts an init before it, which passes the signal on.
        seen = f"it handles no SIGTERM: killed after {STOP_SECONDS} s; as process 1 it needs an init before it (compose.yaml has one)"
        return Claim("stops", "it stops on SIGTERM", NOT_PROVEN, (seen,))
    return Claim("stops", "it stops on SIGTERM", PROVEN, (f"exit {code}, {seconds:.1f} s",))


def _user(image: Image) -> Claim:
    user = image.config.user
    root = user.split(":")[0] in ("", "0", "root")
    return Claim("user", "it does not run as root", REFUTED if root else PROVEN, (f"user {user or 'root'}",))


def _ends_or_stays(engine: Engine, container: str) -> Claim:
    """Return the claim for a program without a port: it runs, or has ended well."""
    time.sleep(STAY_SECONDS)
    state = engine.state(container)
    if state.running:
        return Claim("starts", "it starts and stays up", PROVEN, ("it runs",))
    verdict = PROVEN if state.exit_code == 0 else REFUTED
    return Claim("starts", "it starts", verdict, (f"it ended with code {state.exit_code}",))


def _serves(engine: Engine, container: str, image: Image, port: int, path: str) -> list[Claim]:
    started = time.monotonic()
    ports: tuple[int, ...] = ()
    while time.monotonic() - started < START_SECONDS:
        state = engine.state(container)
        if not state.running:
            return [Claim("starts", "it starts and stays up", REFUTED, (f"it ended with code {state.exit_code}",))]
        ports = listening_ports(state.pid)
        if port in ports:
            break
        time.sleep(0.2)
    up = Claim("starts", "it starts and stays up", PROVEN, (f"{time.monotonic() - started:.1f} s to the open port",))
    if port not in ports:
        seen = f"open: {', '.join(map(str, ports)) or 'none'}"
        return [Claim("port", f"it listens on port {port}", REFUTED, (seen,))]
    return [
        up,
        Claim("port", f"it listens on port {port}", PROVEN, ("seen in its network",)),
        _health(engine, container, image),
        _answer(engine, container, port, path),
    ]


def _health(engine: Engine, container: str, image: Image) -> Claim:
    argv = list(image.config.healthcheck[1:])
    title = "its health check passes"
    if not argv:
        return Claim("health", title, NOT_PROVEN, ("the image has none",))
    code, output = 1, b""
    # A server may open its port before it answers.
    for _ in range(10):
        code, output = engine.execute(container, argv, 30)
        if code == 0:
            return Claim("health", title, PROVEN, ("exit code 0 in the running container",))
        time.sleep(0.5)
    last = (safe(output.decode("utf-8", "replace")).strip().splitlines() or ["no output"])[-1][:200]
    return Claim("health", title, REFUTED, (f"exit code {code}: {last}",))


def _answer(engine: Engine, container: str, port: int, path: str) -> Claim:
    title = "it answers from outside the container"
    where = path if path.startswith("/") else "/"
    connection = http.client.HTTPConnection(engine.state(container).address or "127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", where, headers={"Host": "localhost", "User-Agent": "jettison-proof"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return Claim("answers", title, NOT_PROVEN, (f"no HTTP on port {port}: {type(error).__name__}",))
    finally:
        connection.close()
    return Claim("answers", title, REFUTED if status >= 500 else PROVEN, (f"GET {where}: {status}",))
