"""Images of a real registry: pushed by skopeo, read without being pulled; with a password, with TLS."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.errors import ImageError, UsageError
from jettison.image.collect import InventoryCollector
from jettison.image.image import Image
from jettison.image.reference import has_host, parse_reference
from jettison.image.source import open_image

from .archives import old_layout, tar_of
from .registries import PASSWORD, USER, Running, certificate, push, registry

BASE = tar_of(
    ("etc/os-release", "file", b"ID=debian\n"), ("gone", "file", b"g" * 5000), ("big", "file", bytes(300_000))
)
TOP = tar_of((".wh.gone", "file", b""), ("app", "file", b"#!/bin/sh\n"))
OTHER = tar_of(("arm", "file", b"other processor"))


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's sign-ins and what other tests cached out of it."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with an image of two layers."""
    path = tmp_path_factory.mktemp("archive") / "image.tar"
    path.write_bytes(old_layout(BASE, TOP))
    return path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> Iterator[Running]:
    """Return a registry with the image under several names."""
    with registry(tmp_path_factory.mktemp("registry")) as here:
        source = f"docker-archive:{archive}"
        push(source, f"{here.host}/team/app:v1", "--dest-tls-verify=false")
        push(source, f"{here.host}/team/oci:v1", "--dest-tls-verify=false", "--format", "oci")
        zstd = ("--dest-tls-verify=false", "--format", "oci", "--dest-compress-format", "zstd")
        push(source, f"{here.host}/team/zstd:v1", *zstd)
        yield here


def read(name: str, platform: str = "") -> Image:
    return open_image(name, InventoryCollector(), None, platform)


@pytest.mark.parametrize("name", ["app", "oci", "zstd"])
def test_a_registry_gives_the_same_image_as_the_archive(name: str, running: Running, archive: Path) -> None:
    here, there = read(f"registry://{running.host}/team/{name}:v1"), read(str(archive))
    assert here.files.keys() == there.files.keys()
    assert [layer.diff_id for layer in here.layers] == [layer.diff_id for layer in there.layers]
    assert here.size_unpacked == there.size_unpacked
    assert {path: e.digest for path, e in here.files.items() if e.size}.keys() == {
        p for p, e in there.files.items() if e.size
    }


def test_layers_that_were_read_before_are_not_fetched(tmp_path: Path, archive: Path) -> None:
    with registry(tmp_path / "registry", whole_log=True) as here:
        name = f"{here.host}/team/app:v1"
        push(f"docker-archive:{archive}", name, "--dest-tls-verify=false")
        read(f"registry://{name}")
        again = read(f"registry://{name}")
    assert again.cached == 2
    assert "app" in again.files
    # Only the configuration is asked for again.
    fetched = Counter(
        re.findall(r'"GET /v2/team/app/blobs/(\S+) HTTP/1.1" 200 \d+ "" "jettison/', here.log.read_text())
    )
    assert sorted(fetched.values()) == [1, 1, 2]


def test_a_digest_names_the_image_and_is_held_to(running: Running) -> None:
    with pytest.raises(ImageError, match="404"):
        read(f"registry://{running.host}/team/app@sha256:{'0' * 64}")


def test_command_line(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--format", "json", f"registry://{running.host}/team/app:v1"]) == 0
    assert json.loads(capsys.readouterr().out)["hidden_bytes"] == 5000
    assert main(["inspect", f"registry://{running.host}/team/none:v1"]) == 6
    assert "404" in capsys.readouterr().err


def test_an_index_offers_platforms(running: Running, tmp_path: Path) -> None:
    import urllib.request

    def put(path: str, data: bytes, media_type: str) -> str:
        request = urllib.request.Request(
            f"http://{running.host}{path}", data, {"Content-Type": media_type}, method="PUT"
        )
        with urllib.request.urlopen(request) as answer:
            return str(answer.headers["Docker-Content-Digest"])

    other = tmp_path / "other.tar"
    other.write_bytes(old_layout(OTHER))
    push(f"docker-archive:{other}", f"{running.host}/team/app:arm", "--dest-tls-verify=false")

    def manifest(tag: str) -> tuple[bytes, str]:
        headers = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}
        with urllib.request.urlopen(
            urllib.request.Request(f"http://{running.host}/v2/team/app/manifests/{tag}", headers=headers)
        ) as answer:
            data = answer.read()
            return data, f"sha256:{hashlib.sha256(data).hexdigest()}"

    entries = []
    for tag, processor in (("arm", "s390x"), ("v1", "riscv64")):
        data, digest = manifest(tag)
        entries.append(
            {"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "digest": digest, "size": len(data),
             "platform": {"os": "linux", "architecture": processor}}
        )  # fmt: skip
    kind = "application/vnd.docker.distribution.manifest.list.v2+json"
    put(
        "/v2/team/app/manifests/multi",
        json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries}).encode(),
        kind,
    )
    name = f"registry://{running.host}/team/app:multi"
    assert "arm" in read(name, "linux/s390x").files
    assert "app" in read(name, "linux/riscv64").files
    with pytest.raises(ImageError, match="linux/s390x, linux/riscv64"):
        read(name, "windows/amd64")


