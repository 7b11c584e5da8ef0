"""ShellCheck, the program, over the shell text of Dockerfiles: what it says stands at its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.lint.engine import check_bytes
from jettison.shellcheck import findings, program
from jettison.shellcheck.findings import Wanted, add
from jettison.shellcheck.scripts import scripts

NOTHING: frozenset[str] = frozenset()


def found(text: str, select: frozenset[str] | None = None) -> list[tuple[str, str]]:
    data = text.encode("utf-8", "surrogateescape")
    report = check_bytes(data, "Dockerfile", select=NOTHING)
    add([Wanted(report, select, NOTHING, {}, NOTHING, True)])
    return [(f.code, data[f.span.start : f.span.end].decode("utf-8", "replace")) for f in report.findings]


@pytest.mark.parametrize(
    "text, said",
    [
        ("FROM a\nRUN echo $X\n", [("SC2086", "$X")]),
        ("FROM a\nRUN echo 'é' && \\\n  # why\n\n\techo ü $X\n", [("SC2086", "$X")]),
        ("FROM a\r\nRUN echo a && \\\r\n  echo $X\r\n", [("SC2086", "$X")]),
        ("# escape=`\nFROM a\nRUN echo a && `\n  echo $X\n", [("SC2086", "$X")]),
        ("FROM a\nRUN echo \udcff $X\n", [("SC2086", "$X")]),
        ("FROM a\nRUN --network=none echo $X\n", [("SC2086", "$X")]),
        ("FROM a\nRUN <<EOF\necho a\necho $X\nEOF\n", [("SC2086", "$X")]),
        ("FROM a\nRUN <<EOF\n#!/bin/bash\n[[ $Y == b ]] && echo $X\nEOF\n", [("SC2086", "$X")]),
        ("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nprint('$X')\nEOF\n", []),
        ("FROM a\nHEALTHCHECK --interval=5s CMD curl $X\n", [("SC2086", "$X")]),
        ("FROM a\nCMD echo $X\n", [("SC2086", "$X")]),
        ("FROM a\nONBUILD RUN echo $X\n", [("SC2086", "$X")]),
        ('FROM a\nRUN ["echo", "$X"]\n', []),
        ('FROM a\nSHELL ["pwsh", "-Command"]\nRUN echo $X\n', []),
        ('FROM a\nRUN [[ -n "$A" ]]\nSHELL ["/bin/bash", "-c"]\nRUN [[ -n "$A" ]]\n', [("SC3010", '[[ -n "$A" ]]')]),
        ('FROM a\nARG given\nENV set=1\nRUN echo "$given" "$set" "$open"\n', [("SC2154", "$open")]),
        ("FROM a\n# hadolint ignore=SC2086\nRUN echo $X\n", []),
        ("FROM a\n# jettison: ignore=SC2086 one word always\nRUN echo $X\n", []),
    ],
)
def test_places(text: str, said: list[tuple[str, str]]) -> None:
    assert found(text) == said


def test_the_scripts_of_many_files_share_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    whole = program._batch

    def counted(path: str, texts: list[str]) -> object:
        calls.append(len(texts))
        return whole(path, texts)

    monkeypatch.setattr(program, "_batch", counted)
    reports = [check_bytes(b"FROM a\nRUN echo $X\nRUN echo $Y\n", str(n), select=NOTHING) for n in range(30)]
    add([Wanted(report, None, NOTHING, {}, NOTHING, True) for report in reports])
    assert calls == [60]
    assert all(len(report.findings) == 2 for report in reports)


def test_a_secret_in_a_message_is_not_passed_on() -> None:
    report = check_bytes(b"FROM a\nENV PASSWORD=hunter2hunter2\nRUN hunter2hunter2=\n", "Dockerfile")
    assert report.model is not None
    item = Wanted(report, None, NOTHING, {}, NOTHING, True)
    script = scripts(report.model)[0]
    comment = {"code": 1, "line": 3, "column": 1, "endLine": 3, "endColumn": 2, "level": "info"}
    finding = findings._finding({**comment, "message": "hunter2hunter2 appears unused"}, script, item)
    assert finding is not None
    findings._merge(item, [finding])
    assert "hunter2hunter2" not in "".join(f.message for f in report.findings)


def test_a_program_that_fails_is_told_and_the_other_findings_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "find", lambda: "/bin/false")
    assert found("FROM a\nRUN echo $X\n") == [("JT000", "")]


def test_it_runs_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM a\nRUN echo $X\n")

    def codes(*arguments: str) -> str:
        main(["check", *arguments, str(file)])
        return capsys.readouterr().out

    assert "SC2086" not in codes()
    assert "SC2086" in codes("--shellcheck")
    assert "SC2086" in codes("--select", "shellcheck/SC2086")
    assert "SC2086" not in codes("--select", "SC2154")
    assert "SC2086" not in codes("--shellcheck", "--ignore", "SC2086")
    (tmp_path / "jettison.toml").write_text("shellcheck = true\n")
    assert "SC2086" in codes()


def test_without_the_program_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN echo $X\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["check", "--shellcheck", str(tmp_path)]) == 2
    assert "jettison[shellcheck]" in capsys.readouterr().err
