"""No check of another tool is forgotten: each is covered by a rule or left out with a reason."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from jettison.cli.main import main
from jettison.rules.index import left_out, resolve

COMPAT: dict[str, Any] = runpy.run_path(str(Path(__file__).parent.parent / "tools" / "gen_compat.py"))


def test_every_foreign_id_is_covered_or_explained() -> None:
    assert COMPAT["unexplained"]() == []


def test_no_covered_id_is_called_left_out() -> None:
    assert COMPAT["contradicted"]() == []


def test_rules_name_only_foreign_ids_that_a_table_knows() -> None:
    assert COMPAT["unknown"]() == []


def test_each_covered_id_works_as_a_name() -> None:
    for check in COMPAT["checks"]():
        if check.ours:
            assert set(resolve(check.id)) >= {rule.code for rule in check.ours}, check.id


def test_an_id_without_a_rule_may_be_named_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    for check in COMPAT["checks"]():
        if not check.ours:
            assert left_out(check.id), check.id
            assert main(["check", "--ignore", check.id, "--select", "JT104", str(tmp_path)]) == 0
            assert "no rule of its own" in capsys.readouterr().err
            (tmp_path / "jettison.toml").write_text(f'ignore = ["{check.id}"]\n')
    assert left_out("DL9999") == ""


@pytest.mark.parametrize("tool", COMPAT["NAMES"])
def test_tables_say_what_they_are(tool: str) -> None:
    table = COMPAT["tables"]()[tool]
    assert table["tool"] == tool
    assert table["source"]
    assert all(row["title"] for row in table["rules"].values())
