"""Until when a distribution is supported, in words that say whether that is over."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from jettison.inventory.os_release import OsRelease

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def support_text(release: OsRelease, today: date | None = None) -> str:
    """Return "security support until DATE" or "... ended DATE, extended DATE", "" where no date is known."""
    if not release.end_of_life:
        return ""
    now = (today or datetime.now(UTC).date()).isoformat()
    if release.end_of_life >= now:
        return f"security support until {release.end_of_life}"
    extended = f", extended {release.extended_support}" if release.extended_support >= now else ""
    return f"security support ended {release.end_of_life}{extended}"


def is_over(release: OsRelease, today: date | None = None) -> bool:
    """Return whether the free security support of the distribution itself has ended."""
    return bool(release.end_of_life) and release.end_of_life < (today or datetime.now(UTC).date()).isoformat()


def release_line(release: OsRelease) -> str:
    """Return the distribution and its support; not yet safe to print."""
    return ", ".join(filter(None, (release.name or release.distro, support_text(release))))


def release_note(release: OsRelease | None) -> str:
    """Return the line for a narrow place of a page: no date is parted at the end of a row; "" without a release."""
    return (
        _DATE.sub(lambda date_: date_[0].replace("-", "\u2011"), release_line(release)) if release is not None else ""
    )
