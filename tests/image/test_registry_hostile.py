"""Registries that lie, stall or want to be told secrets: nothing leaves, everything is bounded."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jettison.errors import ImageError
from jettison.image import registry_http
from jettison.image.archive import MAX_JSON
from jettison.image.collect import InventoryCollector
from jettison.image.credentials import credentials_for
from jettison.image.image import Image
from jettison.image.registry_http import RegistryHttp, _same_domain, _Url
from jettison.image.source import open_image

from .archives import config_of, tar_of

LAYER = tar_of(("app", "file", b"x" * 200_000))
CONFIG = config_of([LAYER])
SECRET = "s3cret-password"
Answer = Callable[[BaseHTTPRequestHandler], None]


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest(CONFIG),
            "size": len(CONFIG),
        },
        "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(LAYER), "size": len(LAYER)}
        ],
    }
).encode()


def send(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Return what gives one fixed answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


class Server:
    """A registry by a table of paths; remembers (path, Authorization) of every request."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {
            "/v2/a/b/manifests/v1": send(200, MANIFEST, Content_Type="application/vnd.oci.image.manifest.v1+json"),
            f"/v2/a/b/manifests/{digest(MANIFEST)}": send(200, MANIFEST),
            f"/v2/a/b/blobs/{digest(CONFIG)}": send(200, CONFIG),
            f"/v2/a/b/blobs/{digest(LAYER)}": send(200, LAYER),
        }
        self.seen: list[tuple[str, str | None]] = []
        table = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                table.seen.append((self.path, self.headers.get("Authorization")))
                table.routes.get(self.path.partition("?")[0], send(404))(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.host = f"127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def other() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long the client would have slept, without sleeping."""
    found: list[float] = []
    monkeypatch.setattr(registry_http, "sleep", found.append)
    return found


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JETTISON_CACHE", "off")
    # Plain http is spoken to this machine without a first try of TLS.
    monkeypatch.setattr(registry_http, "SECONDS", 5.0)


def sign_in(folder: Path, host: str) -> None:
    auth = base64.b64encode(f"user:{SECRET}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def read(server: Server, target: str = ":v1") -> Image:
    return open_image(f"registry+http://{server.host}/a/b{target}", InventoryCollector())


def refused(server: Server, message: str, target: str = ":v1") -> str:
    with pytest.raises(ImageError, match=message) as raised:
        read(server, target)
    assert SECRET not in str(raised.value)
    return str(raised.value)


def test_a_well_behaved_one_is_read(server: Server) -> None:
    assert "app" in read(server).files
    assert "app" in read(server, f"@{digest(MANIFEST)}").files


def test_credentials_stay_behind_when_a_blob_is_elsewhere(server: Server, other: Server, tmp_path: Path) -> None:
    sign_in(tmp_path, server.host)
    path = f"/v2/a/b/blobs/{digest(LAYER)}"
    server.routes[path] = send(307, Location=f"http://{other.host}{path}?signature=1")
    manifest = server.routes["/v2/a/b/manifests/v1"]

    def locked(handler: BaseHTTPRequestHandler) -> None:
        (manifest if handler.headers.get("Authorization") else send(401, WWW_Authenticate='Basic realm="x"'))(handler)

    server.routes["/v2/a/b/manifests/v1"] = locked
    assert "app" in read(server).files
    assert any(value for _, value in server.seen)
    assert other.seen and not any(value for _, value in other.seen)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("file:///etc/passwd", "no place to read from"),
        ("ftp://127.0.0.1/x", "no place to read from"),
        ("http:///nohost", "no place|cannot be reached|404"),
        ("//[::1", "cannot|Invalid|no place"),
        ("/v2/a/b/manifests/v1", "redirects"),
        ("", "redirects"),
    ],
)
def test_redirects_that_lead_nowhere(server: Server, location: str, message: str, waits: list[float]) -> None:
    server.routes["/v2/a/b/manifests/v1"] = send(302, Location=location)
    refused(server, message)
    assert len(server.seen) < 40


def test_a_manifest_comes_from_the_registry_itself(server: Server, other: Server) -> None:
    server.routes["/v2/a/b/manifests/v1"] = send(302, Location=f"http://{other.host}/v2/a/b/manifests/v1")
    refused(server, "redirects a manifest")
    assert other.seen == []


