"""Writes the editor schema and the page of the settings from their table and the rules' own options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jettison.findings import Severity
from jettison.rules.index import ENTRIES, load
from jettison.settings.hadolint_file import KEYS as HADOLINT_KEYS
from jettison.settings.scan_table import FAIL_LEVELS, GRADES
from jettison.settings.scan_table import KINDS as SCAN_KINDS
from jettison.settings.table import KEYS

DOCS = Path(__file__).parent.parent / "docs"
SCHEMA = DOCS / "settings.schema.json"
PAGE = DOCS / "settings.md"
RULE_LIST = {"type": "array", "items": {"$ref": "#/$defs/rule"}}
TEXTS = {"type": "array", "items": {"type": "string"}}
LEVELS = list(Severity.NAMES)
KINDS: dict[str, dict[str, Any]] = {
    "rules": RULE_LIST,
    "texts": TEXTS,
    "bool": {"type": "boolean"},
    "level": {"enum": [*LEVELS, "never"]},
    "severities": {"type": "object", "additionalProperties": {"enum": LEVELS}},
    "path-rules": {"type": "object", "additionalProperties": RULE_LIST},
    "proof": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "probes": TEXTS,
            "checks": TEXTS,
            "touch": {"type": "string"},
            "env": {"type": "object", "additionalProperties": {"type": "string"}},
            "build-args": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    },
    "scan": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "fail-on": {"enum": list(FAIL_LEVELS)},
            "scanners": {"type": "array", "items": {"enum": list(SCAN_KINDS)}},
            "only-fixed": {"type": "boolean"},
            "max-age": {"type": "integer", "minimum": 0},
            "vex": TEXTS,
            "ignore-files": TEXTS,
            "severity": {"type": "object", "additionalProperties": {"enum": list(GRADES)}},
            "ignore": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["id", "reason"],
                    # A date of TOML is no text of JSON: editors show it as one.
                    "properties": {**{key: {"type": "string"} for key in ("id", "package", "reason")}, "expires": {}},
                },
            },
        },
    },
    "plugins": {"anyOf": [{"type": "boolean"}, TEXTS]},
}
HEAD = """\
# Settings

Settings are read from `jettison.toml`, or from `[tool.jettison]` in `pyproject.toml`: the nearest one above the
Dockerfile governs it. `--config FILE` names another, `--no-config` none. `jettison config show [PATH]` prints what is in
force and where each value comes from. Editors complete and check `jettison.toml` with
[settings.schema.json](settings.schema.json).

Wherever a rule is named, its code (`JT104`), its name, its group, and ids of other tools (`DL3009`, `hadolint/DL3009`)
are understood. A mistake ends the run with exit code 2 and names file, line, key and what was probably meant.

`plugins` and `rule-paths` run Python code that the settings name. Check a repository that you do not trust with
`--no-config`.

"""
HADOLINT = """\
## A project with hadolint's file

Where no settings of Jettison exist, the nearest `.hadolint.yaml` or `.hadolint.yml` is read as it is. Understood: {keys}.
`format` and `no-color` change nothing. hadolint's severities error, warning, info and style become high, medium,
low and info.
"""


def schema_text() -> str:
    """Return the JSON schema of `jettison.toml`."""
    properties = {
        key.name: {"description": key.summary, **(_rules() if key.kind == "rule-options" else KINDS[key.kind])}
        for key in KEYS
    }
    names = sorted({name for e in ENTRIES for name in (e.code, e.name, e.group, *e.foreign)})
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jettison.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": {"rule": {"type": "string", "examples": names}},
    }
    return json.dumps(schema, indent=2) + "\n"


def page_text() -> str:
    """Return the page for people."""
    rows = "".join(
        f"### {key.name}\n\n{key.summary[0].upper()}{key.summary[1:]}. Default: {key.default}.\n\n"
        f"```toml\n{key.example}\n```\n\n"
        for key in KEYS
    )
    options = "".join(
        f"| {rule.code} {rule.name} | `{name}` | `{json.dumps(_plain(value))}` |\n"
        for rule in (load(entry.code) for entry in ENTRIES)
        for name, value in rule.options.items()
    )
    table = f"## Options of rules\n\n| rule | option | default |\n| --- | --- | --- |\n{options}\n"
    keys = ", ".join(f"`{key}`" for key in HADOLINT_KEYS if key not in ("format", "no-color"))
    return f"{HEAD}## Keys\n\n{rows}{table}{HADOLINT.format(keys=keys)}"


def _rules() -> dict[str, Any]:
    """Return the schema of `rules`: each rule that has options, by code and by name."""
    found: dict[str, Any] = {}
    for entry in ENTRIES:
        options = load(entry.code).options
        if options:
            properties = {name: _kind(value) for name, value in options.items()}
            found[entry.code] = found[entry.name] = {
                "type": "object",
                "additionalProperties": False,
                "properties": properties,
            }
    return {"type": "object", "properties": found}


def _kind(default: object) -> dict[str, Any]:
    shown = {"default": _plain(default)}
    if isinstance(default, bool):
        return {"type": "boolean", **shown}
    if isinstance(default, int):
        return {"type": "integer", **shown}
    if isinstance(default, str):
        return {"type": "string", **shown}
    if isinstance(default, (list, tuple)):
        return {**TEXTS, **shown}
    return {"type": "object", "additionalProperties": {"type": "string"}, **shown}


def _plain(value: object) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, dict) else value


if __name__ == "__main__":
    SCHEMA.write_text(schema_text())
    PAGE.write_text(page_text())
