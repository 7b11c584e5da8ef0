"""What a search looks at is bounded, whatever the bytes are."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest

from jettison.secretscan import scanner as scanner_module
from jettison.secretscan.config_secrets import config_secrets
from jettison.secretscan.detectors import Detector, load_detectors
from jettison.secretscan.engine import MAX_OF_ONE
from jettison.secretscan.scanner import MAX_LOOK, Scanner

from .samples import all_samples

SIZE = 128 * 1024
# Seconds for a piece: what is worse than linear takes minutes, the worst case that is known 0.06.
HANGS = 5.0


class _Looks:
    """How often each detector's exact form was asked, and over how many bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times: Counter[str] = Counter()
        self.bytes_: Counter[str] = Counter()
        self._search = scanner_module._search
        monkeypatch.setattr(scanner_module, "_search", self)

    def __call__(
        self, detector: Detector, data: bytes | memoryview, start: int, end: int, stop: int
    ) -> re.Match[bytes] | None:
        self.times[detector.id] += 1
        self.bytes_[detector.id] += stop - start
        return self._search(detector, data, start, end, stop)


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
def test_no_worst_case_is_looked_at_for_ever(part: int, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    expressions = {detector.id: len(detector.expressions) for detector in load_detectors().all}
    looks = _Looks(monkeypatch)
    for name in sorted(CASES)[part::6]:
        path, text = CASES[name]
        data = _of(text, SIZE)
        looks.times.clear()
        looks.bytes_.clear()
        start = time.process_time()
        scanner.scan(path, 0, len(data), data, 0)
        assert time.process_time() - start < HANGS, name
        for detector, times in looks.times.items():
            assert times <= MAX_OF_ONE * expressions[detector], (name, detector)
            assert looks.bytes_[detector] <= MAX_LOOK, (name, detector)


def test_a_configuration_of_many_variables_and_entries_takes_no_product_of_both(scanner: Scanner) -> None:
    settings = {
        "config": {"Env": [f"A{number}=b" for number in range(20_000)]},
        "history": [{"created_by": f"RUN step {number}"} for number in range(20_000)],
    }
    start = time.process_time()
    assert config_secrets(settings, scanner) == ()
    assert time.process_time() - start < 15
