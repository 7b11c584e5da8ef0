"""What looks like a secret and is none stays quiet; the same with a real value does not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from jettison.image.inspection import inspect
from jettison.report.mask import masked_text
from jettison.secretscan.checks import PROVEN, aws_id, crc32_base62, entropy
from jettison.secretscan.findings import at_level
from jettison.secretscan.scanner import Scanner

from .images import image
from .samples import all_samples, github_token

TOKEN = github_token(random.Random(2))
QUIET = {
    "AWS's own example": b"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    "stand-ins of settings": b"DB_PASSWORD=CHANGE_ME\nAPI_KEY=your-api-key-here\nSECRET_KEY=<insert here>\nTOKEN=xxxxxxxxxxxxxxxx\n",
    "references": b"PASSWORD=${DB_PASSWORD}\nTOKEN=$(cat /run/secrets/token)\nSECRET={{ vault.secret }}\nKEY=%(key)s\n",
    "a wrong checksum": b"token = ghp_" + b"A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8" + b"\n",
    "one character": b"token = glpat-aaaaaaaaaaaaaaaaaaaa\nkey = sk_live_000000000000000000000000\n",
    "addresses in documentation": b"postgres://user:password@localhost/db redis://:secret@example.com:6379 https://user:pass@host/\n",
    "names of characters in a program": b"\x7fELF\x00GEORGIASIAOMEGAMUSICALSYMBOLTEMPUSIMPERFECTUMCUMPROLATIONE\x00SAKIAZETATOUCHINGOTHERSBOTH",
    "examples of OAuth": b'access_token: "2YotnFZFEjr1zCsicMWpAA", refresh_token="tGzv3JOkF0XG5Qx2TlKWIA"\n',
    "hashes of a lock file": b"".join(b'"integrity": "sha512-%s=="\n' % (b"Qx7/" * 21 + b"A%d" % n) for n in range(20)),
    "checksums": b"d41d8cd98f00b204e9800998ecf8427e  a\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n",
    "a public key": b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n",
    "the marks alone": b"-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\nif text.startswith('ghp_'): pass\n",
    "code that reads settings": b"password = os.environ['PASSWORD']\ntoken = settings.API_TOKEN\napi_key: str = None\n",
    "identifiers": b"heroku_app_id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301\nbinance = 'x'\n",
    "a table of small numbers in base64": b"0" * 40
    + b"AAAEQAAAG8AAABIAAAAOAAAADIAAAAOAAAAMgAAAA4AAAAjAAAAXQEAACkAAAAHAAAAAQAAAA==\x01"
    + bytes(range(256)),
    "a key by which a program tries itself": b"".join(
        b"k = '-----BEGIN PRIVATE KEY-----%sMC4CAQAwBQYDK2VwBCIEIHKj+sVa9WcD/q2DJUJaf43Kptc8xYuUQA4bOFj9vC8T%s-----END'\n"
        % (end, end)
        for end in (b"\n", b"\\r\\n", b"\\r\n")
    ),
    "minified assignments": b"Gb.serializeHost=TD.serializeHost;Gb.setTheUsername=TD.setTheUsername;Gb.setThePassword=TD.setThePassword;",
    "jwt.io": b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
}


@pytest.mark.parametrize("what", QUIET)
@pytest.mark.parametrize("path", ["srv/app.py", "srv/app/.env", "root/.npmrc"])
def test_it_stays_quiet(what: str, path: str, scanner: Scanner) -> None:
    if path.endswith(".env") and what in ("a wrong checksum", "code that reads settings", "minified assignments"):
        # There, whatever is set is a value.
        path = "srv/app/settings"
    assert [hit for hit in scanner.text(path, QUIET[what]) if hit.level > 0] == []


@pytest.mark.parametrize(
    ("path", "text", "level"),
    [
        ("srv/app.py", "key = sk_live_{}", 2),
        ("srv/tests/test_pay.py", "key = sk_live_{}", 1),
        ("usr/share/doc/pay/README.md", "key = sk_live_{}", 1),
        ("srv/app.py", "postgres://app:{}@db.corp.net/a", 2),
        ("srv/tests/a.py", "postgres://app:{}@db.corp.net/a", 0),
        ("root/.npm/_cacache/content-v2/sha512/ab/cd/ef", "key = sk_live_{}", 1),
        ("root/.npm/_cacache/content-v2/sha512/ab/cd/ef", "postgres://app:{}@db.corp.net/a", 0),
        # The index of the cache names registries, with the credentials that were sent.
        ("root/.npm/_cacache/index-v5/ab/cd/ef", "postgres://app:{}@db.corp.net/a", 2),
        ("srv/app.py", "postgres://app:{}@localhost/a", 0),
        ("srv/app.py", "postgres://app:letmein@db.corp.net/a", 0),
        ("srv/app.py", "postgres://user:{}@db.corp.net/a", 2),
        ("srv/app.py", "postgres://user:letmein12345@db.corp.net/a", 0),
        ("srv/node_modules/pay/index.js", "key = sk_live_{}", 1),
        ("srv/node_modules/pay/test/a.js", "key = sk_live_{}", 0),
    ],
)
def test_how_sure_it_is_by_where_it_stands(path: str, text: str, level: int, scanner: Scanner) -> None:
    (hit,) = scanner.text(path, text.format("Kx93mVpq7Rt2Zw81Ln5Y").encode())
    assert hit.level == level


def test_a_proven_token_is_one_even_among_tests(scanner: Scanner) -> None:
    (hit,) = scanner.text("srv/tests/fixtures/a.json", f'"{TOKEN}"'.encode())
    assert (hit.level, hit.verified) == (2, True)


def test_what_a_distribution_packages_is_no_leak(tmp_path: Path) -> None:
    status = b"Package: curl\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n"
    key = f"key = '{TOKEN}'\n".encode()
    files = [
        ("var/lib/dpkg/status", status),
        (
            "var/lib/dpkg/info/curl.list",
            b"/.\n/usr\n/usr/share\n/usr/share/curl\n/usr/share/curl/key.txt\n/usr/bin\n/usr/bin/curl\n",
        ),
        ("usr/share/curl/key.txt", key),
        ("usr/share/curl/mine.txt", key),
    ]
    seen = inspect(image(tmp_path, [files]))
    assert [(f.path, f.owner) for f in at_level(seen.secrets)] == [("usr/share/curl/mine.txt", "")]
    assert [(f.path, f.owner) for f in seen.secrets if f.confidence == "low"] == [("usr/share/curl/key.txt", "curl")]


def test_what_a_language_package_holds_loses_one_step(tmp_path: Path) -> None:
    files = [
        (
            "usr/lib/python3.11/site-packages/app-1.dist-info/METADATA",
            b"Metadata-Version: 2.1\nName: app\nVersion: 1\nSummary: an application of one file\n",
        ),
        (
            "usr/lib/python3.11/site-packages/app-1.dist-info/RECORD",
            b"app/settings.py,,\napp/__init__.py,,\napp/main.py,,\napp-1.dist-info/METADATA,,\n",
        ),
        ("usr/lib/python3.11/site-packages/app/settings.py", b"KEY = 'sk_live_Kx93mVpq7Rt2Zw81Ln5Y'\n"),
    ]
    (found,) = inspect(image(tmp_path, [files])).secrets
    assert (found.confidence, found.owner) == ("medium", "app")
    key = next(sample for sample in all_samples() if sample.id == "private-key").text
    files[1] = (files[1][0], files[1][1] + b"app/ca.key,,\n")
    files[2] = ("usr/lib/python3.11/site-packages/app/ca.key", key)
    (found,) = inspect(image(tmp_path, [files])).secrets
    assert (found.confidence, found.owner) == ("low", "app")


def test_no_hash_of_a_password_is_kept(tmp_path: Path) -> None:
    lines = b"root:$6$x9Kq$Tr0ub4dorTr0ub4dor:19000:0:99999:7:::\ndaemon:*:1:0:9:7:::\nopen::1:0:9:7:::\n"
    (facts,) = inspect(image(tmp_path, [[("etc/shadow", lines)]])).image.facts
    assert facts.texts["etc/shadow"] == b"root:*:19000:0:99999:7:::\ndaemon:*:1:0:9:7:::\nopen::1:0:9:7:::\n"


def test_a_token_of_the_right_form_with_another_checksum_is_likely_one_if_nobody_wrote_it(scanner: Scanner) -> None:
    (hit,) = scanner.text("srv/app.py", b"token = 'ghp_q7ZtV0bKx3LmW9sRfY2HcPd8uNgE5jA1oTiB'\n")
    assert (hit.detector, hit.level, hit.verified) == ("github-token", 1, False)
    for value in (b"ghp_16C7e42F292c6912E7710c838347Ae178B4a", b"npm_abcdefghijklmnopqrstuvwxyz0123456789"):
        assert scanner.text("srv/app.py", b"see(" + value + b")\n") == []


def test_an_id_of_letters_and_digits_is_likely_one_of_aws(scanner: Scanner) -> None:
    (hit,) = scanner.text("srv/app.py", b"id = 'AKIAZ9QK8LM01XYZ4B7W'\n")
    assert (hit.detector, hit.level) == ("aws-access-key-id", 1)


def test_a_key_of_django_may_have_any_character(scanner: Scanner) -> None:
    (hit,) = scanner.text("srv/settings.py", b"SECRET_KEY = 'wvoy2jx^zrct4s+-h8ib_y8f$w7zwo-+(f98tn0wuw-sbasi#'\n")
    assert (hit.detector, hit.level) == ("django-secret-key", 1)
    assert scanner.text("srv/settings.py", b"SECRET_KEY = '{{ secret_key_of_the_site_from_the_vault }}'\n") == []


@pytest.mark.parametrize("before", [b"\\n", b"\\t", b"?q=%22", b"\x1b[0m", b"\x1b[1;31m"])
@pytest.mark.parametrize("value", [b"ghp_", b"postgres://app:Kx93mVpq7Rt2@db.corp.net/a", b"SG.{22}.{43}"])
def test_a_word_begins_behind_an_escape(before: bytes, value: bytes, scanner: Scanner) -> None:
    text = "Kx93mVpq7Rt2Zw81Ln5YgHc6TbUdEfJ4sAoQrXi0Pz8WkMyN"
    value = TOKEN.encode() if value == b"ghp_" else value
    value = value.replace(b"{22}", text[:22].encode()).replace(b"{43}", text[:43].encode())
    (hit,) = [hit for hit in scanner.text("srv/a.log", b'{"a": "x' + before + value + b'"}') if hit.level > 0]
    assert hit.level == 2


def test_a_private_key_of_lines_in_a_program_is_found(scanner: Scanner) -> None:
    sample = next(sample for sample in all_samples() if sample.id == "private-key").text.decode()
    for joined in ('\\n" +\n    "', "\\n'\n    '", '",\n  "'):
        (hit,) = scanner.text("srv/Key.java", ('String key = "' + joined.join(sample.split("\n")) + '";').encode())
        assert (hit.detector, hit.level) == ("private-key", 1), joined


def test_checksums_are_those_of_the_vendors() -> None:
    # The published example of GitHub's announcement of the format.
    assert crc32_base62(b"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") == PROVEN
    assert crc32_base62(b"ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18") is None
    assert aws_id(b"AKIAIOSFODNN7EXAMPLE") is None
    # Out of a prime for Diffie and Hellman that has 2048 bits, as the runtime of Java holds it.
    assert aws_id(b"ACCA4F483A797ABC0AB1") is None
    assert aws_id(b"ACCA4F6H3A5N7ABC2AB3") is not None
    assert entropy(b"aaaa") == 0.0
    assert entropy(b"abcd") == 2.0


@pytest.mark.parametrize(
    ("detector", "before", "value"),
    [
        ("gitlab-token", "glpat-", "q7Rx_Tb5zcHeWe1JH56wr2FCBAk.0r1pum4t4"),
        ("gitlab-token", "glpat-", "Yt3xQpTOKnGq5K56y8RBbu286MQp1OmFwOAk.01.0z1pq7m2s"),
        ("gitlab-token", "glrt-", "t3_" + "Yq3xQp7OKnGq5K56y8RBbu286MQp1OmFwOAk" * 3 + ".01.1z1pq7m2s"),
        ("google-auth-key", "AQ.Ab8", "RN6zT4wQ9mXc2LkVb7HsYp1DfGj5Ne3RuAo8Ki0WlSx6ZqBt"),
        ("cloudflare-key", "cfast_", "p7Tq2WmZ9xLrB4vNc8KdFh3SyGj6Ue1AoRi5XwQz" + "k3V9bT2m"),
        ("datadog-prefixed-token", "ddpat_", "p7Tq2WmZ9xLrB4vNc8KdFh3SyGj6Ue1AoRi5XwQz"),
        ("datadog-prefixed-token", "ddapp_", "p7Tq2WmZ9xLrB4vNc8KdFh3SyGj6Ue1AoRi5"),
        ("mongodb-atlas-secret", "mdb_sa_sk_", "p7Tq2WmZ9xLrB4vNc8KdFh3Sy_j6Ue1AoRi5XwQz"),
        ("bitbucket-server-token", "BBDC-", "NDk3MTU4Mzg1OTYxOtqZ7mW2xLrB4vNc8KdFh3SyGj6U"),
        ("runpod-key", "rpa_", "P7TQ2WMZ9XLRB4VNC8KDFH3SYGJ6UE1AORI5XWQZ" + "k3V9bT"),
    ],
)  # fmt: skip
def test_the_forms_that_services_give_out_now(detector: str, before: str, value: str, scanner: Scanner) -> None:
    (hit,) = [hit for hit in scanner.text("srv/app.py", f"x({before}{value})\n".encode()) if hit.level]
    assert hit.detector == detector
    told = masked_text(f"log in with {before}{value} now")
    assert not any(part in told for part in (value[:8], value[-8:])), told


@pytest.mark.parametrize(
    "text",
    [
        "AQ.Abstract_base_class_of_the_queue_that_everybody_imports_here", "ddpat_the_name_of_a_variable_that_is_long_enough",
        "mdb_sa_sk_<your-secret>", "BBDC-1234", "rpa_EXPORTED_CONSTANT_NAMES_OF_A_MODULE", "glpat-xxxxxxxxxxxxxxxxxxxx.01.xxxxxxxxx",
    ],
)  # fmt: skip
def test_what_begins_like_them_is_none(text: str, scanner: Scanner) -> None:
    assert [hit for hit in scanner.text("srv/app.py", f"x({text})\n".encode()) if hit.level] == []
