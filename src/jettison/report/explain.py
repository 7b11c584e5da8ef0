"""The documentation of a rule, from the rule itself: for the terminal and for the reference."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from jettison.findings import APPLICABILITY_NAMES, Confidence, Effort, Severity
from jettison.rules.base import Example, Rule
from jettison.terminal import Palette


def render_list(rules: Iterable[Rule], palette: Palette) -> str:
    """Return one line per rule."""
    return "".join(f"{palette(rule.code, 'cyan')} {rule.name:<28} {rule.message}\n" for rule in rules)


def render_rule(rule: Rule, palette: Palette) -> str:
    """Return the page of one rule for a terminal."""
    parts = [palette(f"{rule.code} {rule.name}", "bold"), "", _prose(rule), "", _facts(rule), ""]
    for example in rule.examples:
        parts.append(palette("Reported:" if example.lines else "Not reported:", "bold"))
        parts.extend(f"    {line}" for line in example.before.splitlines())
        if example.after is not None:
            parts.append(palette(f"After the {APPLICABILITY_NAMES[example.level]} fix:", "bold"))
            parts.extend(f"    {line}" for line in example.after.splitlines())
        parts.append("")
    return "\n".join(parts)


def render_markdown(rule: Rule) -> str:
    """Return the page of one rule for the reference."""
    examples = "".join(_example_markdown(example) for example in rule.examples)
    return f"# {rule.code} {rule.name}\n\n{_prose(rule)}\n\n{_facts(rule)}\n\n{examples}".rstrip() + "\n"


def _example_markdown(example: Example) -> str:
    title = f"Reported on line {', '.join(map(str, example.lines))}" if example.lines else "Not reported"
    text = f"{title}:\n\n```dockerfile\n{example.before}```\n\n"
    if example.after is not None:
        level = APPLICABILITY_NAMES[example.level]
        text += f"After the {level} fix:\n\n```dockerfile\n{example.after}```\n\n"
    return text


def _prose(rule: Rule) -> str:
    return (sys.modules[rule.check.__module__].__doc__ or "").strip()


def _facts(rule: Rule) -> str:
    off = "" if rule.default else " Off unless selected."
    foreign = f" Also known as {', '.join(rule.foreign)}." if rule.foreign else ""
    differs = f" {rule.differs}" if rule.differs else ""
    settings = "".join(f"\n- setting `{name}`, default `{value!r}`" for name, value in rule.options.items())
    return (
        f"Group {rule.group}, severity {Severity.NAMES[rule.severity]}, "
        f"confidence {Confidence.NAMES[rule.confidence]}, effort {Effort.NAMES[rule.effort]}.{off}{foreign}{differs}"
        + (f"\n{settings}" if settings else "")
    )
