"""A real registry (Debian's docker-registry) on this machine, with or without a password and TLS."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

# With what follows: what is read may be half a line.
_LISTENS = re.compile(r'listening on 127\.0\.0\.1:(\d+)[",]')
USER, PASSWORD = "reader", "c0rrect-horse"


class Running(NamedTuple):
    """host: with its port; log: what the registry wrote."""

    host: str
    log: Path


def need(program: str) -> str:
    """Return the path of a program; skip without it, or fail where everything is required."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("JETTISON_REQUIRE_ENGINE") == "1":
            pytest.fail(f"{program} is missing; .ci/run installs it")
        pytest.skip(f"{program} is not installed")
    return found


@contextlib.contextmanager
def registry(
    folder: Path, password: bool = False, certificate: tuple[Path, Path] | None = None, whole_log: bool = False
) -> Iterator[Running]:
    """Run a registry that keeps its images in a folder; whole_log: it ends only when it has written of all requests."""
    program = need("docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "version: 0.1",
        "storage:",
        "  filesystem:",
        f"    rootdirectory: {folder / 'data'}",
        "http:",
        # It takes a port that is free, and says which.
        "  addr: 127.0.0.1:0",
        # It writes of a request after it has answered.
        *(["  draintimeout: 60s"] if whole_log else []),
    ]
    if certificate:
        lines += ["  tls:", f"    certificate: {certificate[0]}", f"    key: {certificate[1]}"]
    if password:
        htpasswd = subprocess.run([need("htpasswd"), "-Bbn", USER, PASSWORD], check=True, capture_output=True).stdout
        (folder / "htpasswd").write_bytes(htpasswd)
        lines += ["auth:", "  htpasswd:", "    realm: test", f"    path: {folder / 'htpasswd'}"]
    (folder / "config.yml").write_text("\n".join(lines) + "\n")
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([program, "serve", str(folder / "config.yml")], stdout=out, stderr=out)
    try:
        yield Running(f"localhost:{_port(process, log)}", log)
    finally:
        process.terminate()
        process.wait(60)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + 60
    while (found := _LISTENS.search(log.read_text())) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(log.read_text())
        time.sleep(0.05)
    return int(found[1])


def push(source: str, target: str, *options: str) -> None:
    """Copy an image to a registry with skopeo."""
    command = [need("skopeo"), "copy", "--insecure-policy", "-q", *options, source, f"docker://{target}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate for localhost that nobody vouches for, and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    cert, key = folder / "own.crt", folder / "own.key"
    subprocess.run(
        [need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key
