"""`jettison config show [PATH]`: the settings in force for a path, and where each came from."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from typing import TYPE_CHECKING, Final

from jettison.cli.options import Option
from jettison.findings import Severity
from jettison.terminal import safe, safe_line

if TYPE_CHECKING:
    from jettison.settings.settings import Scanning, Settings

OPTIONS: Final = (
    Option(("action",), "show: print the settings in force", {"choices": ("show",), "metavar": "show"}),
    Option(("path",), "a file or folder (default: this folder)", {"nargs": "?", "default": ".", "metavar": "PATH"}),
    Option(("--config",), "the settings file to read", {"metavar": "FILE", "default": ""}),
)


def run(args: argparse.Namespace) -> int:
    """Print every setting as TOML, with its place as a comment."""
    from jettison.settings.find import Finder

    finder = Finder()
    path = os.path.join(args.path, "") if os.path.isdir(args.path) else args.path
    settings = finder.read(args.config) if args.config else finder.settings_for(path)
    sys.stdout.write(_rendered(settings))
    return 0


def _rendered(settings: Settings) -> str:
    from jettison.settings.table import KEYS

    shown = _values(settings)
    out = [f"# {safe_line(settings.path) or 'no settings file: everything is at its default'}\n"]
    tables: list[str] = []
    for key in KEYS:
        origin = f"# {safe_line(settings.origins.get(key.name, 'default'))}"
        value = shown[key.name]
        if isinstance(value, dict):
            tables.append(_table(key.name, value, origin))
        else:
            out.append(f"{key.name} = {_toml(value)}  {origin}\n")
    return "".join((*out, *tables))


def _values(settings: Settings) -> dict[str, object]:
    from jettison.rules.index import entries

    default = sorted(entry.code for entry in entries() if entry.default)
    return {
        "select": sorted(settings.select) if settings.select is not None else default,
        "extend-select": sorted(settings.extend_select),
        "ignore": sorted(settings.ignore),
        "required": sorted(settings.required),
        "severity": {code: Severity.NAMES[number] for code, number in sorted(settings.severity.items())},
        "per-path-ignores": {pattern: sorted(codes) for pattern, codes in settings.path_ignores},
        "exclude": list(settings.exclude),
        "fail-on": settings.fail_on or "low",
        "foreign-comments": settings.foreign_comments,
        "shellcheck": settings.shellcheck,
        "plugins": list(settings.plugins) if isinstance(settings.plugins, tuple) else settings.plugins,
        "rule-paths": list(settings.rule_paths),
        # Values of the environment may be secrets: only their names are shown.
        "optimize": {
            "probes": list(settings.optimize.probes),
            "checks": list(settings.optimize.checks),
            "touch": settings.optimize.touch,
            "env": dict.fromkeys(settings.optimize.env, "***"),
            "build-args": dict.fromkeys(settings.optimize.build_args, "***"),
        }
        if "optimize" in settings.origins
        else {},
        "scan": _scan(settings.scan) if "scan" in settings.origins else {},
        # Only what was set; the other options are on the pages of their rules.
        "rules": {code: dict(options) for code, options in sorted(settings.options.items())},
    }


def _scan(scan: Scanning) -> dict[str, object]:
    values = {
        name.replace("_", "-"): value for name, value in scan._asdict().items() if name not in ("ignore", "severity")
    }
    set_ = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value not in ("", None)
    }
    # One line each: an array of inline tables says the same as [[scan.ignore]].
    return {**set_, "ignore": [dict(entry) for entry in scan.ignore], "severity": dict(scan.severity)}


def _table(name: str, value: dict[str, object], origin: str) -> str:
    plain = {key: item for key, item in value.items() if not isinstance(item, dict)}
    out = [] if value and not plain else [f"\n[{name}]  {origin}\n"]
    out += [f"{_key(key)} = {_toml(item)}\n" for key, item in plain.items()]
    for key, item in value.items():
        if isinstance(item, dict):
            out.append(f"\n[{name}.{_key(key)}]  {origin}\n")
            out += [f"{_key(inner)} = {_toml(given)}\n" for inner, given in item.items()]
    return "".join(out)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (int, date)):
        return str(value)
    import json

    # A JSON text is a TOML basic string, but for the surrogates of undecodable bytes.
    return json.dumps(safe(str(value)))
