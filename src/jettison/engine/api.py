"""The Docker Engine API over its socket, with the standard library only."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from jettison.errors import EngineError
from jettison.terminal import safe_line

DEFAULT_HOST: Final = "unix:///var/run/docker.sock"
BODY_LIMIT: Final = 64 * 1024 * 1024
_KNOWN_API: Final = (1, 41)


class ApiError(EngineError):
    """The engine answered with an error; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class DockerApi:
    """Sends requests to one engine; every request has its own connection."""

    def __init__(self, host: str | None = None) -> None:
        self.host = host or docker_host()
        parts = urlsplit(self.host)
        if parts.scheme not in ("unix", "tcp", "http"):
            raise EngineError(
                f"the engine address {safe_line(self.host)!r} is not supported: "
                "set DOCKER_HOST to unix:///path/to/docker.sock or tcp://host:port"
            )
        self._prefix = ""

    def negotiate(self) -> dict[str, Any]:
        """Return the engine's version record, and speak an API version that it knows from now on."""
        version: dict[str, Any] = self.json("GET", "/version", timeout=10.0)
        lowest = _number(version.get("MinAPIVersion", "1.12"))
        highest = _number(version.get("ApiVersion", "1.41"))
        chosen = min(max(_KNOWN_API, lowest), highest)
        self._prefix = f"/v{chosen[0]}.{chosen[1]}"
        return version

    def json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = 60.0,
    ) -> Any:
        """Return the decoded answer ({} when empty); ApiError for an error status."""
        with self.stream(method, path, query, body, timeout) as response:
            data = response.read(BODY_LIMIT)
        try:
            return json.loads(data) if data.strip() else {}
        except ValueError as error:
            raise EngineError(f"the engine's answer to {path} is not JSON") from error

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout: float = 60.0,
    ) -> Iterator[http.client.HTTPResponse]:
        """Return the open answer; `timeout` bounds each wait for data, in seconds."""
        connection = self._connect(timeout)
        target = self._prefix + path + ("?" + urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        try:
            connection.request(method, target, data, headers)
            response = connection.getresponse()
            if response.status >= 400:
                raise ApiError(response.status, _message(response))
            yield response
        except (OSError, http.client.HTTPException) as error:
            raise EngineError(self._lost(error)) from error
        finally:
            connection.close()

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        parts = urlsplit(self.host)
        if parts.scheme == "unix":
            return _UnixConnection(parts.path, timeout)
        return http.client.HTTPConnection(parts.hostname or "localhost", parts.port or 2375, timeout=timeout)

    def _lost(self, error: BaseException) -> str:
        where = safe_line(self.host)
        if isinstance(error, PermissionError):
            return f"no permission to use the engine at {where}: run as a user who may, or with sudo"
        if isinstance(error, (ConnectionRefusedError, FileNotFoundError)):
            return f"no engine answers at {where}: is it running?"
        if isinstance(error, TimeoutError):
            return f"the engine at {where} did not answer in time"
        return (
            f"the connection to the engine at {where} broke: {safe_line(str(error)) or type(error).__name__}"
        )


def docker_host() -> str:
    """Return the address of the engine the docker client would use: DOCKER_HOST, context, default."""
    if host := os.environ.get("DOCKER_HOST"):
        return host
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        name = os.environ.get("DOCKER_CONTEXT") or json.loads((folder / "config.json").read_bytes()).get(
            "currentContext"
        )
        if not name or name == "default":
            return DEFAULT_HOST
        # The client keeps each context in a folder named by the SHA-256 of its name.
        meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
        return str(json.loads(meta.read_bytes())["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return DEFAULT_HOST


def frames(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the payloads of Docker's multiplexed stream (8-byte header: stream, 0, 0, 0, length)."""
    while len(header := response.read(8)) == 8:
        left = int.from_bytes(header[4:], "big")
        while left > 0:
            piece = response.read(min(left, 65536))
            if not piece:
                return
            left -= len(piece)
            yield piece


def _message(response: http.client.HTTPResponse) -> str:
    data = response.read(65536)
    try:
        text = str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        text = data.decode("utf-8", "replace") or f"HTTP status {response.status}"
    return explain(safe_line(text.strip()))


def explain(message: str) -> str:
    """Return the engine's message, with what to do where the cause is known."""
    if "no space left on device" in message:
        return f"{message}: the engine's disk is full; free space, for example with `docker system prune`"
    return message


def _number(version: object) -> tuple[int, int]:
    major, _, minor = str(version).partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else _KNOWN_API
