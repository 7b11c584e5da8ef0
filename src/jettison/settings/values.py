"""Checking one value of a settings file, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from jettison.findings import Severity
from jettison.rules.index import entries, finding_codes, left_out, load
from jettison.rules.nearest import nearest
from jettison.settings.settings import Proving

MAX_SHOWN: Final = 60
LEVELS: Final = (*Severity.NAMES, "never")
Report = Callable[[str, str], None]


def shown(value: object) -> str:
    """Return a value as it may stand in a message."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def meant(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean X?" when one of the names is close, else ""."""
    near = nearest(name, names)
    return f"; did you mean {near!r}?" if near else ""


def rule_names() -> list[str]:
    """Return everything that names a rule or a group of rules."""
    names: dict[str, None] = {}
    for entry in entries():
        names.update(dict.fromkeys((entry.code, entry.name, *entry.foreign, entry.group)))
    return list(names)


def codes_of(name: object, key: str, report: Report) -> frozenset[str]:
    """Return the codes that one name stands for; what is wrong is reported."""
    if not isinstance(name, str):
        report(key, f"the name of a rule was expected, not {shown(name)}")
        return frozenset()
    codes = finding_codes(name)
    if not codes and not left_out(name):
        report(key, f"{shown(name)} is not a rule{meant(name, rule_names())}")
    return frozenset(codes)


def rules(value: object, key: str, report: Report) -> frozenset[str]:
    """Return the codes of a list of rules."""
    if not isinstance(value, list):
        report(key, f"a list of rules was expected, not {shown(value)}")
        return frozenset()
    found: frozenset[str] = frozenset()
    for name in value:
        found |= codes_of(name, key, report)
    return found


def texts(value: object, key: str, report: Report) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        report(key, f"a list of texts was expected, not {shown(value)}")
        return ()
    return tuple(value)


def truth(value: object, key: str, report: Report) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        report(key, f"true or false was expected, not {shown(value)}")
    return value is True


def level(value: object, key: str, report: Report, levels: tuple[str, ...] = LEVELS) -> str:
    """Return the name of a severity."""
    if not isinstance(value, str) or value not in levels:
        near = meant(value, levels) if isinstance(value, str) else ""
        report(key, f"{shown(value)} is not one of {', '.join(levels)}{near}")
        return ""
    return value


def severities(value: object, key: str, report: Report) -> dict[str, int]:
    """Return the severities of single rules."""
    found: dict[str, int] = {}
    for name, given in table(value, key, report).items():
        codes = codes_of(name, f"{key}.{name}", report)
        chosen = level(given, f"{key}.{name}", report, Severity.NAMES)
        if chosen:
            found.update(dict.fromkeys(codes, Severity.NAMES.index(chosen)))
    return found


def path_rules(value: object, key: str, report: Report) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the rules that are ignored by pattern."""
    given = table(value, key, report)
    return tuple((pattern, rules(names, f"{key}.{pattern}", report)) for pattern, names in given.items())


def plugins(value: object, key: str, report: Report) -> bool | tuple[str, ...]:
    """Return which packages' rules are wanted."""
    return value if isinstance(value, bool) else texts(value, key, report)


def rule_options(value: object, key: str, report: Report) -> dict[str, dict[str, object]]:
    """Return the options of single rules, each of the type of its default."""
    found: dict[str, dict[str, object]] = {}
    for name, given in table(value, key, report).items():
        place = f"{key}.{name}"
        for code in sorted(codes_of(name, place, report) & {entry.code for entry in entries()}):
            found.setdefault(code, {}).update(_options_of(code, table(given, place, report), place, report))
    return found


def proving(value: object, key: str, report: Report) -> Proving:
    """Return what `optimize` is to ask."""
    given = table(value, key, report)
    known = [name.replace("_", "-") for name in Proving._fields]
    for name in given:
        if name not in known:
            report(f"{key}.{name}", f"there is no such setting{meant(name, known)}")
    touch = given.get("touch", "")
    if not isinstance(touch, str):
        report(f"{key}.touch", f"the name of a file was expected, not {shown(touch)}")
        touch = ""
    return Proving(
        texts(given.get("probes", []), f"{key}.probes", report),
        texts(given.get("checks", []), f"{key}.checks", report),
        touch,
        _pairs(given.get("env", {}), f"{key}.env", report),
        _pairs(given.get("build-args", {}), f"{key}.build-args", report),
    )


def _pairs(value: object, key: str, report: Report) -> dict[str, str]:
    # What was given in their place may be one of the secrets that they hold: it is not shown.
    if not isinstance(value, dict):
        report(key, "a table of names and texts was expected")
        return {}
    for name, given in value.items():
        if not isinstance(given, str):
            report(f"{key}.{name}", "a text was expected")
    return {name: given for name, given in value.items() if isinstance(given, str)}


def _options_of(code: str, given: dict[str, object], key: str, report: Report) -> dict[str, object]:
    known = load(code).options
    found: dict[str, object] = {}
    for name, value in given.items():
        place = f"{key}.{name}"
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            report(place, f"{code} has no such option ({has}){meant(name, known)}")
        elif wrong := _mismatch(value, known[name]):
            report(place, f"{wrong} was expected, not {shown(value)}")
        else:
            found[name] = value
    return found


def _mismatch(value: object, default: object) -> str:
    """Return what was expected, "" when the value is of the type of the default."""
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else "true or false"
    if isinstance(default, int):
        return "" if isinstance(value, int) and not isinstance(value, bool) else "a whole number"
    if isinstance(default, str):
        return "" if isinstance(value, str) else "a text"
    if isinstance(default, (list, tuple)):
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if fits else "a list of texts"
    fits = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    return "" if fits else "a table of texts"


def table(value: object, key: str, report: Report) -> dict[str, object]:
    """Return a table."""
    if not isinstance(value, dict):
        report(key, f"a table was expected, not {shown(value)}")
        return {}
    return value
