"""Which names and values are secrets, and which only look like it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import jettison.knowledge
from jettison.knowledge import _compiled
from jettison.knowledge.secret_marks import holds_secret, is_literal_secret, is_secret_file, is_secret_name

FOLDER = Path(jettison.knowledge.__file__).parent


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD",
        "DB_PASSWORD",
        "PGPASSWORD",
        "MYSQL_PWD",
        "DB_PASS",
        "REDIS_PW",
        "GITHUB_TOKEN",
        "apiKey_secret",
        "AWS_SECRET_ACCESS_KEY",
        "SECRET_KEY_BASE",
        "db-password",
    ],
)
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD_FILE",
        "PWD",
        "OLDPWD",
        "TOKENIZERS_PARALLELISM",
        "MYSQL_ALLOW_EMPTY_PASSWORD",
        "MAX_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "POSTGRES_HOST_AUTH_METHOD",
        "KEY",
        "AUTHOR",
        "PASS",
        "BYPASS",
        "PUBLIC_API_KEY",
        "",
    ],
)
def test_names_that_hold_no_secret(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("value", ["hunter2", "postgres", "123456", "aGVsbG8gd29ybGQ=", "p@ss word"])
def test_secret_values(value: str) -> None:
    assert is_literal_secret(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "  ",
        "$TOKEN",
        "${TOKEN:-}",
        "`cat x`",
        "true",
        "dummy",
        "changeme",
        "your-token-here",
        "<token>",
        "xxxxxx",
        "/run/secrets/x",
        "./key.pem",
        "***",
    ],
)
def test_values_that_are_no_secret(value: str) -> None:
    assert not is_literal_secret(value)


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "a/.env.production",
        "id_rsa",
        ".ssh/id_ed25519",
        ".npmrc",
        ".aws/credentials",
        ".docker/config.json",
        "tls/server.key",
        "private-key.pem",
        ".aws",
        "home/.ssh/",
    ],
)
def test_secret_files(path: str) -> None:
    assert is_secret_file(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env.example",
        ".env.test",
        "id_rsa.pub",
        "env",
        "ca.pem",
        "config.json",
        "credentials.py",
        "monkey",
        "keyboard.js",
    ],
)
def test_files_that_hold_no_secret(path: str) -> None:
    assert not is_secret_file(path)


def test_text_decides_where_the_name_does_not() -> None:
    assert holds_secret(".npmrc", b"//registry.example.org/:_authToken=abc")
    assert not holds_secret(".npmrc", b"save-exact=true")
    assert holds_secret("x.key", b"-----BEGIN RSA PRIVATE KEY-----")
    assert not holds_secret("apt.key", b"-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert holds_secret(".env", b"")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_the_compiled_form_is_that_of_the_file(path: Path) -> None:
    assert getattr(_compiled, path.stem.upper()) == tomllib.loads(path.read_text())


def test_every_fact_names_its_source() -> None:
    for subject in (_compiled.SERVICES, _compiled.SECRETS, _compiled.USERS):
        assert all(facts["source"] for facts in subject.values())


def test_reading_the_marks_loads_no_toml_parser() -> None:
    code = (
        "import sys, jettison.knowledge.secret_marks, jettison.knowledge.services; sys.exit('tomllib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
