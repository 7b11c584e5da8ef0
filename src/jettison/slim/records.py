"""What slimming was asked for, what went and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jettison.secretscan.mask import Redactor

if TYPE_CHECKING:
    from jettison.proof.claims import Proof


@dataclass(frozen=True, slots=True)
class SlimRequest:
    """image: a name the engine knows; tag: name of the result; trace: also keep what it is seen to open, and say
    what it was not; unproven: name the result though not everything could be shown."""

    image: str
    tag: str
    engine: str | None = None
    probes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    trace: bool = False
    unproven: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """Files of one kind that went. line: what the builder noted of the layer that brought them; bytes unpacked."""

    reason: str
    line: str
    files: int
    bytes: int
    advice: str


@dataclass(frozen=True, slots=True)
class SlimOutcome:
    """verdict: proven, not proven, or refused; tag: "" when nothing was kept; sizes in bytes unpacked.

    redact: hides the secrets of the image's configuration, which its history and the Dockerfile repeat.
    """

    image: str
    verdict: str
    tag: str
    before: int
    after: int | None
    dockerfile: bytes
    gone: tuple[Gone, ...]
    attempts: tuple[str, ...]
    proof: Proof | None
    notes: tuple[str, ...]
    redact: Redactor = field(default_factory=Redactor)
