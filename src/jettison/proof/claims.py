"""Claims and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
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
