"""Docker and Podman through their own command-line clients, which share one vocabulary."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from typing import IO, Any, Final

from jettison.engine.base import (
    BuildRequest,
    BuildResult,
    Features,
    ImageIdentity,
    Leftover,
    OnEvent,
    RunRequest,
    State,
)
from jettison.engine.call import MAX_OUTPUT, call
from jettison.engine.failure import DISK_FULL, build_failure, never_began, options_once_more
from jettison.engine.handed_over import handed_over
from jettison.engine.probe import probe_features
from jettison.engine.progress import PlainProgress
from jettison.engine.rawjson import RawJsonProgress
from jettison.engine.sandbox import LABEL, run_options
from jettison.engine.shield import shield
from jettison.errors import BuildError, DiskFullError, EngineError
from jettison.terminal import safe, safe_line

CALL_SECONDS: Final = 60.0
FETCH_SECONDS: Final = 600.0
# What our images are called: jettison/RUN:what.
_OUR_IMAGE: Final = re.compile(r"(?:localhost/)?jettison/(?:probe|[0-9a-f]{10}):")

Progress = PlainProgress | RawJsonProgress


class CliEngine:
    """One engine behind one client program.

    program: path of the client; product: "docker" or "podman"; features: what its frontend reads, None to ask it;
    kind: how a docker client builds, see `jettison.engine.client`; options: given to every call.
    """

    def __init__(
        self,
        program: str,
        product: str,
        version: str,
        features: Features | None,
        kind: str = "builtin",
        options: tuple[str, ...] = (),
    ) -> None:
        self._base = [program, *options]
        self._product = product
        self._version = version
        self._features = features
        self._kind = kind
        self._env = {
            **os.environ,
            "DOCKER_BUILDKIT": "0" if kind == "classic" else "1",
            "BUILDKIT_PROGRESS": "plain",
            "DOCKER_CLI_HINTS": "false",
        }

    @property
    def name(self) -> str:
        """Return product and version."""
        return f"{self._product} {self._version}"

    @property
    def client(self) -> tuple[str, ...]:
        """Return the words that start the client of this engine."""
        return tuple(self._base)

    @property
    def features(self) -> Features:
        """Return what the frontend understands; it is asked by builds of a few bytes when this is first wanted.

        Raises EngineError when it cannot be asked.
        """
        if self._features is None:
            self._features = probe_features(self)
        return self._features

    def build(self, request: BuildRequest, on_event: OnEvent | None = None) -> BuildResult:
        """Build an image from texts given beside the project's folder."""
        with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
            file = os.path.join(folder, "Dockerfile")
            _write(file, request.dockerfile)
            argv = [*self._build_command(), "-f", file, "-t", request.tag]
            if request.dockerignore is not None:
                _write(file + ".dockerignore", request.dockerignore)
                if self._product == "podman":
                    argv += ["--ignorefile", file + ".dockerignore"]
            argv += ["--network", request.network] if request.network else []
            argv += ["--no-cache"] if request.no_cache else []
            argv += ["--target", request.target] if request.target else []
            argv += ["--format", "docker"] if self._product == "podman" else []
            # Without BuildKit a label would be one more entry of the history; those images have only our name.
            argv += ["--label", f"{LABEL}=1"] if self._labels_images and request.ours else []
            given, values = handed_over("--build-arg", request.build_args)
            argv += given
            # Podman leaves its scratch folder when it is interrupted: inside ours it goes with it.
            env = {**self._env, **values, **({} if self._product == "docker" else {"TMPDIR": folder})}
            start = time.perf_counter()
            try:
                progress = self._stream([*argv, request.context], request, env, on_event)
            except BuildError as error:
                if (options := options_once_more(error)) is None:
                    raise
                start = time.perf_counter()
                progress = self._stream([*argv, *options, request.context], request, env, on_event)
            return BuildResult(request.tag, time.perf_counter() - start, tuple(progress.steps))

    @property
    def _labels_images(self) -> bool:
        return self._product == "docker" and self._kind != "classic"

    def _build_command(self) -> list[str]:
        if not self._kind.startswith("buildx"):
            return [*self._base, "build"]
        # The builder "default" is the engine itself: the image lands in its store, without attestations.
        argv = [*self._base, "buildx", "build", "--builder", "default", "--load", "--provenance=false"]
        return [*argv, "--progress=rawjson"] if self._kind == "buildx" else argv

    def _stream(
        self, argv: list[str], request: BuildRequest, env: dict[str, str], on_event: OnEvent | None
    ) -> Progress:
        timeout = request.timeout_seconds
        progress = RawJsonProgress() if self._kind == "buildx" else PlainProgress()
        # A group of its own: an interrupt ends the client and what it started, in our order.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            start_new_session=True,
        )
        assert process.stdout is not None
        late = threading.Event()
        watchdog = threading.Timer(timeout, _expire, (process, late))
        watchdog.daemon = True
        watchdog.start()
        try:
            while raw := process.stdout.readline(MAX_OUTPUT):
                for event in progress.read(raw):
                    if on_event is not None:
                        on_event(event)
            code = process.wait()
        finally:
            watchdog.cancel()
            _end_group(process)
            process.stdout.close()
        if late.is_set():
            raise EngineError(f"the build took longer than {timeout:.0f} s and was stopped")
        if code:
            raise build_failure(self.name, list(progress.tail), request.dockerfile)
        return progress

    def start(self, request: RunRequest) -> str:
        """Start a confined container and return its id."""
        try:
            return self._run(request)
        except EngineError as error:
            if not never_began(error):
                raise
        return self._run(request)

    def _run(self, request: RunRequest) -> str:
        try:
            with shield():
                values = handed_over("-e", request.env)[1]
                return self._call(["run", *run_options(request, self._product)], values=values).decode().strip()[:64]
        except BaseException:
            self.remove(request.name)
            raise

    def state(self, container: str) -> State:
        """Return the state of a container."""
        data = self._inspect(container)
        state = data.get("State", {})
        network = data.get("NetworkSettings", {})
        address = network.get("IPAddress") or next(
            (entry.get("IPAddress", "") for entry in (network.get("Networks") or {}).values()), ""
        )
        return State(
            bool(state.get("Running")),
            int(state.get("ExitCode") or 0),
            int(state.get("Pid") or 0),
            str(address or ""),
            bool(state.get("OOMKilled")),
        )

    def _inspect(self, container: str) -> dict[str, Any]:
        data = json.loads(self._call(["container", "inspect", container]))
        return dict(data[0])

    def execute(self, container: str, argv: list[str], timeout_seconds: float) -> tuple[int, bytes]:
        """Return (exit code, output and then errors) of a command in a container; 124 when it took too long."""
        # The engine carries the two apart: in one stream, which comes first is another thing each time.
        done = call([*self._base, "exec", container, *argv], self._env, timeout_seconds)
        return 124 if done.code is None else done.code, done.output + done.errors

    def logs(self, container: str) -> bytes:
        """Return the last lines of a container's output."""
        return self._call(["logs", "--tail", "200", container], merge=True, last=True)

    def stop(self, container: str, timeout_seconds: int) -> tuple[int, float]:
        """Return (exit code, seconds) of stopping a container with SIGTERM."""
        start = time.perf_counter()
        self._call(["stop", "-t", str(timeout_seconds), container], timeout=timeout_seconds + CALL_SECONDS)
        return self.state(container).exit_code, time.perf_counter() - start

    def remove(self, container: str) -> None:
        """Remove a container and its anonymous volumes."""
        with contextlib.suppress(EngineError), shield():
            self._call(["rm", "-f", "-v", *self._at_once, container])

    @property
    def _at_once(self) -> list[str]:
        # Podman gives a program ten seconds before it removes it.
        return ["-t", "0"] if self._product == "podman" else []

    def remove_image(self, tag: str) -> None:
        """Remove a name of an image."""
        with contextlib.suppress(EngineError), shield():
            self._call(["rmi", "-f", tag])

    def create_network(self, name: str, internal: bool) -> None:
        """Make a network with our label."""
        options = ["--internal"] if internal else []
        with shield():
            self._call(["network", "create", *options, "--label", f"{LABEL}=1", name])

    def remove_network(self, name: str) -> None:
        """Remove a network."""
        with contextlib.suppress(EngineError), shield():
            self._call(["network", "rm", name])

    def identity(self, image: str) -> ImageIdentity | None:
        """Return what tells an image from others."""
        try:
            data = json.loads(self._call(["image", "inspect", image]))[0]
        except (EngineError, ValueError, IndexError):
            return None
        digests = tuple(sorted(safe_line(str(digest)) for digest in data.get("RepoDigests") or ()))
        identity = str(data.get("Id", ""))
        identity = identity if identity.startswith("sha256:") else f"sha256:{identity}"
        return ImageIdentity(identity, digests, f"{data.get('Os', '')}/{data.get('Architecture', '')}")

    def fetch(self, image: str) -> None:
        """Fetch an image."""
        self._call(["pull", "-q", image], timeout=FETCH_SECONDS)

    def leftovers(self) -> tuple[Leftover, ...]:
        """Return everything that carries our label or, for images, our name."""
        label = f"label={LABEL}"
        found = [
            Leftover("container", name)
            for name in self._names(["ps", "-a", "--filter", label, "--format", "{{.Names}}"])
        ]
        networks = self._names(["network", "ls", "--filter", label, "--format", "{{.Name}}"])
        found += [Leftover("network", name) for name in networks]
        found += [Leftover("volume", name) for name in self._names(["volume", "ls", "-q", "--filter", label])]
        named = self._names(["images", "--format", "{{.Repository}}:{{.Tag}}"])
        ours = (name for name in named if _OUR_IMAGE.match(name))
        found += [Leftover("image", name) for name in ours]
        if self._labels_images:
            dangling = self._names(["images", "-q", "--filter", label, "--filter", "dangling=true"])
            found += [Leftover("image", name) for name in dangling]
        return tuple(dict.fromkeys(found))

    def _names(self, arguments: list[str]) -> list[str]:
        return [safe_line(line) for line in self._call(arguments).decode("utf-8", "replace").split()]

    def discard(self, leftover: Leftover) -> None:
        """Remove one leftover."""
        commands = {
            "container": ["rm", "-f", "-v", *self._at_once],
            "network": ["network", "rm"],
            "volume": ["volume", "rm", "-f"],
            "image": ["rmi", "-f"],
        }
        with shield():
            self._call([*commands[leftover.kind], leftover.name])

    @contextmanager
    def save(self, tag: str) -> Iterator[IO[bytes]]:
        """Give a stream of the image; the client is ended when the reader leaves early."""
        tag = self._one_image(tag)
        process = subprocess.Popen(
            [*self._base, "save", tag], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self._env
        )
        assert process.stdout is not None and process.stderr is not None
        assert isinstance(process.stdout, BufferedReader)
        try:
            if not process.stdout.peek(1):
                raise EngineError(f"{self.name} could not save {tag}: {self._last_words(process)}")
            yield process.stdout
        finally:
            process.stdout.close()
            if process.poll() is None:
                process.kill()
            message = process.stderr.read(2000)
            process.stderr.close()
            process.wait()
        if process.returncode not in (0, -signal.SIGKILL, -signal.SIGPIPE):
            raise EngineError(f"{self.name} could not save {tag}: {safe(message.decode('utf-8', 'replace'))}")

    def _one_image(self, name: str) -> str:
        """Return what `save` takes for one image: of a name without a tag it writes every image that has it.

        Everywhere else such a name means its tag "latest", or the begin of an image's id.
        """
        if "@" in name or ":" in name.rpartition("/")[2]:
            return name
        latest = f"{name}:latest"
        return name if self.identity(latest) is None and self.identity(name) is not None else latest

    def _last_words(self, process: subprocess.Popen[bytes]) -> str:
        """Return why a client gave nothing: it says so on its way out, and killed before that it would not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(CALL_SECONDS)
        assert process.stderr is not None
        said = process.stderr.read(2000) if process.returncode is not None else b""
        return safe(said.decode("utf-8", "replace")).strip() or "it gave nothing"

    def _call(
        self,
        arguments: list[str],
        timeout: float = CALL_SECONDS,
        merge: bool = False,
        last: bool = False,
        values: Mapping[str, str] | None = None,
    ) -> bytes:
        done = call([*self._base, *arguments], {**self._env, **(values or {})}, timeout, merge, last)
        if done.code is None:
            raise EngineError(f"{self.name} did not answer `{arguments[0]}` within {timeout:.0f} s")
        if done.code:
            message = safe((done.errors or done.output).decode("utf-8", "replace")).strip()
            if DISK_FULL in message:
                raise DiskFullError(f"the disk of {self.name} is full: {message[-300:]}")
            raise EngineError(f"{self.name} refused `{arguments[0]}`: {message[-600:]}")
        return done.output


def _expire(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a client and all it started: a polite signal first, so that it can cancel the build."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as stream:
        stream.write(data)
