"""The time of a search grows as the bytes do, whatever the bytes are."""

from __future__ import annotations

import time

import pytest

from jettison.secretscan.config_secrets import config_secrets
from jettison.secretscan.scanner import Scanner

from .samples import all_samples

SIZE = 128 * 1024
# The aim is 50 ms for each MB; a busy machine in CI may be ten times slower than that.
SLOWEST = 0.5
# Twice the bytes: twice the time, and as much again for a busy machine; a quadratic search takes four times.
GROWTH = 3.2


def _timed(scanner: Scanner, path: str, data: bytes, tries: int = 3) -> float:
    best = 9.0
    for _ in range(tries):
        start = time.process_time()
        scanner.scan(path, 0, len(data), data, 0)
        best = min(best, time.process_time() - start)
    return best


def _cases() -> dict[str, tuple[str, bytes]]:
    cases = {f"repeated {s.id}": (s.path, s.text + b" ") for s in all_samples()}
    # A match that breaks off at its last byte, again and again.
    cases |= {f"cut {s.id}": (s.path, s.text[:-2] + b"\x01") for s in all_samples()}
    texts = {
        "letters": b"a", "base64": b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo", "curl": b"curl -s ", "urls": b"https://", "user": b"http://a:b",
        "jwt": b"eyJhbGciOiJI.eyJ", "kty": b'"kty":"RSA"', "hex": b"0123456789abcdef", "dashes": b"-----BEGIN PRIVATE KEY-----\n",
        "token": b"token=", "names": b"password_", "wide": b"g\0h\0p\0_\0", "putty": b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
        "jdbc": b"jdbc:mysql://h?password", "zeros": b"\0", "utf-16 letters": b"a\0", "encoded prefix": b"Z2hwX0FB" * 20 + b"\n",
    }  # fmt: skip
    return cases | {name: ("srv/app/.env", text) for name, text in texts.items()}


CASES = _cases()


def _of(text: bytes, size: int) -> bytes:
    return (text * (size // len(text) + 1))[:size]


@pytest.mark.parametrize("part", range(6))
def test_every_worst_case_grows_as_its_bytes(part: int, scanner: Scanner) -> None:
    for name in sorted(CASES)[part::6]:
        path, text = CASES[name]
        if not _is_linear(scanner, path, text, 3):
            # The machine may have had something else to do: what is slow by itself is slow again.
            assert _is_linear(scanner, path, text, 12), name


def _is_linear(scanner: Scanner, path: str, text: bytes, tries: int) -> bool:
    once = _timed(scanner, path, _of(text, SIZE), tries)
    if once / SIZE * 1e6 >= SLOWEST:
        return False
    return once < 0.01 or _timed(scanner, path, _of(text, 2 * SIZE), tries) / once < GROWTH


def test_a_configuration_of_many_variables_and_entries_takes_no_product_of_both(scanner: Scanner) -> None:
    settings = {
        "config": {"Env": [f"A{number}=b" for number in range(20_000)]},
        "history": [{"created_by": f"RUN step {number}"} for number in range(20_000)],
    }
    start = time.process_time()
    assert config_secrets(settings, scanner) == ()
    assert time.process_time() - start < 15
