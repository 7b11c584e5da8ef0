"""What every container engine adapter offers, and the records that cross that boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

RUN_LABEL = "dev.jettison.run"
"""Label on every container made here; its value is the adapter's run id."""

TAG_PREFIX = "jettison"
"""First component of every image name made here: `jettison/<run-id>:<name>`."""


@dataclass(frozen=True, slots=True)
class FrontendFeatures:
    """What the engine's own Dockerfile frontend understands, without any download.

    heredoc: `RUN <<EOF` and `COPY <<EOF`; mounts: `RUN --mount`; link: `COPY --link`;
    chmod: `COPY --chmod`.
    """

    heredoc: bool = False
    mounts: bool = False
    link: bool = False
    chmod: bool = False


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """One build; the project folder is only read.

    dockerfile: the text to build, whatever the project holds; dockerignore: the rules to apply, or
    None for the project's own; tag: full image name, see `Engine.tag`; network: "host", "none" or
    None for the engine's default; secrets: id -> content for `RUN --mount=type=secret`;
    timeout: seconds for the whole build.
    """

    context: Path
    dockerfile: bytes
    tag: str
    dockerignore: bytes | None = None
    build_args: dict[str, str] = field(default_factory=dict)
    target: str | None = None
    network: str | None = None
    no_cache: bool = False
    secrets: dict[str, bytes] = field(default_factory=dict)
    platform: str | None = None
    timeout: float = 1800.0
    dockerfile_name: str = "Dockerfile"


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step of a build.

    name: as the engine shows it, safe to print; line: 1-based line of the Dockerfile or None when
    not known; seconds: wall time of the step, 0.0 when cached.
    """

    name: str
    line: int | None
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True)
class BuildEvent:
    """Progress of a running build.

    kind: "started", "finished", "log" or "context"; step: the step's name, safe to print;
    text: one safe line of output ("log"); seconds: since the step ("finished") began;
    context_bytes: bytes of build context sent so far ("context").
    """

    kind: str
    step: str = ""
    line: int | None = None
    text: str = ""
    seconds: float = 0.0
    cached: bool = False
    context_bytes: int = 0


OnEvent = Callable[[BuildEvent], None]
"""Called from the thread that builds, for each event; must return quickly."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """A finished build.

    image_id: "sha256:..."; seconds: wall time of the whole build; log_tail: last lines, safe to
    print; context_bytes_sent: bytes that went to the engine in this build (BuildKit sends only what
    changed and what is used), None when the engine does not say.
    """

    image_id: str
    tag: str
    seconds: float
    steps: tuple[StepTime, ...]
    log_tail: str
    context_bytes_sent: int | None


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One container to make from an image; see `Engine.run`.

    entrypoint, command: None keeps the image's own, an empty tuple clears it; network: "bridge",
    "none", "host" or "container:<id>"; ports: container ports ("8080/tcp") to declare, never
    published to the host; memory: bytes; pids: limit of processes; tmpfs: mount points.
    """

    image: str
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    env: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    workdir: str | None = None
    network: str = "bridge"
    ports: tuple[str, ...] = ()
    memory: int | None = None
    pids: int | None = None
    read_only: bool = False
    tmpfs: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    name: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    start: bool = True


@dataclass(frozen=True, slots=True)
class ContainerState:
    """How a container is doing.

    status: the engine's word ("created", "running", "exited", "dead", ...); exit_code: None while
    it has not ended; health: "starting", "healthy", "unhealthy", or None without a HEALTHCHECK;
    error: the engine's reason when it could not start, safe to print.
    """

    status: str
    running: bool
    exit_code: int | None
    pid: int
    oom_killed: bool = False
    health: str | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class StopResult:
    """How a container ended on SIGTERM: seconds until it ended; killed: SIGKILL was needed."""

    exit_code: int
    seconds: float
    killed: bool


class Container(Protocol):
    """One container; a context manager that removes it."""

    @property
    def id(self) -> str:
        """Return the engine's full container id."""

    @property
    def pid(self) -> int:
        """Return the main process's id on the host (0 when not running)."""

    @property
    def ip(self) -> str | None:
        """Return the address at which the host reaches it, or None (no network, or rootless)."""

    def start(self) -> None:
        """Start it; raises EngineError when its program cannot be started."""

    def exec(self, argv: tuple[str, ...], timeout: float = 60.0, user: str | None = None) -> tuple[int, bytes]:
        """Return exit code and output (stdout and stderr in order, at most 1 MiB) of `argv` run inside."""

    def logs(self, limit: int = 65536) -> bytes:
        """Return the last `limit` bytes of its output: raw, not safe to print."""

    def state(self) -> ContainerState:
        """Return its state now."""

    def wait(self, timeout: float) -> int | None:
        """Return its exit code when it ends within `timeout` seconds, else None."""

    def stop(self, timeout: float = 10.0) -> StopResult:
        """Send SIGTERM (always that, whatever STOPSIGNAL says), SIGKILL after `timeout` seconds."""

    def kill(self, signal: str = "SIGKILL") -> None:
        """Send `signal`; nothing happens when it has ended."""

    def remove(self) -> None:
        """Remove it with its anonymous volumes, running or not; twice is no error."""

    def __enter__(self) -> Container: ...

    def __exit__(self, *exc: object) -> None: ...


class Engine(Protocol):
    """One container engine. Methods raise EngineError (BuildError for a failed build)."""

    @property
    def name(self) -> str:
        """Return "docker", "podman" or "buildah"."""

    @property
    def version(self) -> str:
        """Return the engine's own version, safe to print."""

    @property
    def description(self) -> str:
        """Return one line for reports: engine, version and build route, safe to print."""

    @property
    def features(self) -> FrontendFeatures:
        """Return what the engine's frontend understands; asked once per process."""

    @property
    def can_run(self) -> bool:
        """Return whether containers can be run (Buildah only builds)."""

    def tag(self, name: str) -> str:
        """Return the image name `jettison/<run-id>:<name>` that `cleanup` will remove."""

    def build(self, request: BuildRequest, on_event: OnEvent | None = None) -> BuildResult:
        """Build an image. Ctrl-C stops the build and leaves nothing behind."""

    def run(self, request: RunRequest) -> Container:
        """Return a new container, started unless `request.start` is False."""

    def image_id(self, ref: str) -> str | None:
        """Return "sha256:..." of the image named `ref`, or None when the engine has none."""

    def inspect(self, ref: str) -> dict[str, object]:
        """Return what the engine says of the image (Docker's inspect JSON)."""

    def save(self, ref: str) -> AbstractContextManager[BinaryIO]:
        """Return the image as a `docker save` tar, a stream that is read once."""

    def remove_image(self, ref: str) -> None:
        """Remove the name (and the image when it was the last name); unknown is no error."""

    def images(self) -> Iterator[str]:
        """Yield the names made by this adapter that still exist."""

    def cleanup(self) -> None:
        """Remove every container and image name this adapter made."""
