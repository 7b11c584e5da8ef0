"""Runs every generator; `make gen` calls it."""

from __future__ import annotations

import runpy
from pathlib import Path

for name in ("gen_knowledge.py", "gen_rules.py", "gen_settings.py", "gen_compat.py"):
    runpy.run_path(str(Path(__file__).parent / name), run_name="__main__")
