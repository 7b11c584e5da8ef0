"""One token in seventeen places of an image, as builds leave it there: found on the archive in one pass."""

from __future__ import annotations

import base64
import gzip
import io
import marshal
import random
import sqlite3
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from jettison.image.inspection import inspect

from .images import image
from .samples import github_token

TOKEN = github_token(random.Random(17))
MUST_FIND = 16


def _pyc() -> bytes:
    code = compile(f"def key():\n    return 'Bearer ' + {TOKEN!r}\n", "key.py", "exec")
    return b"\xa7\r\r\n" + bytes(12) + marshal.dumps(code)


def _jar() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        # A constant of a class file: tag 1, two bytes of length, the text.
        jar.writestr(
            "a/Config.class", b"\xca\xfe\xba\xbe\0\0\0\x3d\0\x02\x01" + struct.pack(">H", 40) + TOKEN.encode() + b"\x07"
        )
    return out.getvalue()


def _sqlite(folder: Path) -> bytes:
    path = folder / "app.db"
    database = sqlite3.connect(path)
    database.execute("create table setting (name text, value text, owner text)")
    database.execute("insert into setting values ('token', ?, 'me')", (TOKEN,))
    database.commit()
    database.close()
    return path.read_bytes()


def _git_object() -> bytes:
    body = f"token = {TOKEN}\n".encode()
    return zlib.compress(b"blob %d\0" % len(body) + body)


ELF = b"\x7fELF\x02\x01\x01" + bytes(57) + bytes(range(256)) * 8
FILES = {
    "deleted .env": ("srv/.env", f"GITHUB_TOKEN={TOKEN}\n".encode()),
    ".py": ("srv/app.py", f'import os\nTOKEN = "{TOKEN}"\n'.encode()),
    ".npmrc": ("root/.npmrc", f"//npm.pkg.github.com/:_authToken={TOKEN}\n".encode()),
    "min.js": ("srv/a.min.js", b"var a=1;" * 40_000 + f'b={{t:"{TOKEN}"}};'.encode() + b"var c=2;" * 9000),
    ".pyc": ("srv/__pycache__/key.cpython-311.pyc", _pyc()),
    ".gz": ("srv/backup.sql.gz", gzip.compress(f"insert into t values ('{TOKEN}');\n".encode() * 3)),
    "base64": ("srv/secret.yaml", b"data:\n  token: " + base64.b64encode(f"t: {TOKEN}\n".encode()) + b"\n"),
    ".jar member": ("srv/app.jar", _jar()),
    "git object": ("srv/.git/objects/ab/cdef0123456789", _git_object()),
    "ELF": ("usr/local/bin/tool", ELF + b"key=\0" + TOKEN.encode() + b"next string" + bytes(64)),
    "UTF-16": ("srv/settings.ini", f"[a]\r\ntoken={TOKEN}\r\n".encode("utf-16")),
    "split string": ("srv/hidden.py", f'T = "{TOKEN[:14]}" + "{TOKEN[14:]}"\n'.encode()),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The places in which the token was found with medium or high confidence."""
    folder = tmp_path_factory.mktemp("placements")
    files = {**FILES, "sqlite": ("var/lib/app.db", _sqlite(folder))}
    gone = "srv/.wh..env"
    seen = inspect(
        image(
            folder,
            [list(files.values()), [(gone, b"")]],
            {"Env": ["PATH=/usr/bin", f"GH={TOKEN}"], "Labels": {"build.key": TOKEN}},
            [
                {"created_by": "COPY . /"},
                {"created_by": f"RUN |1 GH_ARG={TOKEN} /bin/sh -c make"},
                {"created_by": f"RUN /bin/sh -c git clone https://x:{TOKEN}@github.com/o/r", "empty_layer": True},
            ],
        )
    )
    places = {path: place for place, (path, _) in files.items()}
    sure = [secret for secret in seen.secrets if secret.confidence != "low"]
    return {places.get(f.path, "RUN literal" if f.where == "history" else f.where) for f in sure}


def test_the_places_are_seventeen(found: set[str]) -> None:
    assert len({*FILES, "sqlite", "env", "label", "build-arg", "RUN literal"}) == 17


def test_at_least_sixteen_are_found(found: set[str]) -> None:
    missed = {*FILES, "sqlite", "env", "label", "build-arg", "RUN literal"} - found
    assert len(missed) <= 17 - MUST_FIND, missed


def test_the_archive_says_where_each_stands(tmp_path: Path) -> None:
    seen = inspect(image(tmp_path, [[FILES["deleted .env"], FILES[".jar member"]], [("srv/.wh..env", b"")]]))
    env, jar = sorted((f for f in seen.secrets if f.detector == "github-token"), key=lambda f: f.path)
    assert (env.path, env.line, env.offset, env.layer, env.visible, env.masked) == (
        "srv/.env",
        1,
        13,
        0,
        False,
        "ghp_***",
    )
    assert (jar.path, jar.via, jar.visible) == ("srv/app.jar", "zip:a/Config.class", True)