@pytest.mark.parametrize(
    "target",
    [
        "https://169.254.169.254/latest/meta-data", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x",
        "https://10.0.0.7/x", "https://192.168.1.1/x", "https://metadata.google.internal/x", "http://example.com/x",
    ],
)  # fmt: skip
def test_no_registry_sends_us_into_the_inner_network_or_off_tls(target: str) -> None:
    client = RegistryHttp("registry.example.com")
    with pytest.raises(ImageError, match=r"inner network|https to http"):
        client._moved(_Url("https", "registry.example.com", "/v2/"), target, True)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("auth.docker.io", "registry-1.docker.io", True), ("example.com", "example.com", True),
        ("evil.com", "example.com", False), ("example.com.evil.com", "example.com", False), ("a.co.uk", "b.co.uk", False),
        ("10.0.0.1", "10.1.0.1", False), ("evil.com:443", "example.com:443", False), ("localhost:1", "127.0.0.1:2", True),
    ],
)  # fmt: skip
def test_who_may_be_told_the_password(one: str, two: str, same: bool) -> None:
    assert _same_domain(one, two) is same


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        ('Bearer realm="http://auth.evil.com/token",service="x"', "without encryption|no token|cannot"),
        ('Bearer realm="https://169.254.169.254/token"', "inner network"),
        ('Bearer realm="file:///etc/passwd"', "without encryption|not known"),
        ('Bearer realm=""', "not known"),
        ("Bearer " + "a" * 60_000, "not known|cannot be reached"),
        ("Negotiate", "not known"),
        ("", "not known"),
        ('Basic realm="x"', "wants a password"),
    ],
)
def test_ways_to_sign_in_that_are_not_taken(
    challenge: str, message: str, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    client = RegistryHttp("registry.example.com")
    sent: list[tuple[str, dict[str, str]]] = []

    def send_nothing(url: _Url, headers: dict[str, str]) -> None:
        sent.append((url.host, headers))
        raise OSError("no network in tests")

    monkeypatch.setattr(client, "_send", send_nothing)
    monkeypatch.setattr(
        registry_http, "credentials_for", lambda host: None if "Basic" in challenge else ("user", SECRET)
    )
    with pytest.raises(ImageError, match=message):
        client._sign_in(challenge)
    assert not any("Authorization" in headers for _, headers in sent)


def test_a_foreign_sign_in_service_gets_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    client = RegistryHttp("registry.example.com")
    sent: list[dict[str, str]] = []

    def send_nothing(url: _Url, headers: dict[str, str]) -> None:
        sent.append(headers)
        raise OSError

    monkeypatch.setattr(client, "_send", send_nothing)
    monkeypatch.setattr(registry_http, "credentials_for", lambda host: ("user", SECRET))
    for realm, told in (("https://evil.com/t", False), ("https://auth.example.com/t", True)):
        with pytest.raises(ImageError):
            client._sign_in(f'Bearer realm="{realm}",scope="repository:a/b:pull"')
        assert ("Authorization" in sent[-1]) is told


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"token": 5}', b'{"token": "a\\r\\nX: y"}', b"<html>", b"[" * 100_000]
)
def test_tokens_that_are_none(server: Server, body: bytes) -> None:
    server.routes["/token"] = send(200, body)
    challenge = f'Bearer realm="http://{server.host}/token",service="s",scope="repository:a/b:pull"'
    server.routes["/v2/a/b/manifests/v1"] = send(401, WWW_Authenticate=challenge)
    refused(server, "gave no token")


def test_a_token_is_fetched_once_and_used(server: Server, tmp_path: Path) -> None:
    sign_in(tmp_path, server.host)
    server.routes["/token"] = send(200, b'{"access_token": "t0ken"}')
    manifest = server.routes["/v2/a/b/manifests/v1"]
    challenge = f'Bearer realm="http://{server.host}/token",service="s",scope="repository:a/b:pull"'

    def locked(handler: BaseHTTPRequestHandler) -> None:
        right = handler.headers.get("Authorization") == "Bearer t0ken"
        (manifest if right else send(401, WWW_Authenticate=challenge))(handler)

    server.routes["/v2/a/b/manifests/v1"] = locked
    assert "app" in read(server).files
    assert sum(path.startswith("/token?service=s&scope=") for path, _ in server.seen) == 1


@pytest.mark.parametrize(("status", "tries"), [(429, 4), (500, 4), (503, 4), (404, 1), (403, 1), (418, 1)])
def test_tries_are_bounded(server: Server, status: int, tries: int, waits: list[float]) -> None:
    server.routes["/v2/a/b/manifests/v1"] = send(status, b"", Retry_After="999999999")
    refused(server, str(status))
    assert len(server.seen) == tries
    assert all(wait <= registry_http.MAX_WAIT for wait in waits)


def test_a_busy_registry_is_asked_again(server: Server, waits: list[float]) -> None:
    manifest, left = server.routes["/v2/a/b/manifests/v1"], [429, 503]

    def busy(handler: BaseHTTPRequestHandler) -> None:
        (send(left.pop(0), b"", Retry_After="3") if left else manifest)(handler)

    server.routes["/v2/a/b/manifests/v1"] = busy
    assert "app" in read(server).files
    assert waits == [3.0, 3.0]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>please sign in</html>", "not JSON"),
        (b"[" * 500_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "config"),
        (b'{"manifests": [{"digest": "sha256:../../x"}]}', "no digest"),
        (b'{"manifests": []}', "names no image"),
        (b" " * 5_000_000, "more than"),
        (MANIFEST.replace(b"image.config.v1", b"helm.config.v1"), "no image"),
        (MANIFEST.replace(b"image.layer.v1.tar", b"helm.chart.v1.tar"), "media type"),
        (MANIFEST.replace(digest(CONFIG).encode(), b"sha256:" + b"0" * 64), "404"),
        (MANIFEST.replace(digest(LAYER).encode(), b"sha256:" + b"0" * 64), "404"),
        (MANIFEST.replace(str(len(LAYER)).encode(), b"100"), "digest"),
        (MANIFEST.replace(str(len(LAYER)).encode(), b"-1"), "missing"),
    ],
)
def test_manifests_that_are_none(server: Server, body: bytes, message: str, waits: list[float]) -> None:
    server.routes["/v2/a/b/manifests/v1"] = send(200, body)
    server.routes[f"/v2/a/b/manifests/{digest(body)}"] = send(200, body)
    refused(server, message)


