"""What another scanner says of one package."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foreign:
    """id, aliases: names of the vulnerability; fixed: versions that fix it; status: "fixed", "not fixed" or its word.

    purl: the package, "" when it names none; name, version, type (of a purl): what it says instead.
    diff_id: the layer it was found in, "" when it does not say.
    """

    id: str
    aliases: tuple[str, ...]
    severity: str
    score: float | None
    vector: str
    summary: str
    url: str
    fixed: tuple[str, ...]
    status: str
    purl: str
    type: str
    name: str
    version: str
    path: str = ""
    diff_id: str = ""
