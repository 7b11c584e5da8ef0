"""Claims and verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

PROVEN: Final = "proven"
NOT_PROVEN: Final = "not proven"
REFUTED: Final = "refuted"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about the new image, its verdict, and what was seen.

    causes: ids of the changes that can make the claim false, the smallest first; they are what a
    refutation takes back. decides: whether the rewrite counts as proven only when this holds.
    """

    id: str
    title: str
    verdict: str
    evidence: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    decides: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """All claims about one pair of images."""

    claims: tuple[Claim, ...]

    @property
    def refuted(self) -> tuple[Claim, ...]:
        """Return the claims that were shown to be false."""
        return tuple(claim for claim in self.claims if claim.verdict == REFUTED)

    @property
    def verdict(self) -> str:
        """Return refuted when any claim is; proven when all that decide are; else not proven."""
        if self.refuted:
            return REFUTED
        return PROVEN if all(c.verdict == PROVEN for c in self.claims if c.decides) else NOT_PROVEN


def confirmed(first: Proof, second: Proof) -> Proof:
    """Return the first proof, with what a second run of the new image does not refute again called flaky."""
    again = {(claim.id, claim.title): claim for claim in second.claims}
    claims = []
    for claim in first.claims:
        other = again.get((claim.id, claim.title))
        if claim.verdict == REFUTED and other is not None and other.verdict != REFUTED:
            seen = ("flaky: one of two runs of the new image differed", *claim.evidence)
            claim = replace(claim, verdict=NOT_PROVEN, evidence=seen, causes=())
        claims.append(claim)
    return Proof(tuple(claims))
