"""`jettison db update` against a real HTTP server: checksums, redirects, broken transfers, feeds that fail."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.vulnerabilities.database import open_database

from . import small

DATA = gzip.compress(json.dumps(small.ADVISORIES).encode(), mtime=0)
SHA = hashlib.sha256(DATA).hexdigest()
MD5 = base64.b64encode(hashlib.md5(DATA).digest()).decode()


class Server(ThreadingHTTPServer):
    """answers: path -> (status, headers, body); seen: paths and headers of the requests."""

    answers: dict[str, tuple[int, dict[str, str], bytes]]
    seen: list[tuple[str, dict[str, str]]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.answers, made.seen = {}, []
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def url(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}{path}"


def checksum(cache: Path) -> str:
    database = open_database(str(cache / "vulnerabilities.sqlite"))
    assert database is not None
    return database.sources()[0].checksum


@pytest.mark.parametrize(
    ("fragment", "beside", "headers", "how"),
    [
        (f"#sha256={SHA}", b"", {}, "verified as the address says"),
        ("", f"{SHA}  all.json.gz\n".encode(), {}, "verified as the file beside it says"),
        ("", b"", {"x-goog-hash": f"crc32c=AAAA==,md5={MD5}"}, "verified by the server's MD5"),
        ("", b"", {}, "not verified"),
        (f"#sha256={'0' * 64}", b"", {}, ""),
        ("#sha256=short", b"", {}, ""),
        ("", b"0" * 64, {}, ""),
        ("", b"", {"x-goog-hash": "md5=AAAAAAAAAAAAAAAAAAAAAA=="}, ""),
        ("", b"", {"Content-Length": str(len(DATA) + 10)}, ""),
    ],
)
def test_what_comes_is_verified(
    fragment: str,
    beside: bytes,
    headers: dict[str, str],
    how: str,
    server: Server,
    cache: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.answers["/all.json.gz"] = (200, headers, DATA)
    if beside:
        server.answers["/all.json.gz.sha256"] = (200, {}, beside)
    code = main(["db", "update", "--url", url(server, "/all.json.gz") + fragment])
    assert code == (0 if how else 3)
    if how:
        assert how in checksum(cache)
        main(["db", "status"])
        out = capsys.readouterr().out
        assert how in out and "0 days" in out
    else:
        assert "nothing was updated" in capsys.readouterr().err
        assert not (cache / "vulnerabilities.sqlite").exists()
    assert [path.name for path in cache.iterdir() if path.name.startswith(".feed")] == []


def test_a_feed_that_fails_keeps_its_old_data_and_date(
    server: Server, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["/a.json.gz"] = (200, {}, DATA)
    server.answers["/kev.json"] = (200, {}, json.dumps(small.KEV).encode())
    urls = ["--url", url(server, "/a.json.gz"), "--url", url(server, "/kev.json")]
    assert main(["db", "update", *urls]) == 0
    path = str(cache / "vulnerabilities.sqlite")
    first = open_database(path)
    assert first is not None
    before = {one.name: one.dated for one in first.sources()}
    first.close()
    server.answers["/a.json.gz"] = (503, {}, b"busy")
    server.answers["/kev.json"] = (200, {}, json.dumps({**small.KEV, "vulnerabilities": []}).encode())
    assert main(["db", "update", *urls]) == 3
    server.answers["/kev.json"] = (
        200,
        {},
        json.dumps({**small.KEV, "vulnerabilities": small.KEV["vulnerabilities"][:1]}).encode(),
    )  # type: ignore[index]
    capsys.readouterr()
    assert main(["db", "update", *urls]) == 1
    assert "503" in capsys.readouterr().err
    second = open_database(path)
    assert second is not None
    after = {one.name: one.dated for one in second.sources()}
    assert before["127.0.0.1_a"] == after["127.0.0.1_a"]
    assert (second.counts()["exploited"], second.counts()["advisory"]) == (1, 8)


def test_redirects_are_followed_but_not_to_other_schemes(server: Server, cache: Path) -> None:
    server.answers["/all.json.gz"] = (200, {}, DATA)
    server.answers["/moved"] = (302, {"Location": "/all.json.gz"}, b"")
    server.answers["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    server.answers["/round"] = (302, {"Location": "/round"}, b"")
    assert main(["db", "update", "--url", url(server, "/moved")]) == 0
    for path in ("/file", "/round", "/missing"):
        assert main(["db", "update", "--url", url(server, path)]) == 3
    assert main(["db", "update", "--url", "file:///etc/passwd"]) == 3
    assert main(["db", "update", "--url", "http://127.0.0.1:1/x.json"]) == 3
    assert all("Authorization" not in headers for _, headers in server.seen)


def test_an_answer_without_end_is_cut(server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jettison.vulnerabilities import download

    monkeypatch.setattr(download, "MAX_BYTES", 1000)
    server.answers["/big.json"] = (200, {}, b" " * 5000)
    assert main(["db", "update", "--url", url(server, "/big.json")]) == 3


def test_the_environment_names_feeds(server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["/all.json.gz"] = (200, {}, DATA)
    monkeypatch.setenv("JETTISON_DB_URL", url(server, "/all.json.gz"))
    assert main(["db", "update"]) == 0


def test_no_other_command_touches_the_network(cache: Path, tmp_path: Path) -> None:
    """A scan without data must not fetch any: it runs with sockets taken away."""
    import subprocess
    import sys

    (tmp_path / "root").mkdir()
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\nsocket.getaddrinfo = refuse\n"
        "from jettison.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    for command in (["scan", str(tmp_path / "root")], ["db", "status"]):
        done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=False)
        assert "network" not in done.stderr and done.returncode in (0, 1)
