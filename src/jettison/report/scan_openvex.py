"""A scan as OpenVEX: every match as "affected" or "under_investigation", what was exempted as "not_affected".

A person edits it and gives it back with --vex. Source: OpenVEX specification 0.2.0.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from jettison import __version__
from jettison.terminal import Palette, safe_line
from jettison.vulnerabilities.openvex import CONTEXT
from jettison.vulnerabilities.scan import image_names, ranked

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match

_SPACE: Final = uuid.UUID("0d5f5f3e-5f0c-5a3b-8a55-0d6a2f7c1f10")


def render(scan: Scan, palette: Palette | None = None, everything: bool = True) -> str:
    """Return the document."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    statements = [_statement(scan, match) for match in sorted(scan.findings.matches, key=ranked)]
    for one in scan.findings.ignored:
        said = {"status": "not_affected", "impact_statement": safe_line(one.reason)}
        statements.append({**_subject(scan, one.match), **said})
    # A package in several places is one product.
    statements = list({json.dumps(one): one for one in statements}.values())
    content = json.dumps(statements, sort_keys=True)
    document = {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{uuid.uuid5(_SPACE, content)}",
        "author": "Jettison",
        "role": "scanner",
        "timestamp": now,
        "version": 1,
        "tooling": f"jettison {__version__}",
        "statements": statements,
    }
    return json.dumps(document, indent=2) + "\n"


def _statement(scan: Scan, match: Match) -> dict[str, Any]:
    subject = _subject(scan, match)
    if match.fixed:
        package = scan.findings.packages[match.package]
        action = safe_line(f"update {package.name} to {match.fixed[0]}")
        return {**subject, "status": "affected", "action_statement": action}
    if match.status == "undetermined":
        return {**subject, "status": "under_investigation"}
    return {**subject, "status": "affected", "action_statement": safe_line(f"no fix is known ({match.status})")}


def _subject(scan: Scan, match: Match) -> dict[str, Any]:
    found = match.vulnerability
    names = {"name": safe_line(found.id), "aliases": [safe_line(one) for one in found.aliases]}
    purl = safe_line(scan.findings.packages[match.package].purl)
    image = image_names(scan.subject)
    product = {"@id": safe_line(image[-1]), "subcomponents": [{"@id": purl}]} if image else {"@id": purl}
    return {"vulnerability": names, "products": [product]}
