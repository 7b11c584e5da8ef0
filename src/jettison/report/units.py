"""Numbers as people read them: bytes in decimal units, seconds, factors."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def human_bytes(count: int | float) -> str:
    """Return a byte count in decimal units, as engines and registries print them."""
    value = float(count)
    for unit in _UNITS[:-1]:
        if abs(value) < 999.95:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} {_UNITS[-1]}"


def human_seconds(seconds: float) -> str:
    """Return a duration in seconds, or minutes and seconds from 100 s on."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 layer", "2 layers"; many: where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def human_days(days: int) -> str:
    """Return a number of days."""
    return counted(days, "day")


def factor(before: float, after: float) -> str:
    """Return how many times smaller `after` is, or larger."""
    if before <= 0 or after <= 0:
        return ""
    ratio = before / after
    if 0.95 <= ratio <= 1.05:
        return "same"
    return f"{ratio:.1f} x less" if ratio > 1 else f"{1 / ratio:.1f} x more"


def change(before: int, after: int) -> str:
    """Return the factor between two byte counts; of nearly equal ones how many bytes they differ by."""
    text = factor(before, after)
    if text != "same" or before == after:
        return text
    return f"{human_bytes(abs(after - before))} {'more' if after > before else 'less'}"


def recorded_text(seconds: float) -> str:
    """Return a time since the epoch as a day and a minute, UTC."""
    import datetime

    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%d %H:%M} UTC"