@pytest.mark.parametrize("part", ["manifest", "config", "layer"])
def test_what_is_not_what_its_digest_says(server: Server, part: str) -> None:
    wrong = {"manifest": MANIFEST, "config": CONFIG, "layer": LAYER}[part].replace(b"x", b"y")
    if part == "manifest":
        wrong += b" "
        server.routes[f"/v2/a/b/manifests/{digest(MANIFEST)}"] = send(
            200, wrong, Docker_Content_Digest=digest(MANIFEST)
        )
        assert digest(wrong) in refused(server, "digest", f"@{digest(MANIFEST)}")
        return
    data = {"config": CONFIG, "layer": LAYER}[part]
    wrong = data[:-600] + b"!" + data[-599:] if part == "layer" else data.replace(b"step", b"stop")
    server.routes[f"/v2/a/b/blobs/{digest(data)}"] = send(200, wrong)
    assert digest(wrong) in refused(server, "digest")


def test_a_broken_connection_is_resumed(server: Server) -> None:
    path = f"/v2/a/b/blobs/{digest(LAYER)}"

    def cut(handler: BaseHTTPRequestHandler) -> None:
        begin = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
        rest = LAYER[begin:]
        handler.send_response(206 if begin else 200)
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        handler.wfile.write(rest[:90_000])
        handler.close_connection = True

    server.routes[path] = cut
    assert "app" in read(server).files
    assert len([1 for seen, _ in server.seen if seen == path]) == 3


@pytest.mark.parametrize("size", [0, 1000])
def test_a_layer_that_never_comes_is_given_up(server: Server, size: int, waits: list[float]) -> None:
    path = f"/v2/a/b/blobs/{digest(LAYER)}"

    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(LAYER)))
        handler.end_headers()
        handler.wfile.write(LAYER[:size])
        handler.close_connection = True

    server.routes[path] = cut
    refused(server, "ends after|ends in the middle")
    assert len(server.seen) < 30


def test_an_endless_manifest_is_not_read_to_its_end(server: Server) -> None:
    begun: list[int] = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                # Before it is written: the last piece may be cut, and is refused while it is still being sent.
                begun.append(65536)
                handler.wfile.write(b" " * 65536)
        except OSError:
            pass

    server.routes["/v2/a/b/manifests/v1"] = endless
    refused(server, "more than")
    # What both sides of the connection hold comes on top.
    assert MAX_JSON < sum(begun) < 8 * MAX_JSON


def test_a_registry_that_says_nothing(server: Server, monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.setattr(registry_http, "SECONDS", 0.1)
    stop = threading.Event()
    server.routes["/v2/a/b/manifests/v1"] = lambda handler: (stop.wait(50) and None) or None
    began = time.monotonic()
    refused(server, "cannot be reached")
    stop.set()
    assert time.monotonic() - began < 40


def test_urls_of_foreign_layers_are_never_followed(server: Server, other: Server) -> None:
    document = json.loads(MANIFEST)
    document["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    document["layers"][0]["urls"] = [f"http://{other.host}/v2/a/b/blobs/{digest(LAYER)}"]
    body = json.dumps(document).encode()
    server.routes["/v2/a/b/manifests/v1"] = send(200, body)
    server.routes[f"/v2/a/b/manifests/{digest(body)}"] = send(200, body)
    del server.routes[f"/v2/a/b/blobs/{digest(LAYER)}"]
    refused(server, "404")
    assert other.seen == []


@pytest.mark.parametrize("name", ["../../bin/sh", "x;touch /tmp/x", "", "A B", "-h"])
def test_helpers_are_programs_with_plain_names_only(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": name}))
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("a helper ran"))
    assert credentials_for("example.org") is None


def test_a_helper_is_asked_over_its_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-tests"
    helper.write_text(f'#!/bin/sh\nread host\necho "{{\\"Username\\": \\"$host\\", \\"Secret\\": \\"{SECRET}\\"}}"\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {"example.org": "tests"}}))
    assert credentials_for("example.org") == ("example.org", SECRET)
    assert credentials_for("other.org") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"auths": 5}',
        '{"auths": {"example.org": []}}',
        '{"auths": {"example.org": {"auth": "!"}}}',
        "[" * 50_000,
    ],
)
def test_settings_that_are_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    assert credentials_for("example.org") is None
