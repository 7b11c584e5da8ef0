"""`explain` has a page for what only an image shows, too."""

from __future__ import annotations

import pytest

from jettison.cli.main import main
from jettison.optimize.image_findings import IMAGE_CODES


@pytest.mark.parametrize("code", sorted(IMAGE_CODES))
def test_findings_of_an_image_have_a_page(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    page = capsys.readouterr().out
    assert page.startswith(f"{code} ") and "check FILE --image IMAGE" in page
    name = page.split()[1]
    assert main(["explain", name]) == 0 and capsys.readouterr().out == page


def test_the_list_has_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    codes = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert set(codes) >= {*IMAGE_CODES, "JT104"} and len(codes) == len(set(codes))


def test_what_is_no_rule_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "JT0"]) == 2
    assert "'JT0' is not a rule" in capsys.readouterr().err
