"""Which changes of a candidate are taken back, one trial after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.optimize.prove import blamed
from jettison.optimize.records import BackedOut
from jettison.proof.claims import PROVEN

if TYPE_CHECKING:
    from jettison.proof.claims import Proof
    from jettison.rewrite.candidates import Candidate


class Suspects:
    """What is to blame for what does not hold.

    A change that was taken back, and the next trial saw exactly the same, was not to blame: it comes back, and the next
    one is taken. When none is left, all of these are taken back together.
    """

    __slots__ = ("_innocent", "_last", "_seen", "_together", "taken")

    def __init__(self) -> None:
        self.taken: tuple[BackedOut, ...] = ()
        self._last: tuple[BackedOut, ...] = ()
        self._seen: tuple[object, ...] = ()
        self._innocent: tuple[BackedOut, ...] = ()
        self._together = False

    @property
    def without(self) -> frozenset[str]:
        """Return the ids of the changes that are taken back."""
        return frozenset(each.change for each in self.taken)

    def blame(self, proof: Proof, candidate: Candidate) -> tuple[BackedOut, ...]:
        """Take back the next to blame for what a trial saw, and return it; empty: nothing would help."""
        seen = tuple((claim.id, claim.verdict, claim.evidence) for claim in proof.claims if claim.verdict != PROVEN)
        if self._last and seen and seen == self._seen:
            self.taken = tuple(each for each in self.taken if each not in self._last)
            self._innocent += self._last
        self._seen = seen
        found = blamed(proof, candidate, self.without | {each.change for each in self._innocent})
        if proof.refuted and self._innocent and not self._together and not {c.change for c in found} - {"multi-stage"}:
            self._together = True
            found, self._innocent = self._innocent, ()
        self._last = found
        self.taken += found
        return found
