"""TZ or LANG names what the image does not have.

Small images hold no time-zone data: `TZ=Europe/Berlin` then silently means UTC, and times in logs and data are
an hour or two off. Debian's and Ubuntu's hold no locales but C, C.UTF-8 and POSIX: with `LANG=en_US.UTF-8`
programs warn and fall back to ASCII.

Where a RUN starts a script, which may bring either, nothing is reported.

Install tzdata, or take C.UTF-8 as the locale, which needs nothing.

Source: docker-library documentation, debian: "Locales"; Alpine Linux wiki, "Setting the timezone".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Confidence, Finding, Fix, Severity
from jettison.model.run import runs_unseen
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import BaseRef, Stage

# Without data every zone means UTC, so that Etc/UTC means what it says.
_ZONE: Final = re.compile(r"(?!Etc/(?:UTC|UCT|GMT|Universal|Zulu)\Z)[A-Z][A-Za-z_]+/[A-Z][\w/+-]+\Z")
_LOCALE: Final = re.compile(r"[a-z]{2}_[A-Z]{2}\.?[\w-]*\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such TZ, LANG or LC_ALL of the final image."""
    final = model.final
    base = model.lineage(final)[0].base if final is not None else None
    if final is None or base is None or base.unresolved:
        return
    no_zones, no_locales = _lacks(base)
    for stage in model.lineage(final) if no_zones or no_locales else ():
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "ENV" else ():
                text = value.value[:80] if value is not None else ""
                span = value.span if value is not None else name.span
                if (
                    no_zones
                    and name.value == "TZ"
                    and _ZONE.match(text)
                    and not _has(model, final, "tzdata", "zoneinfo")
                ):
                    yield RULE.at(
                        span, f"no time-zone data in the image: {text[:40]} means UTC", _fix("Install tzdata")
                    )
                wants = no_locales and name.value in ("LANG", "LC_ALL") and _LOCALE.match(text)
                if wants and not _has(model, final, "locale"):
                    yield RULE.at(span, f"no locale {text[:20]} in the image", _fix("Use C.UTF-8"))


def _lacks(base: BaseRef) -> tuple[bool, bool]:
    """Return whether the image lacks time zones, and locales."""
    tag = base.tag or ""
    if base.name == "alpine" or (base.name in ("node", "golang", "rust", "ruby") and "alpine" in tag):
        return True, False
    if base.name == "ubuntu":
        return True, True
    slim = base.name == "debian" and "slim" in tag
    return False, slim or base.name == "debian" or (base.name in ("python", "node", "ruby") and "slim" in tag)


def _has(model: Model, final: Stage, *words: str) -> bool:
    return any(
        word in model.source.text(node.span)
        for stage in model.lineage(final)
        for node in stage.instructions
        if node.keyword in ("RUN", "COPY", "ADD")
        for word in words
    ) or any(runs_unseen(c) for run in model.runs if model.in_final_image(run.stage) for c in run.commands)


def _fix(title: str) -> Fix:
    return Fix(title, (), SHOW)


RULE = Rule(
    code="JT493",
    name="time-zone-or-locale-missing",
    group="runtime",
    message="TZ or LANG names what the image does not have",
    check=check,
    triggers=("tz", "lang", "lc_all"),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(before="FROM alpine:3.20\nENV TZ=Europe/Berlin\n", lines=(2,)),
        Example(before="FROM debian:bookworm-slim\nENV LANG=en_US.UTF-8\n", lines=(2,)),
        Example(before="FROM alpine:3.20\nRUN apk add --no-cache tzdata\nENV TZ=Europe/Berlin\n"),
        Example(before="FROM debian:bookworm-slim\nENV LANG=C.UTF-8 TZ=UTC\n"),
        Example(before="FROM ubuntu:24.04\nENV TZ=Etc/UTC\n"),
        Example(before="FROM ubuntu:24.04\nCOPY . /b\nRUN /b/prepare.sh\nENV LANG=en_US.UTF-8\n"),
        Example(
            before="FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y locales && locale-gen en_US.UTF-8\nENV LANG=en_US.UTF-8\n"
        ),
    ),
)
