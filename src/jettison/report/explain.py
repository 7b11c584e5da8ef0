"""The documentation of a rule, from the rule itself: for the terminal and for the reference."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from jettison.findings import APPLICABILITY_NAMES, Confidence, Effort, Impact, Severity
from jettison.image.finding_kinds import ImageFinding
from jettison.lint.engine import check_bytes
from jettison.report.measured_rules import measured
from jettison.report.units import human_bytes, human_seconds
from jettison.rules.base import Example, Rule
from jettison.terminal import Palette

WIDTH: Final = 100


class Section(NamedTuple):
    """A part of a rule's page: a heading and plain lines."""

    title: str
    lines: tuple[str, ...]


def render_list(rules: Iterable[Rule | ImageFinding], palette: Palette) -> str:
    """Return one line per rule."""
    return "".join(f"{palette(rule.code, 'cyan')} {rule.name:<28} {rule.message}\n" for rule in rules)


def render_image_finding(kind: ImageFinding, palette: Palette) -> str:
    """Return the page of a finding that only a built image shows."""
    lines = [*textwrap.wrap(kind.about, WIDTH), "", *textwrap.wrap(kind.todo, WIDTH)]
    made = "Made by `jettison check FILE --image IMAGE` and `jettison optimize`; no rule of a Dockerfile alone."
    return "\n".join([palette(f"{kind.code} {kind.name}", "bold"), "", *lines, "", made, ""])


def render_rule(rule: Rule, palette: Palette) -> str:
    """Return the page of one rule for a terminal."""
    parts = [palette(f"{rule.code} {rule.name}", "bold"), "", _prose(rule), ""]
    for example in rule.examples:
        parts.append(palette(_title(example, rule), "bold"))
        parts.extend(f"    {line}" for line in example.before.splitlines())
        if example.after is not None:
            parts.append(palette(f"After the {APPLICABILITY_NAMES[example.level]} fix:", "bold"))
            parts.extend(f"    {line}" for line in example.after.splitlines())
        parts.append("")
    for section in _sections(rule):
        parts += [palette(section.title, "bold"), *(f"  {line.replace('`', '')}" for line in section.lines), ""]
    return "\n".join(parts)


def render_markdown(rule: Rule) -> str:
    """Return the page of one rule for the reference."""
    examples = "".join(_example_markdown(example, rule) for example in rule.examples)
    sections = "".join(
        f"## {section.title}\n\n" + "".join(f"- {line}\n" for line in section.lines) + "\n"
        for section in _sections(rule)
    )
    return f"# {rule.code} {rule.name}\n\n{_prose(rule)}\n\n## Examples\n\n{examples}{sections}".rstrip() + "\n"


def _example_markdown(example: Example, rule: Rule) -> str:
    text = f"{_title(example, rule)}\n\n```dockerfile\n{example.before}```\n\n"
    if example.after is not None:
        level = APPLICABILITY_NAMES[example.level]
        text += f"After the {level} fix:\n\n```dockerfile\n{example.after}```\n\n"
    return text


def _title(example: Example, rule: Rule) -> str:
    with_files = f", beside {', '.join(name for name, _ in example.files)}" if example.files else ""
    if not example.lines:
        return f"Good, not reported{with_files}:"
    return f"Bad, reported on line {', '.join(map(str, example.lines))}{with_files}:"


def _prose(rule: Rule) -> str:
    return (sys.modules[rule.check.__module__].__doc__ or "").strip()


def _sections(rule: Rule) -> tuple[Section, ...]:
    return (
        Section("Fix", _fix(rule)),
        Section("Impact", _impact(rule)),
        Section("Configuration", _configuration(rule)),
        Section("In other tools", _elsewhere(rule)),
    )


def _fix(rule: Rule) -> tuple[str, ...]:
    levels = sorted({example.level for example in rule.examples if example.after is not None}, reverse=True)
    effort = f"effort by hand: {Effort.NAMES[rule.effort]}"
    if not levels:
        return ("by hand: what to write instead depends on the project", effort)
    commands = {0: "shown by `jettison check`", 1: "`jettison fix --unsafe`", 2: "`jettison fix`"}
    return (*(f"{APPLICABILITY_NAMES[level]}: {commands[level]}" for level in levels), effort)


def _impact(rule: Rule) -> tuple[str, ...]:
    lines = [
        f"group {rule.group}, severity {Severity.NAMES[rule.severity]}, confidence {Confidence.NAMES[rule.confidence]}"
    ]
    claims = dict.fromkeys(text for example in rule.examples for text in _claims(rule, example))
    lines += claims or ("no figure is claimed: what it gains is said above",)
    lines += [_measured(row) for row in measured(rule.code)]
    return tuple(lines)


def _measured(row: dict[str, Any]) -> str:
    less = row["before"] - row["after"]
    bases = f" ({row['bases']})" if row["bases"] else ""
    # A tar is padded: some bytes of difference are noise.
    gained = f"{human_bytes(less)} less" if less > 100_000 else "no less on this base"
    sizes = f"{human_bytes(row['before'])} -> {human_bytes(row['after'])}"
    return f"measured with example {row['example']}, built before and after its fix on {row['engine']}{bases}: {sizes}, {gained}"


def _claims(rule: Rule, example: Example) -> list[str]:
    if not example.lines or example.files:
        return []
    options = {rule.code: example.options}
    report = check_bytes(example.before.encode(), "Dockerfile", None, frozenset([rule.code]), options=options)
    return [text for finding in report.findings if finding.code == rule.code for text in _claim(finding.impact)]


def _claim(impact: Impact) -> list[str]:
    kinds = (
        (impact.bytes_saved, human_bytes, "of the image"),
        (impact.seconds_saved, human_seconds, "of a rebuild"),
        (impact.context_bytes, human_bytes, "of the build context"),
    )
    return [
        f"{impact.basis} for an example: {show(pair[0])} to {show(pair[1])} {what}"
        for pair, show, what in kinds
        if pair is not None
    ]


def _configuration(rule: Rule) -> tuple[str, ...]:
    state = "on by default" if rule.default else f'off by default; `extend-select = ["{rule.code}"]` turns it on'
    options = [f"option `{name}` in `[rules.{rule.code}]`, default `{value!r}`" for name, value in rule.options.items()]
    mute = f"mute one place with a comment above it: `# jettison: ignore={rule.code} reason`"
    return (state, *options, f'off for a project: `ignore = ["{rule.code}"]`', mute)


def _elsewhere(rule: Rule) -> tuple[str, ...]:
    if not rule.foreign:
        return ("no other tool that is known has this check",)
    known = f"known as {', '.join(f'`{name}`' for name in rule.foreign)}; these ids work here too"
    return (known, *([f"how it differs: {rule.differs}"] if rule.differs else []))
