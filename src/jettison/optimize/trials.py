"""Candidates are built, run and proven, one after the other, until the aim is reached or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.engine.failure import lacks_a_base
from jettison.errors import BuildError, DiskFullError
from jettison.knowledge.start_failures import spoken_of
from jettison.optimize.prove import SEEN_RUNNING, prove, redacted
from jettison.optimize.records import Attempt, BackedOut
from jettison.optimize.suspects import Suspects
from jettison.proof.claims import PROVEN, Proof, confirmed
from jettison.report.units import human_bytes, human_seconds
from jettison.rewrite.aim import by_aim, tries_all

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.optimize.builds import Builds, Built, Say
    from jettison.rewrite.candidates import Candidate

MAX_TRIES: Final = 8
# How much larger than the original a result may be, for what it gains elsewhere.
LARGER: Final = 1.01
# A rebuild counts as slower when it takes this many times as long as the original's, and this many seconds more.
SLOWER: Final = 1.5
SLOWER_SECONDS: Final = 1.0
# A slower rebuild counts as much as this many times the size.
SLOWER_AS_SIZE: Final = 2
# What is taken back where a candidate does not build: a later step may have made something that seemed to be there
# before, or a COPY needs what is no longer sent.
UNBUILT: Final = ("deps-stage", "dockerignore")
Make = Callable[[frozenset[str]], tuple["Candidate", ...]]


class Kept(NamedTuple):
    """A candidate that nothing refuted. without: ids of the changes that were taken back.

    slower: in words, how much longer than the original's its rebuild after a source line takes; "" where it does not.
    """

    candidate: Candidate
    built: Built
    proof: Proof
    without: frozenset[str]
    slower: str = ""

    @property
    def rank(self) -> tuple[bool, int]:
        """Return what makes one better than another: proven first, then smaller, a slower rebuild counted as size."""
        size = self.built.image.size_unpacked
        return self.proof.verdict != PROVEN, size * SLOWER_AS_SIZE if self.slower else size


class Trials:
    """The trials of one run. make: gives the candidates without some changes; until: time.monotonic() of the end."""

    def __init__(self, engine: Engine, builds: Builds, before: Built, make: Make, until: float, say: Say) -> None:
        self._engine = engine
        self._builds = builds
        self._before = before
        self.make = make
        self._until = until
        self._say = say
        self.attempts: list[Attempt] = []
        self.backed_out: list[BackedOut] = []
        # Name of a candidate -> how much longer its rebuild takes.
        self._slower: dict[str, str] = {}
        # Whether the last build failed for want of its base.
        self._based_on_nothing = False
        # Ids of the changes of which the last build's failure speaks.
        self._spoken_of: tuple[str, ...] = ()

    def choose(self, aim: str) -> Kept | None:
        """Return the first candidate that is kept, or with an aim that tries all the smallest of them."""
        best: Kept | None = None
        for candidate in by_aim(self.make(frozenset()), aim):
            suspects = Suspects()
            kept = self._try(candidate.name, suspects)
            self.backed_out += [each for each in suspects.taken if each not in self.backed_out]
            if kept is None:
                continue
            enough = not tries_all(aim) and not kept.slower
            if best is None or kept.rank < best.rank:
                best, kept = kept, best
            if kept is not None:
                self._builds.drop(self._engine, kept.built.tag)
            if enough:
                break
        if best is not None:
            self._say_why_others_lost(best)
        return best

    def _say_why_others_lost(self, best: Kept) -> None:
        size = best.built.image.size_unpacked
        for number, attempt in enumerate(self.attempts):
            if attempt.reason or attempt.size_unpacked is None or attempt.candidate == best.candidate.name:
                continue
            slower = self._slower.get(attempt.candidate, "")
            if slower and attempt.size_unpacked < size * LARGER:
                self.attempts[number] = replace(attempt, reason=slower)
                continue
            more = f"{human_bytes(attempt.size_unpacked - size)} larger than the smallest"
            why = more if attempt.size_unpacked > size else "the chosen one is proven"
            self.attempts[number] = replace(attempt, reason=why)

    def _try(self, name: str, suspects: Suspects) -> Kept | None:
        """Return a candidate as far as it could be kept: what was refuted is taken back, and it is tried again."""
        unbuilt: frozenset[str] = frozenset()
        for _ in range(MAX_TRIES):
            without = suspects.without | unbuilt
            # Building the original may take longer than that already: one candidate is tried in any case.
            if self.attempts and time.monotonic() > self._until:
                return None
            candidate = next((each for each in self.make(without) if each.name == name), None)
            if candidate is None:
                return None
            after = self._build(candidate, without)
            if after is None and self._based_on_nothing:
                return None
            if after is None:
                present = {change.id for change in candidate.changes} - without
                cause = next((each for each in (*self._spoken_of, *UNBUILT) if each in present), None)
                if cause is None:
                    return None
                unbuilt |= {cause}
                continue
            proof = redacted(self._confirmed(after, candidate), self._builds.redact)
            worse = after.image.size_unpacked > self._before.image.size_unpacked * LARGER
            reason = "; ".join(claim.title for claim in proof.refuted) or ("larger than the original" if worse else "")
            taken = tuple(sorted(without))
            self.attempts.append(Attempt(name, taken, proof.verdict, reason, after.image.size_unpacked))
            backed_out = suspects.blame(proof, candidate)
            causes = frozenset(each.change for each in backed_out) - {"multi-stage"}
            if not causes and not worse and not proof.refuted:
                rebuild, slower = self._timed(candidate)
                return Kept(candidate, replace(after, rebuild=rebuild), proof, without, slower)
            self._builds.drop(self._engine, after.tag)
            if not causes or "multi-stage" in {each.change for each in backed_out}:
                return None
        return None

    def _timed(self, candidate: Candidate) -> tuple[float | None, str]:
        """Return the seconds of a rebuild, and in words whether it is slow: measured again before that is said."""
        was, now = self._before.rebuild, self._builds.rebuild(self._engine, "after", candidate)
        if was is None or now is None or not _is_slower(was, now):
            return now, ""
        self._say("measuring the rebuilds once more")
        was = min(was, self._builds.rebuild(self._engine, "before", None) or was)
        now = min(now, self._builds.rebuild(self._engine, "after", candidate) or now)
        if not _is_slower(was, now):
            return now, ""
        text = f"a rebuild after one source line takes longer: {human_seconds(was)} -> {human_seconds(now)}"
        self._slower[candidate.name] = text
        return now, text

    def _build(self, candidate: Candidate, without: frozenset[str]) -> Built | None:
        self._say(f"trying {candidate.name}")
        number = len(self.attempts)
        self._based_on_nothing = False
        try:
            return self._builds.build(self._engine, f"try{number}", candidate.dockerfile, candidate.dockerignore)
        except BuildError as error:
            self._based_on_nothing = lacks_a_base(error)
            last = (error.log_tail.splitlines()[-1:] or [str(error)])[0]
            reason, self._spoken_of = self._builds.redact(last), spoken_of(last)
        except DiskFullError as error:
            # Room for the next one, which may be smaller.
            self._builds.drop(self._engine)
            reason, self._spoken_of = str(error), ()
        self.attempts.append(Attempt(candidate.name, tuple(sorted(without)), "not built", reason))
        return None

    def _confirmed(self, after: Built, candidate: Candidate) -> Proof:
        """Return the proof; what the running image refuted must be refuted by a second run as well."""
        proof = prove(self._before, after, candidate, self._builds.setting)
        if isinstance(after.behaviour, str) or not any(claim.id in SEEN_RUNNING for claim in proof.refuted):
            return proof
        self._say("running it once more")
        # It takes long where the program does not listen to that, and says nothing where no run refuted it.
        again = self._builds.run_again(after, stops=any(claim.id == "stop" for claim in proof.refuted))
        return confirmed(proof, prove(self._before, replace(after, behaviour=again), candidate, self._builds.setting))


def _is_slower(before: float, after: float) -> bool:
    return after > before * SLOWER and after > before + SLOWER_SECONDS
