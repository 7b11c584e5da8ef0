"""Values of build arguments and variables reach a build and a container, and stand on no command line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine, RunRequest
from jettison.engine.handed_over import handed_over
from jettison.engine.sandbox import run_options

VALUE = "canary-Zx81kQ"


def test_a_value_is_in_the_environment_and_its_name_on_the_line() -> None:
    words, environment = handed_over("--build-arg", {"API_TOKEN": VALUE, "TEXT": "one\ntwo", "EMPTY": ""})
    assert words == ["--build-arg", "API_TOKEN", "--build-arg", "TEXT", "--build-arg", "EMPTY"]
    assert environment == {"API_TOKEN": VALUE, "TEXT": "one\ntwo", "EMPTY": ""}


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "DOCKER_HOST", "DOCKER_TLS_VERIFY", "https_proxy", "LD_PRELOAD", "BUILDX_BUILDER"]
)
def test_what_the_client_goes_by_itself_stays_its_own(name: str) -> None:
    assert handed_over("-e", {name: "x"}) == (["-e", f"{name}=x"], {})


@pytest.mark.parametrize("name", ["DOCKER_PASSWORD", "SSH_PRIVATE_KEY", "GOOGLE_API_KEY", "BUILD_TOKEN", "STORAGE_KEY"])
def test_a_secret_whose_name_begins_like_the_clients_is_on_no_line(name: str) -> None:
    assert VALUE not in "".join(handed_over("-e", {name: VALUE})[0])
    assert VALUE not in "".join(run_options(RunRequest("image", "name", {name: VALUE}), "docker"))


def _lines() -> set[bytes]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(path.read_bytes())
        except OSError:
            continue
    return found


@pytest.mark.engine
def test_nobody_sees_them_in_the_list_of_processes(engine: Engine, tmp_path: Path, new_tag: Callable[[], str]) -> None:
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            seen.update(_lines())

    watcher = threading.Thread(target=watch)
    watcher.start()
    tag = new_tag()
    try:
        dockerfile = (
            b'FROM busybox:musl\nARG API_TOKEN\nARG TEXT\nRUN printf "%s" "$API_TOKEN,$TEXT" > /told && sleep 1\n'
        )
        given = {"API_TOKEN": VALUE, "TEXT": "one\ntwo"}
        engine.build(BuildRequest(str(tmp_path), dockerfile, None, tag, build_args=given, no_cache=True))
        name = f"{tag.rpartition(':')[2]}-run"
        container = engine.start(RunRequest(tag, name, {"APP_TOKEN": VALUE}, command=("sleep", "20")))
        try:
            code, output = engine.execute(container, ["sh", "-c", 'echo "$APP_TOKEN" | cat /told -'], 20)
        finally:
            engine.remove(container)
    finally:
        over.set()
        watcher.join()
    assert (code, output) == (0, f"{VALUE},one\ntwo{VALUE}\n".encode())
    assert any(b"API_TOKEN" in line for line in seen)
    assert [line for line in seen if VALUE.encode() in line] == []
