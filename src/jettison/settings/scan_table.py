"""The `[scan]` table: what `scan` looks for, from where on it fails, and what does not count."""

from __future__ import annotations

import datetime
from typing import Final

from jettison.settings import values
from jettison.settings.settings import Scanning
from jettison.settings.values import Report, meant, shown

FAIL_LEVELS: Final = ("critical", "high", "medium", "low", "any", "kev", "never")
KINDS: Final = ("vuln", "secret", "practice")
GRADES: Final = ("critical", "high", "medium", "low", "none")
EXCEPTION_KEYS: Final = ("id", "package", "reason", "expires")


def scanning(value: object, key: str, report: Report) -> Scanning:
    """Return what `scan` is to do; what is wrong is reported."""
    table = values.table(value, key, report)
    known = [name.replace("_", "-") for name in Scanning._fields]
    for name in table:
        if name not in known:
            report(f"{key}.{name}", f"there is no such setting{meant(name, known)}")

    def place(name: str) -> str:
        return f"{key}.{name}"

    return Scanning(
        values.level(table["fail-on"], place("fail-on"), report, FAIL_LEVELS) if "fail-on" in table else "",
        _kinds(table.get("scanners", []), place("scanners"), report),
        values.truth(table.get("only-fixed", False), place("only-fixed"), report),
        _days(table["max-age"], place("max-age"), report) if "max-age" in table else None,
        values.texts(table.get("vex", []), place("vex"), report),
        values.texts(table.get("ignore-files", []), place("ignore-files"), report),
        _exceptions(table.get("ignore", []), place("ignore"), report),
        _grades(table.get("severity", {}), place("severity"), report),
    )


def _kinds(value: object, key: str, report: Report) -> tuple[str, ...]:
    found = values.texts(value, key, report)
    for name in found:
        if name not in KINDS:
            report(key, f"{shown(name)} is not one of {', '.join(KINDS)}{meant(name, KINDS)}")
    return tuple(name for name in found if name in KINDS)


def _days(value: object, key: str, report: Report) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    report(key, f"a number of days was expected, not {shown(value)}")
    return None


def _grades(value: object, key: str, report: Report) -> dict[str, str]:
    table = values.table(value, key, report)
    given = {name: values.level(grade, f"{key}.{name}", report, GRADES) for name, grade in table.items()}
    return {name: grade for name, grade in given.items() if grade}


def _exceptions(value: object, key: str, report: Report) -> tuple[dict[str, object], ...]:
    """Return the entries of `[[scan.ignore]]`: the keys of .jettison-ignore.toml, with a reason each."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        report(key, f"a list of tables with id and reason was expected, not {shown(value)}")
        return ()
    for entry in value:
        for name, given in entry.items():
            if name not in EXCEPTION_KEYS:
                report(key, f"there is no such key: {name}{meant(name, EXCEPTION_KEYS)}")
            elif not isinstance(given, datetime.date if name == "expires" else str):
                wanted = "a date such as 2027-01-31" if name == "expires" else "a text"
                report(key, f"{name}: {wanted} was expected, not {shown(given)}")
        for name in ("id", "reason"):
            if not entry.get(name):
                report(key, f"{name} is missing; every exception says which vulnerability, and why")
    return tuple(value)
