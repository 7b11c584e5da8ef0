"""Choosing an engine, and saying how to get one."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.engine.base import Features
from jettison.engine.client import docker_client, programs
from jettison.engine.find import find_engine
from jettison.errors import EngineError, UsageError


def test_unknown_name_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"docker, podman or auto"):
        find_engine("nosuch\x1b[31m")


def only(monkeypatch: pytest.MonkeyPatch, folder: Path, **clients: str) -> None:
    """Let the machine have these programs alone: name -> text of a script."""
    monkeypatch.setattr("jettison.engine.client._USUAL_PLACES", ())
    monkeypatch.setenv("PATH", str(folder))
    for name, text in clients.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)


NO_SERVER = 'case "$1" in --version) echo "Docker version 20.10.24";; *) exit 1;; esac'


def test_dead_engine_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    only(monkeypatch, tmp_path, docker=NO_SERVER)
    with pytest.raises(EngineError, match=r"docker cannot be used: no engine answers: .* install Docker"):
        find_engine("docker")
    with pytest.raises(EngineError, match=r"no engine answers.*podman: no podman on PATH"):
        find_engine()


@pytest.mark.parametrize("choice", [None, "docker"])
def test_a_dead_address_is_named_and_no_other_engine_is_taken(
    choice: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    only(monkeypatch, tmp_path, docker=NO_SERVER, podman='echo "{}"')
    monkeypatch.setenv("DOCKER_HOST", "tcp://me:hunter2@127.0.0.1:1\x1b[31m")
    with pytest.raises(EngineError) as told:
        find_engine(choice)
    message = str(told.value)
    assert message.startswith("no engine answers at DOCKER_HOST=tcp://me:***@127.0.0.1:1")
    assert "unset it" in message and "--engine podman" in message
    assert "hunter2" not in message and "\x1b" not in message


def test_without_a_docker_client_its_address_means_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only(monkeypatch, tmp_path, podman='echo "{}"')
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/user/1000/podman/podman.sock")
    with pytest.raises(EngineError, match="no docker client on PATH; podman: podman does not answer"):
        find_engine()


def test_buildah_alone_names_podman(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("jettison.engine.client._USUAL_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="install podman"):
        find_engine("buildah")
    with pytest.raises(EngineError) as none:
        find_engine("podman")
    assert "Buildah" not in str(none.value)
    (tmp_path / "buildah").write_text("#!/bin/sh\n")
    (tmp_path / "buildah").chmod(0o755)
    with pytest.raises(
        EngineError, match="no podman on PATH; Buildah builds but does not run services; install podman"
    ):
        find_engine("podman")


def test_the_frontend_is_asked_once_and_only_where_it_matters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    answers = f'echo "$1" >> {log}; case "$1" in --version) echo "Docker version 20.10.24";; version) echo 20.10.24;;'
    only(monkeypatch, tmp_path, docker=f'{answers} build) echo "unknown flag: mount"; exit 1;; *) exit 1;; esac')
    engine = find_engine("docker")
    assert "build" not in log.read_text().split()
    assert engine.features == Features()
    asked = log.read_text().split().count("build")
    assert asked and engine.features == Features()
    assert log.read_text().split().count("build") == asked


def script(path: Path, version: str, buildx: str | None) -> None:
    """Write a client that prints these versions, as the real ones print theirs."""
    answer = f"echo '{buildx}'" if buildx else "exit 1"
    path.write_text(f'#!/bin/sh\nif [ "$1" = buildx ]; then {answer}; else echo "{version}"; fi\n')
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("version", "buildx", "kind"),
    [
        ("Docker version 20.10.24+dfsg1, build 297e128", None, "builtin"),
        ("Docker version 28.2.2, build e6534b4", None, "classic"),
        ("Docker version 28.2.2, build e6534b4", "github.com/docker/buildx v0.13.1 7884339", "buildx"),
        ("Docker version 24.0.7, build afdd53b", "github.com/docker/buildx v0.11.2 9872040", "buildx-plain"),
    ],
)
def test_client_kind_follows_its_versions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, buildx: str | None, kind: str
) -> None:
    script(tmp_path / "docker", version, buildx)
    monkeypatch.setattr("jettison.engine.client._USUAL_PLACES", ())
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin/nosuch")
    client = docker_client()
    assert client is not None
    assert (client.program, client.kind) == (str(tmp_path / "docker"), kind)


def test_the_same_program_is_listed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script(tmp_path / "docker-real", "x", None)
    (tmp_path / "docker").symlink_to("docker-real")
    monkeypatch.setattr("jettison.engine.client._USUAL_PLACES", (str(tmp_path),))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs("docker") == [str(tmp_path / "docker")]
