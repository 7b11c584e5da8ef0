"""What an image did when it was started, asked and stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

STOP_SECONDS: Final = 10
KILLED: Final = 137
# By these an access log tells of the requests of the proof.
AGENT: Final = "jettison-proof"
NO_SUCH_PAGE: Final = "/jettison-no-such-page"


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
class Questions:
    """What both images are asked.

    checks: shell commands run inside; commands: shell commands run on this machine, with the container's
    address and ports in the environment; env: the containers' environment; online: they may reach the
    outside network.
    """

    probes: tuple[Probe, ...] = ()
    checks: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    online: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one image did.

    expected: it says that it listens (EXPOSE), so that silence decides nothing; capabilities: those it had;
    needs: names of the services that ran beside it; run_as: what started it, where the image itself does not say it;
    service_health: what the health check gave that a Compose file states; waits: the programs of a script that was seen
    to do nothing but wait; logs_requests: what it wrote to its output tells of the requests that were made.
    """

    stayed_up: bool
    exit_code: int
    ports: tuple[int, ...]
    answers: dict[tuple[int, str], Answer]
    checks: dict[str, tuple[int, bytes]]
    health: tuple[int, bytes] | None
    stop_code: int
    stop_seconds: float
    output: str
    expected: bool = False
    capabilities: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    run_as: str = ""
    service_health: tuple[int, bytes] | None = None
    waits: tuple[str, ...] = ()
    logs_requests: bool = False

    @property
    def stop_text(self) -> str:
        """Return how it ended on SIGTERM."""
        if not self.stayed_up:
            return f"had ended, code {self.exit_code}"
        if self.stop_seconds >= STOP_SECONDS or self.stop_code == KILLED:
            return "killed"
        return f"exit {self.stop_code}, {self.stop_seconds:.1f} s"
