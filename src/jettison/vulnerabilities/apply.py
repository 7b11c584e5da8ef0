"""What does not count, taken out of the findings: exemptions, VEX statements, and what no version fixes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from jettison.vulnerabilities.exemptions import Exemption, expired
from jettison.vulnerabilities.openvex import NOT_COUNTED, Statement
from jettison.vulnerabilities.vulnerability import Findings, Ignored, Match


def apply(
    findings: Findings,
    exemptions: Sequence[Exemption],
    statements: Sequence[Statement],
    image: tuple[str, ...],
    now: datetime,
    only_fixed: bool,
) -> Findings:
    """Return the findings without what does not count; that is listed as ignored. An exemption past its end is told."""
    kept: list[Match] = []
    ignored: list[Ignored] = list(findings.ignored)
    notes = list(findings.notes)
    for match in findings.matches:
        package = findings.packages[match.package]
        said = [one for one in statements if one.covers(match, package, image)]
        # The latest statement holds.
        if said and said[-1].status in NOT_COUNTED:
            reason = ": ".join(dict.fromkeys((said[-1].status, said[-1].reason)))
            ignored.append(Ignored(match, reason, said[-1].place))
            continue
        named = [one for one in exemptions if one.covers(match, package)]
        valid = next((one for one in named if not expired(one, now)), None)
        if valid is not None:
            ignored.append(Ignored(match, valid.reason, valid.place))
            continue
        notes += [f"{one.place}: the exemption of {one.id} ended on {one.expires}" for one in named]
        if only_fixed and not match.fixed:
            continue
        kept.append(match)
    if only_fixed and len(kept) + len(ignored) < len(findings.matches) + len(findings.ignored):
        hidden = len(findings.matches) + len(findings.ignored) - len(kept) - len(ignored)
        notes.append(f"{hidden} without a fix are left out (--only-fixed)")
    return replace(findings, matches=tuple(kept), ignored=tuple(ignored), notes=tuple(dict.fromkeys(notes)))
