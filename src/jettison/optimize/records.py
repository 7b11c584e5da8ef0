"""What an optimisation was asked for and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jettison.vulnerabilities.judgement import NOTHING_SAID, Said

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.image.inspection import Inspection
    from jettison.optimize.branch import Stop
    from jettison.optimize.costs import LineCost
    from jettison.proof.claims import Proof
    from jettison.proof.measure import Measurement
    from jettison.rewrite.candidates import Candidate, Change
    from jettison.span import SourceText
    from jettison.vulnerabilities.image_counts import ImageCounts
    from jettison.vulnerabilities.vulnerability import Findings


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked `optimize` to do.

    project: the folder that is the build context; dockerfile: path of the Dockerfile, or None for
    the default name; budget_seconds: no new build is started after this long; probe_commands: run on this
    machine while the container runs; online: the containers may reach the outside network; aim: "safe", "small"
    or "smallest"; commit: each change of the result is measured by itself; services: what the
    Compose file beside it says that it needs is started; recorded: a proven result of an earlier run may be
    returned, and this one is kept; dependency_change: a rebuild after one is measured too, for original and winner;
    said: what of the known vulnerabilities counts, before the settings say so.
    """

    project: str
    dockerfile: str | None = None
    engine: str | None = None
    build: bool = True
    network: str | None = None
    build_args: dict[str, str] = field(default_factory=dict)
    probes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    budget_seconds: float = 1800.0
    source_file: str | None = None
    probe_commands: tuple[str, ...] = ()
    online: bool = False
    aim: str = "small"
    trace: bool = True
    commit: bool = False
    services: bool = True
    recorded: bool = False
    dependency_change: bool = False
    said: Said = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Attempt:
    """One candidate that was built, or could not be, and what became of it.

    outcome: "proven", "not proven", "refuted" or "not built"; reason: one line a person understands.
    """

    candidate: str
    without: tuple[str, ...]
    outcome: str
    reason: str
    size_unpacked: int | None = None

    @property
    def title(self) -> str:
        """Return the candidate's name, with the changes that had been taken back by then."""
        return f"{self.candidate} ({', '.join(self.without)} taken back)" if self.without else self.candidate


@dataclass(frozen=True, slots=True)
class BackedOut:
    """A change that the proof refuted, and the evidence."""

    change: str
    claim: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two images: all that an inspection tells, and what each line costs; no text holds a secret.

    seen: None in a result of an earlier run, as is known; packages: how many.
    known: None without a database; vulnerabilities: None also where it speaks of none of the packages.
    """

    seen: Inspection | None
    packages: int
    costs: tuple[LineCost, ...]
    vulnerabilities: ImageCounts | None = None
    known: Findings | None = None

    @property
    def inspection(self) -> Inspection:
        """Return what the inspection tells; a result of an earlier run has none."""
        assert self.seen is not None
        return self.seen


@dataclass(frozen=True, slots=True)
class Gone:
    """What the original has and the result has not, and the other way round; the same by the same name of a package.

    vulnerabilities, exploited, new_vulnerabilities: None where no data speaks of both images.
    """

    packages: int
    new_packages: int
    vulnerabilities: int | None = None
    exploited: int | None = None
    new_vulnerabilities: int | None = None


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """What an image was: digest of its configuration, diff ids of its layers, os/architecture."""

    digest: str
    layers: tuple[str, ...]
    platform: str


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """A base image as the engine knows it; id "" where only its builder holds it."""

    name: str
    id: str
    digests: tuple[str, ...]
    platform: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a report needs.

    verdict: "proven" (built, compared, all claims that decide hold), "not proven" (nothing refuted,
    but something could not be shown), "unchanged" (nothing to gain was found) or "refused" (every
    candidate was refuted or failed to build).
    sides: the original, and the winner where there is one; gone: what differs between both.
    unproven_reason says in one line why nothing was proven, with what to do.
    run_as: which service of a Compose file both images were started as, "" for their own start command.
    compose: the Compose files that say what the image needs, with the digests of their contents.
    recorded_at: seconds since the epoch when an earlier run proved this; None for what this run did.
    """

    request: Request
    dockerfile: str
    ignore_path: str
    source: SourceText
    ignore_before: bytes | None
    findings: tuple[Finding, ...]
    verdict: str
    chosen: Candidate | None = None
    changes: tuple[Change, ...] = ()
    diff: str = ""
    engine: str | None = None
    before: Measurement | None = None
    after: Measurement | None = None
    proof: Proof | None = None
    attempts: tuple[Attempt, ...] = ()
    backed_out: tuple[BackedOut, ...] = ()
    unproven_reason: str = ""
    build_failure: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    costs: tuple[LineCost, ...] = ()
    sides: tuple[Side, ...] = ()
    gone: Gone | None = None
    image_before: ImageRecord | None = None
    image_after: ImageRecord | None = None
    bases: tuple[BaseRecord, ...] = ()
    stops: tuple[Stop, ...] = ()
    recorded_at: float | None = None
    run_as: str = ""
    compose: tuple[tuple[str, str], ...] = ()
