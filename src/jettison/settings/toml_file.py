"""Settings from `jettison.toml` and from `[tool.jettison]` in pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any, Final

from jettison.settings import values
from jettison.settings.find import MAX_BYTES, PROJECT
from jettison.settings.problem import ConfigError, Problem, read_limited
from jettison.settings.settings import Settings
from jettison.settings.table import NAMES

_LINE: Final = re.compile(r"line (\d+)")
_HEADER: Final = re.compile(r"\s*\[+([^\]#]*)\]+")
_ASSIGNMENT: Final = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def read_toml(path: str) -> Settings:
    """Return the settings of a file.

    Raises:
        ConfigError: it is not TOML, or a key or value of it is wrong; every mistake is named.
    """
    data = read_limited(path, MAX_BYTES)
    in_project = os.path.basename(path) == PROJECT
    return read_text(path, _decoded(path, data), ("tool", "jettison") if in_project else ())


def read_text(path: str, text: str, prefix: tuple[str, ...] = ()) -> Settings:
    """Return the settings in TOML text; `prefix` is the table that holds them.

    Raises:
        ConfigError: it is wrong.
    """
    try:
        table: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _LINE.search(str(error))
        raise ConfigError(path, [Problem(int(match[1]) if match else 0, "", f"not TOML: {error}")]) from error
    except RecursionError as error:
        raise ConfigError(path, [Problem(0, "", "not TOML that can be read: nested too deeply")]) from error
    for name in prefix:
        table = table.get(name, {})
        if not isinstance(table, dict):
            raise ConfigError(path, [Problem(0, ".".join(prefix), "a table was expected")])
    return _settings(path, table, _lines(text), prefix)


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(path, [Problem(line, "", "not UTF-8, as TOML must be")]) from error


def _settings(path: str, table: dict[str, Any], lines: dict[str, int], prefix: tuple[str, ...]) -> Settings:
    problems: list[Problem] = []
    start = "".join(f"{name}." for name in prefix)

    def line_of(key: str) -> int:
        parts = (start + key).split(".")
        return next((lines[k] for n in range(len(parts), 0, -1) if (k := ".".join(parts[:n])) in lines), 0)

    def report(key: str, message: str) -> None:
        problems.append(Problem(line_of(key), start + key, message))

    found = Settings(path)
    for name in table:
        if name in NAMES:
            found.origins[name] = f"{path}:{line_of(name)}"
        else:
            report(name, f"there is no such setting{values.meant(name, NAMES)}")
    _load_rules_first(found, table, report)
    for name, value in table.items():
        if name in NAMES:
            _apply(found, name, value, report)
    if problems:
        raise ConfigError(path, sorted(problems))
    return found


def _load_rules_first(found: Settings, table: dict[str, Any], report: values.Report) -> None:
    """Make the rules of plugins and paths known before any of them is named."""
    if "plugins" in table:
        found.plugins = values.plugins(table["plugins"], "plugins", report)
    if "rule-paths" in table:
        found.rule_paths = values.texts(table["rule-paths"], "rule-paths", report)
    if found.plugins or found.rule_paths:
        from jettison.settings.foreign_rules import add_rules

        add_rules(found, report)


def _apply(found: Settings, name: str, value: object, report: values.Report) -> None:
    if name == "select":
        found.select = values.rules(value, name, report)
    elif name == "extend-select":
        found.extend_select = values.rules(value, name, report)
    elif name == "ignore":
        found.ignore = values.rules(value, name, report)
    elif name == "required":
        found.required = values.rules(value, name, report)
    elif name == "severity":
        found.severity = values.severities(value, name, report)
    elif name == "per-path-ignores":
        found.path_ignores = values.path_rules(value, name, report)
    elif name == "exclude":
        found.exclude = values.texts(value, name, report)
    elif name == "fail-on":
        found.fail_on = values.level(value, name, report)
    elif name == "foreign-comments":
        found.foreign_comments = values.truth(value, name, report)
    elif name == "shellcheck":
        found.shellcheck = values.truth(value, name, report)
    elif name == "optimize":
        found.optimize = values.proving(value, name, report)
    elif name == "scan":
        from jettison.settings.scan_table import scanning

        found.scan = scanning(value, name, report)
    elif name == "rules":
        found.options = values.rule_options(value, name, report)


def _lines(text: str) -> dict[str, int]:
    """Return dotted key -> line of its first mention; good enough to point at a mistake."""
    found: dict[str, int] = {}
    header: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 1000:
            line = line[:1000]
        match = _HEADER.match(line)
        if match and "=" not in line.split("]")[0]:
            header = _parts(match[1])
            _note(found, header, number)
            continue
        match = _ASSIGNMENT.match(line)
        if match:
            _note(found, header + _parts(match[1]), number)
    return found


def _parts(text: str) -> list[str]:
    return ["".join(groups) for groups in _PART.findall(text)]


def _note(found: dict[str, int], parts: list[str], line: int) -> None:
    for count in range(1, len(parts) + 1):
        found.setdefault(".".join(parts[:count]), line)