def test_a_password_from_where_the_engine_keeps_it(tmp_path: Path, archive: Path) -> None:
    with registry(tmp_path / "registry", password=True) as here:
        name = f"{here.host}/a/b:c"
        push(f"docker-archive:{archive}", name, "--dest-tls-verify=false", "--dest-creds", f"{USER}:{PASSWORD}")
        with pytest.raises(ImageError, match="docker login"):
            read(f"registry://{name}")
        (tmp_path / "docker").mkdir()
        config = tmp_path / "docker" / "config.json"

        def sign_in(password: str) -> None:
            auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
            config.write_text(json.dumps({"auths": {here.host: {"auth": auth}}}))

        sign_in("wrong")
        with pytest.raises(ImageError, match="401") as raised:
            read(f"registry://{name}")
        assert "wrong" not in str(raised.value)
        sign_in(PASSWORD)
        assert "app" in read(f"registry://{name}").files


def test_tls_is_checked_and_an_own_authority_counts(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = certificate(tmp_path / "certificate")
    with registry(tmp_path / "registry", certificate=own) as here:
        name = f"{here.host}/a/b:c"
        push(f"docker-archive:{archive}", name, "--dest-tls-verify=false")
        with pytest.raises(ImageError, match=r"over TLS: its certificate is not trusted: .*JETTISON_REGISTRY_CA"):
            read(f"registry://{name}")
        with pytest.raises(ImageError, match="it may speak TLS alone: ask it as registry://"):
            read(f"registry+http://{name}")
        monkeypatch.setenv("JETTISON_REGISTRY_CA", str(own[0]))
        assert "app" in read(f"registry://{name}").files
        monkeypatch.delenv("JETTISON_REGISTRY_CA")
        folder = tmp_path / ".docker" / "certs.d" / here.host
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(own[0].read_bytes())
        assert "app" in read(f"registry://{name}").files


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("registry://localhost:5000/a/b:c", ("localhost:5000", "a/b", "c", "")),
        ("registry://example.org/a", ("example.org", "a", "latest", "")),
        ("docker://debian:12", ("registry-1.docker.io", "library/debian", "12", "")),
        ("registry://docker.io/grafana/grafana", ("registry-1.docker.io", "grafana/grafana", "latest", "")),
        ("example.org/a@sha256:" + "a" * 64, ("example.org", "a", "latest", "sha256:" + "a" * 64)),
        ("registry://[::1]:5000/x:y", ("[::1]:5000", "x", "y", "")),
    ],
)
def test_parts_of_a_reference(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(parse_reference(text))[:4] == parts


@pytest.mark.parametrize(
    "text",
    [
        "registry://", "registry://h.x/", "registry://h.x/UPPER", "registry://h.x/a:b:c", "registry://h.x/../etc",
        "registry://h.x/a@sha256:12", "registry://h.x/a@md5:" + "a" * 32, "registry://user:pass@h.x/a",
        "registry://h.x/a\r\nHost: evil", "registry://h x.y/a", "registry://h.x/a?b=c", "registry://h.x/" + "a" * 300,
        "registry://h.x/a:" + "t" * 200, "registry://-h.x/a", "registry://h.x:999999/a",
        "registry://h.x", "registry://localhost:5000", "registry://h.x:5000", "registry://[::1]:5000",
    ],
)  # fmt: skip
def test_what_is_no_reference_is_refused_before_anything_is_asked(text: str) -> None:
    with pytest.raises(UsageError):
        parse_reference(text)


def test_a_password_in_a_reference_is_not_repeated() -> None:
    with pytest.raises(UsageError, match="docker login") as caught:
        parse_reference("registry://user:hunter2@h.x/a")
    assert "hunter2" not in str(caught.value)


def test_only_names_with_a_host_may_leave_the_machine() -> None:
    assert has_host("localhost/a") and has_host("example.org/a") and has_host("h:5000/a")
    assert not has_host("debian") and not has_host("team/app:1")
