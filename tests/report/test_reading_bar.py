"""The bar of long reads: on a terminal alone, never longer than its line, gone at the end."""

from __future__ import annotations

import io
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from image.archives import old_layout, tar_of
from jettison.cli.main import main
from jettison.image import layer_pool
from jettison.image.reading import tell, watched
from jettison.report import reading_bar as module
from jettison.report.reading_bar import ReadingBar, reading_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_says_how_far_and_how_fast() -> None:
    bar = ReadingBar(Terminal(), "evil\x1b]0;x\x07" + "n" * 200)
    line = bar.line(512_000_000, 1_024_000_000, 2.0)
    assert line.startswith("[############............]  50 % of 1.0 GB  256.0 MB/s  evil\\x1b")
    assert len(line) <= 78 and "\x1b" not in line
    assert bar.line(5_000_000, 0, 1.0).split()[:4] == ["5.0", "MB", "5.0", "MB/s"]


def test_only_a_terminal_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.0)
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        with reading_bar("name", stream):
            tell(10, 100)
        assert bool(stream.getvalue()) is drawn
        assert not drawn or stream.getvalue().endswith("\r\x1b[K")
    tell(10, 100)


def test_a_short_read_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=7.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(module, "time", clock)
    stream = Terminal()
    with reading_bar("name", stream):
        clock.now += module.QUIET_SECONDS - 0.01
        tell(10, 100)
        assert stream.getvalue() == ""
        clock.now += 0.02
        tell(11, 100)
        drawn = stream.getvalue()
        assert "11 %" in drawn
        clock.now += module.STEP_SECONDS - 0.01
        tell(12, 100)
        assert stream.getvalue() == drawn


@pytest.mark.parametrize("parallel", [False, True])
def test_a_read_tells_of_all_its_bytes(parallel: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jettison.image.collect import InventoryCollector
    from jettison.image.source import open_image

    monkeypatch.setenv("JETTISON_CACHE", "off")
    if parallel:
        monkeypatch.setattr(layer_pool, "MIN_PARALLEL", 0)
    layers = [tar_of((f"f{n}", "file", bytes(3_000_000))) for n in range(3)]
    (tmp_path / "image.tar").write_bytes(old_layout(*layers))
    told: list[tuple[int, int]] = []
    with watched(lambda done, total: told.append((done, total))):
        open_image(str(tmp_path / "image.tar"), InventoryCollector())
    whole = sum(map(len, layers))
    assert {total for _, total in told} == {whole}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert parallel or told[-1] == (whole, whole)


def test_the_bar_leaves_the_report_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "image.tar").write_bytes(old_layout(tar_of(("a", "file", b"x" * 100))))
    assert main(["inspect", str(tmp_path / "image.tar")]) == 0
    captured = capsys.readouterr()
    assert captured.err == "" and re.search(r"[\x00-\x09\x0b-\x1f]", captured.out) is None
