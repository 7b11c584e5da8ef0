"""Docker: containers and images through the Engine API, builds through the best client there is."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from jettison.engine.api import ApiError, DockerApi
from jettison.engine.base import (
    RUN_LABEL,
    TAG_PREFIX,
    BuildRequest,
    BuildResult,
    Container,
    FrontendFeatures,
    OnEvent,
    RunRequest,
)
from jettison.engine.child import run_lines
from jettison.engine.client import Route, docker_route
from jettison.engine.container import create, remove_container
from jettison.engine.failure import build_error
from jettison.engine.inputs import BuildInputs, build_inputs
from jettison.engine.probe import probe_features
from jettison.engine.progress import Progress, close_classic, read_classic, read_plain, read_rawjson
from jettison.engine.steps import StepLines
from jettison.errors import EngineError
from jettison.terminal import safe_line

_READERS: dict[str, Callable[[str, Progress], None]] = {
    "buildx": read_rawjson,
    "buildx-plain": read_plain,
    "builtin": read_plain,
    "classic": read_classic,
}
_SAVE_TIMEOUT = 300.0
_features: dict[tuple[str, str], FrontendFeatures] = {}


class DockerEngine:
    """The Docker engine that DOCKER_HOST, the current context or the default socket names."""

    name = "docker"
    can_run = True

    def __init__(self, host: str | None = None, route: Route | None = None) -> None:
        """Connect; EngineError when no engine answers or it runs no Linux containers."""
        self._api = DockerApi(host)
        about = self._api.negotiate()
        if about.get("Os", "linux") != "linux":
            raise EngineError("this Docker engine runs Windows containers; switch it to Linux containers")
        self._version = safe_line(str(about.get("Version", "unknown")))
        self._route = route or docker_route()
        self._run_id = secrets.token_hex(4)

    @property
    def version(self) -> str:
        """Return the engine's version."""
        return self._version

    @property
    def host(self) -> str:
        """Return the engine's address, a DOCKER_HOST value."""
        return self._api.host

    @property
    def description(self) -> str:
        """Return one line for reports."""
        route = self._route.description if self._route else "no client: cannot build"
        return f"Docker {self._version} ({route})"

    @property
    def features(self) -> FrontendFeatures:
        """Return what the frontend understands: asked by tiny builds, once per engine and process."""
        key = (self._api.host, self._route.kind if self._route else "")
        if key not in _features:
            builds = self._route is not None and self._route.kind != "classic"
            # The classic builder knows none of it but COPY --chmod, and that only with BuildKit.
            _features[key] = probe_features(self) if builds else FrontendFeatures()
        return _features[key]

    def tag(self, name: str) -> str:
        """Return the image name that `cleanup` will remove."""
        return f"{TAG_PREFIX}/{self._run_id}:{name}"

    def build(self, request: BuildRequest, on_event: OnEvent | None = None) -> BuildResult:
        """Build an image; the project folder is only read."""
        route = self._route
        if route is None:
            raise EngineError("no docker client found to build with: install the docker command line")
        progress = Progress(StepLines(request.dockerfile), on_event)
        reader = _READERS[route.kind]
        classic = route.kind == "classic"
        with build_inputs(request, copy_context=classic) as inputs:
            argv = _argv(route, request, inputs)
            began = time.monotonic()
            code = run_lines(
                argv, lambda line: reader(line, progress), request.timeout, self._environment(route)
            )
            seconds = time.monotonic() - began
            if classic:
                close_classic(progress, failed=code != 0)
            if code != 0:
                self._check_alive(progress)
                raise build_error(progress)
            image_id = _read_id(inputs) or self.image_id(request.tag)
        if image_id is None:
            raise EngineError("the build ended without an image")
        return BuildResult(
            image_id, request.tag, seconds, progress.steps(), progress.log_tail, progress.context_bytes
        )

    def run(self, request: RunRequest) -> Container:
        """Return a new container, started unless `request.start` is False."""
        container = create(self._api, request, self._run_id)
        if request.start:
            try:
                container.start()
            except BaseException:
                container.remove()
                raise
        return container

    def image_id(self, ref: str) -> str | None:
        """Return the image's id, None when there is none of that name."""
        try:
            return str(self.inspect(ref)["Id"])
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def inspect(self, ref: str) -> dict[str, object]:
        """Return what the engine says of the image."""
        found: dict[str, object] = self._api.json("GET", f"/images/{quote(ref, safe='/:@')}/json")
        return found

    @contextmanager
    def save(self, ref: str) -> Iterator[BinaryIO]:
        """Return the image as a tar stream."""
        path = f"/images/{quote(ref, safe='/:@')}/get"
        with self._api.stream("GET", path, timeout=_SAVE_TIMEOUT) as answer:
            yield cast(BinaryIO, answer)

    def remove_image(self, ref: str) -> None:
        """Remove the image name; unknown is no error."""
        try:
            self._api.json("DELETE", f"/images/{quote(ref, safe='/:@')}", {"force": "1"})
        except ApiError as error:
            if error.status != 404:
                raise

    def images(self) -> Iterator[str]:
        """Yield the names made by this adapter that still exist."""
        filters = json.dumps({"reference": [f"{TAG_PREFIX}/{self._run_id}"]})
        prefix = f"{TAG_PREFIX}/{self._run_id}:"
        for image in self._api.json("GET", "/images/json", {"filters": filters}):
            yield from (tag for tag in image.get("RepoTags") or () if tag.startswith(prefix))

    def cleanup(self) -> None:
        """Remove every container and image name this adapter made."""
        filters = json.dumps({"label": [f"{RUN_LABEL}={self._run_id}"]})
        for container in self._api.json("GET", "/containers/json", {"all": "1", "filters": filters}):
            remove_container(self._api, str(container["Id"]))
        for name in list(self.images()):
            with contextlib.suppress(ApiError):
                self.remove_image(name)

    def _environment(self, route: Route) -> dict[str, str]:
        environment = {key: value for key, value in os.environ.items() if key != "BUILDX_BUILDER"}
        environment["DOCKER_HOST"] = self._api.host
        environment["DOCKER_BUILDKIT"] = "0" if route.kind == "classic" else "1"
        # The host is given: a context of the user's would overrule it.
        environment.pop("DOCKER_CONTEXT", None)
        return environment

    def _check_alive(self, progress: Progress) -> None:
        """Raise EngineError when the engine is gone: then the build's failure is not the Dockerfile's."""
        try:
            self._api.json("GET", "/version", timeout=10.0)
        except EngineError as error:
            raise EngineError(f"the engine died during the build: {error}") from error


def _argv(route: Route, request: BuildRequest, inputs: BuildInputs) -> list[str]:
    argv = [route.client]
    if route.kind.startswith("buildx"):
        # The builder "default" is the engine itself, so the image lands in its store.
        argv += ["buildx", "build", "--builder", "default", "--load", "--provenance=false"]
    else:
        argv += ["build"]
    if route.kind != "classic":
        argv.append("--progress=" + ("rawjson" if route.kind == "buildx" else "plain"))
    argv += ["-f", str(inputs.dockerfile), "-t", request.tag, "--iidfile", str(inputs.iidfile)]
    for name, value in request.build_args.items():
        argv += ["--build-arg", f"{name}={value}"]
    for name, path in inputs.secrets.items():
        argv += ["--secret", f"id={name},src={path}"]
    options: dict[str, Any] = {
        "--target": request.target,
        "--network": request.network,
        "--platform": request.platform,
    }
    for option, value in options.items():
        if value:
            argv += [option, value]
    if request.no_cache:
        argv.append("--no-cache")
    return [*argv, "--", str(inputs.context)]


def _read_id(inputs: BuildInputs) -> str | None:
    try:
        return inputs.iidfile.read_text("ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
