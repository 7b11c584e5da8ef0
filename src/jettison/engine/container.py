"""One Docker container, driven through the Engine API."""

from __future__ import annotations

import contextlib
import os
import signal as signals
import time
from typing import Any, Final

from jettison.engine.api import ApiError, DockerApi, frames
from jettison.engine.base import RUN_LABEL, ContainerState, RunRequest, StopResult
from jettison.errors import EngineError
from jettison.terminal import safe_line

OUTPUT_LIMIT: Final = 1 << 20
_LOG_LINES: Final = "20000"


class DockerContainer:
    """A container of the Docker engine; see `jettison.engine.base.Container`."""

    def __init__(self, api: DockerApi, identifier: str) -> None:
        self._api = api
        self._id = identifier

    @property
    def id(self) -> str:
        """Return the full container id."""
        return self._id

    @property
    def pid(self) -> int:
        """Return the main process's id on the host, 0 when not running."""
        return self.state().pid

    @property
    def ip(self) -> str | None:
        """Return its address on its first network, or None."""
        settings = self._inspect().get("NetworkSettings") or {}
        networks = (settings.get("Networks") or {}).values()
        addresses = [settings.get("IPAddress"), *(network.get("IPAddress") for network in networks)]
        return next((str(address) for address in addresses if address), None)

    def start(self) -> None:
        """Start it; EngineError when its program cannot be started."""
        self._api.json("POST", self._path("/start"))

    def state(self) -> ContainerState:
        """Return its state now."""
        state = self._inspect().get("State") or {}
        ended = state.get("Status") in ("exited", "dead")
        health = (state.get("Health") or {}).get("Status")
        return ContainerState(
            status=str(state.get("Status", "")),
            running=bool(state.get("Running")),
            exit_code=int(state.get("ExitCode", 0)) if ended else None,
            pid=int(state.get("Pid") or 0),
            oom_killed=bool(state.get("OOMKilled")),
            health=None if health in (None, "none") else str(health),
            error=safe_line(str(state.get("Error") or "")),
        )

    def exec(
        self, argv: tuple[str, ...], timeout: float = 60.0, user: str | None = None
    ) -> tuple[int, bytes]:
        """Return exit code and output of `argv`; EngineError (and the process killed) after `timeout`."""
        body = {"AttachStdout": True, "AttachStderr": True, "Cmd": list(argv), "User": user or ""}
        exec_id = self._api.json("POST", self._path("/exec"), body=body)["Id"]
        deadline = time.monotonic() + timeout
        output = bytearray()
        try:
            start = {"Detach": False, "Tty": False}
            with self._api.stream("POST", f"/exec/{exec_id}/start", body=start, timeout=timeout) as answer:
                for piece in frames(answer):
                    output += piece[: OUTPUT_LIMIT - len(output)]
                    if time.monotonic() > deadline:
                        raise EngineError("timeout")
        except EngineError as error:
            if isinstance(error, ApiError) or time.monotonic() < deadline:
                raise
            self._kill_exec(exec_id)
            shown = safe_line(" ".join(argv))[:200]
            raise EngineError(f"{shown!r} did not end within {timeout:.0f} seconds") from error
        return self._exec_code(exec_id), bytes(output)

    def _exec_code(self, exec_id: str) -> int:
        # The output can end a moment before the engine has noted the exit code.
        for _ in range(100):
            code = self._api.json("GET", f"/exec/{exec_id}/json").get("ExitCode")
            if code is not None:
                return int(code)
            time.sleep(0.05)
        raise EngineError("the engine does not say how the command ended")

    def _kill_exec(self, exec_id: str) -> None:
        pid = self._api.json("GET", f"/exec/{exec_id}/json").get("Pid")
        if pid:
            # Only possible on a local engine as root; else it ends with the container.
            with contextlib.suppress(OSError):
                os.kill(int(pid), signals.SIGKILL)

    def logs(self, limit: int = 65536) -> bytes:
        """Return the last `limit` bytes of its output."""
        query = {"stdout": "1", "stderr": "1", "tail": _LOG_LINES}
        kept = bytearray()
        with self._api.stream("GET", self._path("/logs"), query) as answer:
            for piece in frames(answer):
                kept += piece
                if len(kept) > 2 * limit + 65536:
                    del kept[:-limit]
        return bytes(kept[-limit:]) if limit > 0 else b""

    def wait(self, timeout: float) -> int | None:
        """Return its exit code when it ends within `timeout` seconds, else None."""
        deadline = time.monotonic() + timeout
        try:
            code = self._api.json("POST", self._path("/wait"), timeout=max(timeout, 0.05)).get("StatusCode")
            return int(code) if code is not None else None
        except ApiError:
            raise
        except EngineError:
            if time.monotonic() < deadline - 0.01:
                raise
            return None

    def stop(self, timeout: float = 10.0, signal: str = "SIGTERM") -> StopResult:
        """Send `signal`, and SIGKILL after `timeout` seconds; say how it ended."""
        began = time.monotonic()
        self.kill(signal)
        code = self.wait(timeout)
        killed = code is None
        if code is None:
            self.kill()
            code = self.wait(10.0)
        if code is None:
            raise EngineError("the container does not end on SIGKILL")
        return StopResult(code, time.monotonic() - began, killed)

    def kill(self, signal: str = "SIGKILL") -> None:
        """Send `signal`; nothing happens when it has ended."""
        try:
            self._api.json("POST", self._path("/kill"), {"signal": signal})
        except ApiError as error:
            if error.status not in (404, 409):
                raise

    def remove(self) -> None:
        """Remove it with its anonymous volumes, running or not."""
        remove_container(self._api, self._id)

    def __enter__(self) -> DockerContainer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()

    def _path(self, action: str) -> str:
        return f"/containers/{self._id}{action}"

    def _inspect(self) -> dict[str, Any]:
        found: dict[str, Any] = self._api.json("GET", self._path("/json"))
        return found


def create(api: DockerApi, request: RunRequest, run_id: str) -> DockerContainer:
    """Return a new container made from `request`, not yet started."""
    query = {"name": request.name} if request.name else None
    return DockerContainer(
        api, str(api.json("POST", "/containers/create", query, _body(request, run_id))["Id"])
    )


def remove_container(api: DockerApi, identifier: str) -> None:
    """Remove a container by force; unknown, or already being removed, is no error."""
    try:
        api.json("DELETE", f"/containers/{identifier}", {"force": "1", "v": "1"})
    except ApiError as error:
        if error.status not in (404, 409):
            raise


def _body(request: RunRequest, run_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Image": request.image,
        "Env": [f"{name}={value}" for name, value in request.env.items()],
        "Labels": {**request.labels, RUN_LABEL: run_id},
        "ExposedPorts": {_port(port): {} for port in request.ports},
        "HostConfig": {
            "NetworkMode": request.network,
            "Memory": request.memory or 0,
            "MemorySwap": request.memory or 0,
            "PidsLimit": request.pids or 0,
            "ReadonlyRootfs": request.read_only,
            "Tmpfs": dict.fromkeys(request.tmpfs, ""),
            "CapDrop": list(request.cap_drop),
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "16m", "max-file": "1"}},
        },
    }
    if request.command is not None:
        body["Cmd"] = list(request.command)
    if request.entrypoint is not None:
        # The API clears an image's entry point only by a list with one empty string.
        body["Entrypoint"] = list(request.entrypoint) or [""]
    if request.user is not None:
        body["User"] = request.user
    if request.workdir is not None:
        body["WorkingDir"] = request.workdir
    return body


def _port(port: str) -> str:
    return port if "/" in port else f"{port}/tcp"
