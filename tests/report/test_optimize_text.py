"""What the report of optimize shows of a claim."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jettison.proof.claims import NOT_PROVEN, Claim, Proof
from jettison.report.optimize_text import _proof
from jettison.terminal import Palette


@pytest.mark.parametrize(("everything", "shown"), [(True, 4), (False, 2)])
def test_what_is_left_out_of_the_evidence_is_counted(everything: bool, shown: int) -> None:
    evidence = ("both run", "run as service web", "beside the services db", "with the files of the project at /run/key")
    outcome: Any = SimpleNamespace(proof=Proof((Claim("starts", "it starts", NOT_PROVEN, evidence),)))
    lines = [line.strip() for line in _proof(outcome, Palette(False), everything)]
    assert [line for line in lines if line in evidence] == list(evidence[:shown])
    assert ("... and 2 more: --all" in lines) == (not everything)
