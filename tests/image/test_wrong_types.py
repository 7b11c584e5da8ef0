"""Every part of an image's documents with a value of every other type: read as empty, or refused, never a crash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jettison.cli.main import main

from .archives import tar_of

LAYER = tar_of(("app", "file", b"#!/bin/sh\n"))
OTHERS: tuple[Any, ...] = (
    None,
    5,
    True,
    "text",
    [1],
    [{"a": 1}],
    {"a": {"b": [1]}},
    {"": None},
    "\ud800 TOKEN=x",
    {"\udfff": "\ud800"},
)
CONFIG: dict[str, Any] = {
    "architecture": "amd64",
    "os": "linux",
    "created": "2026-01-01T00:00:00Z",
    "author": "me",
    "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(LAYER).hexdigest()}"]},
    "config": {
        "Entrypoint": ["/app"], "Cmd": ["x"], "Env": ["A=1"], "User": "1000", "WorkingDir": "/", "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}}, "Labels": {"a": "b"}, "Healthcheck": {"Test": ["CMD", "x"]}, "StopSignal": "SIGTERM",
        "Shell": ["sh"], "OnBuild": ["RUN x"],
    },
    "container_config": {"Env": ["A=1"], "Labels": {"a": "b"}},
    "history": [{"created_by": "COPY app /", "empty_layer": False, "comment": "x"}],
}  # fmt: skip
CODES = (0, 1, 6)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in held:
        yield from places(one, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def changed(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copy = json.loads(json.dumps(value))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = other
    return copy


def archive(config: Any, alter: Callable[[Any], Any]) -> bytes:
    text = json.dumps(config).encode()
    name = f"{hashlib.sha256(text).hexdigest()}.json"
    manifest = alter([{"Config": name, "RepoTags": ["a:b"], "Layers": ["0/layer.tar"]}])
    document = json.dumps(manifest).encode()
    return tar_of(("0/layer.tar", "file", LAYER), (name, "file", text), ("manifest.json", "file", document))


@pytest.mark.parametrize("place", list(places(CONFIG)), ids=lambda place: ".".join(map(str, place)) or "all")
def test_a_configuration(place: tuple[Any, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound, other = tmp_path / "sound.tar", tmp_path / "other.tar"
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM scratch\nCOPY app /\n")
    sound.write_bytes(archive(CONFIG, lambda manifest: manifest))
    for value in OTHERS:
        other.write_bytes(archive(changed(CONFIG, place, value), lambda manifest: manifest))
        for command in (["inspect", str(other), "-f", str(dockerfile)], ["compare", str(sound), str(other)]):
            assert main(command) in CODES, (value, capsys.readouterr().err)


@pytest.mark.parametrize(
    "command",
    [
        "inspect --format text", "inspect --format json", "inspect --format markdown", "inspect --html {page}", "sbom",
        "sbom --format spdx", "secrets --confidence low --format json", "scan --format html", "scan --format sarif",
        "scan --format cyclonedx",
    ],
)  # fmt: skip
def test_half_a_character_is_in_no_output(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON can say `\\ud800`, which no encoding of text can."""
    config: Any = CONFIG
    for place in list(places(CONFIG)):
        if place[:1] != ("rootfs",) and isinstance(at(CONFIG, place), str):
            config = changed(config, place, "\ud800TOKEN=" + "x" * 20)
    image, page = tmp_path / "image.tar", tmp_path / "page.html"
    image.write_bytes(archive(config, lambda manifest: manifest))
    words = [word.format(page=page) for word in command.split()]
    assert main([words[0], str(image), *words[1:]]) in CODES, capsys.readouterr().err
    # Raises where there is one.
    capsys.readouterr().out.encode()


@pytest.mark.parametrize(
    "place", [(), (0,), (0, "Config"), (0, "RepoTags"), (0, "RepoTags", 0), (0, "Layers"), (0, "Layers", 0)]
)
def test_a_manifest(place: tuple[Any, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "image.tar"
    for value in OTHERS:
        path.write_bytes(archive(CONFIG, lambda manifest, value=value: changed(manifest, place, value)))
        for name in (str(path), f"{path}:a:b"):
            assert main(["inspect", name]) in CODES, (value, capsys.readouterr().err)
