"""A finished image without its sources: smaller, proven, scannable, and with what went."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.engine.base import BuildRequest, Engine
from jettison.image.archive import read_archive

pytestmark = pytest.mark.engine
SERVER = """
import http.server, zoneinfo
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = open("/srv/page.html", "rb").read() + str(zoneinfo.ZoneInfo("Europe/Berlin")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""


def test_an_image_is_slimmed_and_proven(
    engine: Engine, new_tag: Callable[[], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text(SERVER)
    (tmp_path / "page.html").write_text("<h1>hello</h1>\n")
    text = (
        "FROM python:3.11-slim\nCOPY app.py page.html /srv/\n"
        "RUN dd if=/dev/zero of=/var/cache/left bs=1M count=5\nRUN dd if=/dev/zero of=/srv/gone bs=1M count=7\n"
        'RUN rm /srv/gone\nLABEL name="app"\nEXPOSE 8000\nCMD ["python3", "/srv/app.py"]\n'
    )
    tag, result = new_tag(), new_tag()
    engine.build(BuildRequest(str(tmp_path), text.encode(), None, tag, ours=False))
    dockerfile = tmp_path / "Dockerfile.slim"
    assert main(["slim", tag, "-t", result, "--format", "json", "--dockerfile", str(dockerfile)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "proven" and report["tag"] == result
    assert report["bytes_before"] > 1.5 * report["bytes_after"]
    # The base hides bytes, too.
    reasons = Counter[str]()
    for gone in report["gone"]:
        reasons[gone["reason"]] += gone["bytes"]
    assert reasons["deleted or overwritten by a later layer"] >= 7 << 20
    assert any("dd if=/dev/zero of=/var/cache/left" in gone["line"] for gone in report["gone"])
    assert dockerfile.read_text() == report["dockerfile"]

    with engine.save(result) as stream:
        image = read_archive(stream)
    assert len(image.layers) <= 2
    assert image.config.cmd == ("python3", "/srv/app.py")
    assert image.config.labels == (("name", "app"),)
    assert "var/lib/dpkg/status.d/libc6" in image.files
    assert "var/cache/left" not in image.files


def test_a_name_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slim", "a b"]) == 2
    assert "name of an image" in capsys.readouterr().err
