"""Whether a distribution is still supported is said in the words of today."""

from __future__ import annotations

from datetime import date

import pytest

from jettison.inventory.os_release import OsRelease
from jettison.report.support import is_over, release_line, release_note, support_text

DEBIAN = OsRelease("debian", "12", "Debian 12", end_of_life="2026-06-10", extended_support="2028-06-30")


@pytest.mark.parametrize(
    ("today", "text"),
    [
        (date(2026, 6, 10), "security support until 2026-06-10"),
        (date(2026, 6, 11), "security support ended 2026-06-10, extended 2028-06-30"),
        (date(2028, 7, 1), "security support ended 2026-06-10"),
    ],
)
def test_support_that_is_over_is_not_told_as_if_it_went_on(today: date, text: str) -> None:
    assert support_text(DEBIAN, today) == text
    assert is_over(DEBIAN, today) == ("ended" in text)


def test_nothing_is_said_of_what_is_not_known() -> None:
    unknown = OsRelease("own", "1")
    assert (support_text(unknown), is_over(unknown), release_line(unknown)) == ("", False, "own-1")


def test_a_date_is_not_parted_on_a_page() -> None:
    assert release_note(None) == ""
    assert "2026\u201106\u201110" in release_note(DEBIAN) and "Debian 12" in release_note(DEBIAN)
