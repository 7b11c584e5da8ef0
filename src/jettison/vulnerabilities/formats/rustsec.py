"""RustSec's own form: Markdown that begins with a block of TOML, or TOML alone.

Source: rustsec/advisory-db, README ("Advisory Format"); requirements as Cargo reads them (doc.rust-lang.org/cargo,
"Specifying Dependencies").
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.advisory import Advisory, Affected, Clause
from jettison.vulnerabilities.severity import UNKNOWN, by_score, score_of
from jettison.vulnerabilities.sink import Sink, date_of, identifier, identifiers, summary_of, web_address

_BLOCK: Final = re.compile(r"\A\s*```toml\s*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TITLE: Final = re.compile(r"^# +(.+)$", re.MULTILINE)
_PART: Final = re.compile(r"\s*(\^|~|>=|<=|=|<|>)?\s*(\d+(?:\.(?:\d+|\*))*(?:[-+][0-9A-Za-z.+-]+)?|\*)\s*\Z")


def fits(text: str) -> bool:
    """Return whether a text is in this format."""
    return "[advisory]" in text[:4096] and (text.lstrip().startswith("```toml") or "RUSTSEC-" in text[:4096])


def read(text: str, sink: Sink) -> None:
    """Take one advisory."""
    block = _BLOCK.match(text)
    try:
        data = tomllib.loads(block[1] if block else text)
    except (tomllib.TOMLDecodeError, RecursionError):
        sink.skipped("damaged TOML")
        return
    entry, versions = mapping(data.get("advisory")), mapping(data.get("versions") or data.get("advisory"))
    name, package = identifier(entry.get("id")), clean(entry.get("package"), 200)
    sink.covers("crates.io")
    sink.dated(date_of(entry.get("date")))
    if entry.get("withdrawn"):
        sink.skipped("withdrawn by its publisher")
        return
    if not name or not package:
        sink.skipped("an advisory without a name")
        return
    safe = [
        clause
        for key in ("patched", "patched_versions", "unaffected", "unaffected_versions")
        for one in sequence(versions.get(key))[:200]
        if (clause := requirement(clean(one, 300))) is not None
    ]
    vector = clean(entry.get("cvss"), 512)
    score = score_of(vector) if vector else None
    title = _TITLE.search(text[block.end() :]) if block else None
    sink.advisory(
        Advisory(
            name,
            (Affected("crates.io", package, ((),), (), tuple(safe), clean(entry.get("informational"), 40)),),
            identifiers(entry.get("aliases")),
            identifiers(entry.get("related")),
            summary_of(title[1] if title else "", entry.get("title"), entry.get("description")),
            by_score(score) if score is not None else UNKNOWN,
            score,
            vector if score is not None else "",
            web_address(entry.get("url")) or f"https://rustsec.org/advisories/{name}.html",
            date_of(entry.get("date")),
        )
    )


def requirement(text: str) -> Clause | None:
    """Return the clause of a Cargo requirement such as "^1.2, < 1.5"; None when it is none."""
    found: list[tuple[str, str]] = []
    for part in text.split(","):
        match = _PART.match(part)
        if match is None:
            return None
        found += _bounds(match[1] or "^", match[2])
    return tuple(found)


def _bounds(operator: str, version: str) -> list[tuple[str, str]]:
    if version == "*":
        return []
    core = version.partition("-")[0].partition("+")[0]
    numbers: list[Any] = [int(one) for one in core.split(".") if one != "*"]
    if "*" in core:
        operator = "~" if len(numbers) > 1 else "^~"
        version = ".".join(map(str, numbers))
    if operator in (">=", "<", ">", "<="):
        return [(operator, version)]
    if operator == "=" and len(numbers) == 3:
        return [("=", version)]
    # A partial version stands for all that begin with it; what comes next has no pre-release in range.
    place = _last_kept(operator, numbers)
    upper = [*numbers[:place], numbers[place] + 1]
    return [(">=", version), ("<", ".".join(map(str, upper + [0] * (3 - len(upper)))) + "-0")]


def _last_kept(operator: str, numbers: list[int]) -> int:
    """Return which number is raised for the upper bound."""
    if operator == "^":
        return next((at for at, one in enumerate(numbers) if one), len(numbers) - 1)
    if operator == "~":
        return min(1, len(numbers) - 1)
    return len(numbers) - 1
