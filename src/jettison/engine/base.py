"""What Jettison asks of a container engine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, Protocol


@dataclass(frozen=True, slots=True)
class Features:
    """What the engine's own Dockerfile frontend understands."""

    mounts: bool = False
    heredoc: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """One build. The project's folder is only read; both texts are given beside it.

    dockerignore None: the ignore file of the project applies; target: the stage to build, "" for the last; ours: the image serves a run and carries our label.
    """

    context: str
    dockerfile: bytes
    dockerignore: bytes | None
    tag: str
    network: str | None = None
    build_args: dict[str, str] = field(default_factory=dict)
    no_cache: bool = False
    timeout_seconds: float = 1800.0
    ours: bool = True
    target: str = ""


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step of a build: seconds it took, or that it came from the cache."""

    name: str
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build that succeeded took."""

    tag: str
    seconds: float
    steps: tuple[StepTime, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a build: kind is "step", "done", "cached" or "log"."""

    kind: str
    text: str
    seconds: float = 0.0


OnEvent = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One container of the proof: confined, no host folder, no engine socket, no published port.

    network: a name, or "none"; alias: a second name on that network; capabilities: those that are kept,
    all others are dropped; offline: names of the outside world do not resolve; command: in place of the
    image's own; user, workdir: "": the image's own; read_only: nothing but /tmp and the
    volumes can be written; volumes: folders of the container that get an unnamed one; hosts: name -> address of what runs
    beside it, since not every engine's networks know names; hostname: "": the engine gives another one each time.
    """

    image: str
    name: str
    env: dict[str, str] = field(default_factory=dict)
    network: str = "none"
    alias: str = ""
    capabilities: tuple[str, ...] = ()
    offline: bool = True
    command: tuple[str, ...] = ()
    entrypoint: str | None = None
    user: str = ""
    workdir: str = ""
    read_only: bool = False
    volumes: tuple[str, ...] = ()
    hosts: dict[str, str] = field(default_factory=dict)
    hostname: str = ""
    memory_bytes: int = 1024 * 1024 * 1024
    pids: int = 512


@dataclass(frozen=True, slots=True)
class State:
    """A container's state. pid: process 1 as the host sees it, 0 when not running."""

    running: bool
    exit_code: int
    pid: int
    address: str
    oom_killed: bool


@dataclass(frozen=True, slots=True)
class ImageIdentity:
    """What tells an image from others. id: digest of its configuration; digests: as registries know it."""

    id: str
    digests: tuple[str, ...]
    platform: str


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something of ours that an engine still holds. kind: "container", "network", "volume" or "image"."""

    kind: str
    name: str


class Engine(Protocol):
    """A container engine."""

    @property
    def name(self) -> str:
        """Return what to call it: product and version."""

    @property
    def features(self) -> Features:
        """Return what its frontend understands."""

    def build(self, request: BuildRequest, on_event: OnEvent | None = None) -> BuildResult:
        """Build an image. Raises BuildError when a step fails, EngineError when the engine does."""

    def start(self, request: RunRequest) -> str:
        """Start a container and return its id."""

    def state(self, container: str) -> State:
        """Return the state of a container."""

    def execute(self, container: str, argv: list[str], timeout_seconds: float) -> tuple[int, bytes]:
        """Return (exit code, output and then errors) of a command run in a container; both are bounded."""

    def logs(self, container: str) -> bytes:
        """Return the last output of a container, stdout and stderr, bounded."""

    def stop(self, container: str, timeout_seconds: int) -> tuple[int, float]:
        """Send SIGTERM, wait, kill. Return (exit code, seconds)."""

    def remove(self, container: str) -> None:
        """Remove a container, running or not; nothing happens when it is gone."""

    def remove_image(self, tag: str) -> None:
        """Remove a name of an image, and the image when it was the last."""

    def create_network(self, name: str, internal: bool) -> None:
        """Make a network; an internal one leads nowhere but to this host and between its containers."""

    def remove_network(self, name: str) -> None:
        """Remove a network; nothing happens when it is gone."""

    def identity(self, image: str) -> ImageIdentity | None:
        """Return what tells an image of the engine from others, None when it has no such image."""

    def fetch(self, image: str) -> None:
        """Fetch an image from its registry. Raises EngineError when that fails or takes too long."""

    def leftovers(self) -> tuple[Leftover, ...]:
        """Return everything of ours that is still there, whoever's run made it."""

    def discard(self, leftover: Leftover) -> None:
        """Remove one of the leftovers. Raises EngineError when it stays."""

    def save(self, tag: str) -> AbstractContextManager[IO[bytes]]:
        """Return a stream of the image as a `save` archive."""
