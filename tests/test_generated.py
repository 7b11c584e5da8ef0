"""What is generated is current."""

from __future__ import annotations

import runpy
from pathlib import Path

TOOLS = Path(__file__).parent.parent / "tools"


def test_knowledge_is_current() -> None:
    module = runpy.run_path(str(TOOLS / "gen_knowledge.py"))
    for path, text in module["outputs"]().items():
        assert path.read_text() == text


def test_rule_index_and_pages_are_current() -> None:
    module = runpy.run_path(str(TOOLS / "gen_rules.py"))
    assert module["INDEX"].read_text() == module["index_text"]()
    for name, text in module["pages"]().items():
        assert (module["PAGES"] / name).read_text() == text


def test_settings_schema_and_page_are_current() -> None:
    module = runpy.run_path(str(TOOLS / "gen_settings.py"))
    assert module["SCHEMA"].read_text() == module["schema_text"]()
    assert module["PAGE"].read_text() == module["page_text"]()
