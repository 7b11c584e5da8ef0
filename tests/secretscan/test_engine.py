"""The database on disk, damage to it, and the search without the native engine."""

from __future__ import annotations

import os
import pickle
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.secretscan import engine, kept_database
from jettison.secretscan import scanner as scanner_module
from jettison.secretscan.scanner import Scanner

from .samples import all_samples

EXPRESSIONS = [engine.Expression(rb"ab[0-9]{3}", (b"ab",)), engine.Expression(rb"(?i:token)=\w", (b"token",))]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where compiled patterns are kept; beside the byte code of this installation none are looked for."""
    monkeypatch.setattr(kept_database, "_installed", lambda: str(tmp_path / "none"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("JETTISON_CACHE", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "jettison"


def _opened(expressions: list[engine.Expression]) -> engine.Matcher:
    matcher = engine.open_matcher(expressions)
    assert matcher.is_ready(now=True)
    return matcher


def test_nothing_is_compiled_before_it_is_needed(cache: Path) -> None:
    matcher = engine.open_matcher(EXPRESSIONS)
    assert not matcher.is_ready()
    assert not cache.exists()
    assert matcher.events(b"ab123") == [(0, 5)]
    assert matcher.is_ready()
    assert engine.open_matcher(EXPRESSIONS).is_ready()


def test_it_is_kept_and_loaded_again(cache: Path) -> None:
    first = _opened(EXPRESSIONS)
    (kept,) = cache.iterdir()
    stamp = kept.stat().st_mtime_ns
    second = _opened(EXPRESSIONS)
    assert kept.stat().st_mtime_ns == stamp
    for matcher in (first, second):
        assert matcher.events(memoryview(b"xab123 TOKEN=a")) == [(0, 6), (1, 14)]


def test_other_patterns_are_another_database(cache: Path) -> None:
    _opened(EXPRESSIONS)
    _opened(EXPRESSIONS[:1])
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"\0" * 5000, None])
def test_a_damaged_database_is_made_again(cache: Path, damage: bytes | None) -> None:
    _opened(EXPRESSIONS)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert engine.open_matcher(EXPRESSIONS).events(b"ab123") == [(0, 5)]
    assert kept.read_bytes() == whole


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kept_database, "_installed", lambda: str(tmp_path / "file"))
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "file"))
    assert engine.open_matcher(EXPRESSIONS).events(b"ab123") == [(0, 5)]


@pytest.fixture
def installed(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "installed" / "__pycache__"
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(kept_database, "_installed", lambda: str(folder))
    return folder


def test_it_is_kept_beside_the_byte_code_for_everybody(cache: Path, installed: Path) -> None:
    _opened(EXPRESSIONS)
    (kept,) = installed.iterdir()
    assert not cache.exists()
    assert stat.S_IMODE(kept.stat().st_mode) & 0o044 == 0o044 & ~_umask()
    # Whatever happens to the cache.
    assert engine.open_matcher(EXPRESSIONS).is_ready()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("said", ["dont_write_bytecode", "pycache_prefix"])
def test_who_wants_no_compiled_files_there_has_them_in_the_cache(
    said: str, cache: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, said, "/elsewhere" if said == "pycache_prefix" else True)
    _opened(EXPRESSIONS)
    assert not installed.exists()
    assert len(list(cache.iterdir())) == 1


def test_where_the_installation_cannot_be_written_it_is_in_the_cache(cache: Path, installed: Path) -> None:
    installed.parent.write_text("no folder")
    _opened(EXPRESSIONS)
    (kept,) = cache.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert engine.open_matcher(EXPRESSIONS).is_ready()


def test_what_an_earlier_version_compiled_goes(installed: Path) -> None:
    installed.mkdir(parents=True)
    old, other = installed / "secrets-old.hs", installed / "engine.cpython-311.pyc"
    for path in (old, other):
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    _opened(EXPRESSIONS)
    assert not old.exists() and other.exists() and len(list(installed.iterdir())) == 2


def test_a_scanner_goes_to_another_process(scanner: Scanner) -> None:
    other = pickle.loads(pickle.dumps(scanner))
    assert other.version == scanner.version
    data = all_samples()[0].text
    assert other.text("a", data) == scanner.text("a", data) != []


def test_without_the_engine_small_files_give_the_same(monkeypatch: pytest.MonkeyPatch, scanner: Scanner) -> None:
    expected = [scanner.text(sample.path, sample.text) for sample in all_samples()]
    monkeypatch.setattr(scanner_module, "open_matcher", engine.PlainMatcher)
    plain = Scanner()
    assert "hyperscan" in plain.note
    assert plain.version != scanner.version
    assert [plain.text(sample.path, sample.text) for sample in all_samples()] == expected


def test_without_the_engine_the_end_of_a_large_file_is_not_looked_at() -> None:
    matcher = engine.PlainMatcher(EXPRESSIONS)
    assert matcher.events(b"-" * engine.PLAIN_LIMIT + b"ab123") == []


@pytest.mark.parametrize("make", [engine.open_matcher, engine.PlainMatcher])
def test_events_are_bounded(make: Callable[..., engine.Matcher], cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = make(EXPRESSIONS)
    matcher.events(b"ab123 " * 10)
    assert not matcher.full
    monkeypatch.setattr(engine, "MAX_OF_ONE", 20)
    events = matcher.events(b"ab123 " * 1000 + b"TOKEN=a")
    assert (matcher.full, [number for number, _ in events]) == (True, [0] * 20 + [1])
    monkeypatch.setattr(engine, "MAX_EVENTS", 10)
    assert len(matcher.events(b"ab123 " * 1000)) == 10 and matcher.full
