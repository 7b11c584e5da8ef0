"""A label that the organisation wants is missing, empty, or out of form.

The setting `labels` names each wanted label and its form: text, url, semver, rfc3339, spdx, hash or email;
`strict` forbids all others. Without the setting the rule says nothing.

    [rules.label-schema]
    labels = { "org.opencontainers.image.source" = "url", "org.opencontainers.image.licenses" = "spdx" }

Source: OCI image specification, "Annotations".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_FORMS: Final = {
    "text": r"[\s\S]*",
    "rawtext": r"[\s\S]*",
    "url": r"https?://[^\s/]+\S*",
    "semver": r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?",
    "rfc3339": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)",
    "spdx": r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*",
    "hash": r"[0-9a-f]{7}|[0-9a-f]{40}|[0-9a-f]{64}",
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
}
MAX_VALUE: Final = 2000


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each label of the final image that breaks the schema."""
    schema: dict[str, str] = RULE.option(model, "labels")
    strict = RULE.option(model, "strict")
    final = model.final
    if final is None or not (schema or strict):
        return
    found = set()
    for stage in model.lineage(final):
        for node in stage.instructions:
            if node.keyword != "LABEL":
                continue
            for name, value in node.pairs:
                found.add(name.value)
                text = model.scope_at(node, stage).value(value.raw if value else "", model.file.escape)
                span = value.span if value is not None and value.value else name.span
                yield from _check(schema, strict, name.value, text, "$" in (value.raw if value else ""), span)
    for wanted in sorted(set(schema) - found):
        yield RULE.at(final.from_.span, f"the label {wanted[:60]} is missing")


def _check(schema: dict[str, str], strict: bool, name: str, text: str, open_: bool, span: Span) -> Iterable[Finding]:
    if name not in schema:
        if strict:
            yield RULE.at(span, f"the label {name[:60]} is not in the schema")
        return
    if not text:
        if not open_:
            yield RULE.at(span, f"the label {name[:60]} is empty")
        return
    form = schema[name]
    if not re.fullmatch(_FORMS.get(form, _FORMS["text"]), text[:MAX_VALUE]):
        yield RULE.at(span, f"the label {name[:60]} is no {form}")


_SCHEMA: Final = {"labels": {"org.opencontainers.image.source": "url"}}
RULE = Rule(
    code="JT901",
    name="label-schema",
    group="policy",
    message="a label breaks the schema",
    check=check,
    needs_options=True,
    severity=Severity.MEDIUM,
    foreign=("DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"),
    options={"labels": {}, "strict": False},
    examples=(
        Example(before="FROM debian:bookworm\n", lines=(1,), options=_SCHEMA),
        Example(
            before="FROM debian:bookworm\nLABEL org.opencontainers.image.source=here other=1\n",
            lines=(2, 2),
            options={**_SCHEMA, "strict": True},
        ),
        Example(
            before="FROM debian:bookworm\nLABEL org.opencontainers.image.source=https://e.org/x\n",
            options=_SCHEMA,
        ),
        Example(before="FROM debian:bookworm\n"),
    ),
)
