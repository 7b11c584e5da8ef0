"""The proof of one pair of images, and which change is to blame for what does not hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.image.attribution import layer_origins
from jettison.knowledge.start_failures import spoken_of
from jettison.model.dockerfile import build_model
from jettison.optimize.records import BackedOut
from jettison.optimize.starts import ALONE, Setting, setting_claims, unsaid_start
from jettison.proof.behave import behaviour_claims
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Claim, Proof
from jettison.proof.closure import closure_claim, entry_claim
from jettison.proof.config import config_claim
from jettison.proof.telling_line import telling_line
from jettison.proof.writable import writable_claim
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.optimize.builds import Built
    from jettison.proof.behaviour import Behaviour
    from jettison.report.mask import Redactor
    from jettison.rewrite.candidates import Candidate

# Claims that a run decides, and that another run may decide otherwise.
SEEN_RUNNING: Final = frozenset(("starts", "ports", "http", "log", "check", "health", "service-health"))


def prove(before: Built, after: Built, candidate: Candidate, setting: Setting = ALONE) -> Proof:
    """Return the claims about a pair of images that ran in a setting."""
    allowed = frozenset((*candidate.config, *(field for change in candidate.changes for field in change.config)))
    times = f"{before.seconds:.1f} s and {after.seconds:.1f} s, no cache"
    claims = [
        Claim("builds", "both images build", PROVEN, (times,)),
        config_claim(before.image.config, after.image.config, allowed),
        closure_claim(before.image, after.image, _base_layers(after.image, candidate)),
        entry_claim(setting.started(before.image), setting.started(after.image)),
    ]
    if writes := writable_claim(before.image, after.image):
        claims.append(writes)
    title = "it starts and stays up as before"
    if isinstance(before.behaviour, str):
        claims.append(Claim("starts", title, NOT_PROVEN, (f"the original cannot be started: {before.behaviour}",)))
    elif isinstance(after.behaviour, str):
        claims.append(Claim("starts", title, REFUTED, (after.behaviour,), ("user", "exec-form", "init", "multi-stage")))
    else:
        claims.extend(behaviour_claims(before.behaviour, before.again, after.behaviour))
        claims = [_weighed(claim, before, setting) for claim in claims]
        if setting.files:
            found = f"with the files of the project at {', '.join(setting.files)}"
            claims = [replace(c, evidence=(*c.evidence, found)) if c.id == "starts" else c for c in claims]
        claims += unasked_checks(before.behaviour, setting)
        if fault := own_fault(before.behaviour, after.behaviour):
            claims = [fault if claim.id == "starts" else claim for claim in claims]
    claims += setting_claims(before.image, after.image, setting)
    return Proof(tuple(claims))


def _weighed(claim: Claim, before: Built, setting: Setting) -> Claim:
    """Return a claim, where the base's own command started and ended in words that it says nothing of the project."""
    seen = before.behaviour
    if claim.id != "starts" or claim.verdict != PROVEN or setting.stated or setting.checks or isinstance(seen, str):
        return claim
    config = before.image.config
    return claim if seen.stayed_up else unsaid_start((*config.entrypoint, *config.cmd), seen.exit_code)


def unasked_checks(before: Behaviour, setting: Setting) -> list[Claim]:
    """Return the claim that commands were given, where the original ended before one of them could be run inside it."""
    if not setting.checks or before.checks or before.stayed_up:
        return []
    why = "the original ends by itself, so that no command could be run in it; let it stay up, or leave --check out"
    return [Claim("check", "the check commands give the same", NOT_PROVEN, (why,))]


def own_fault(before: Behaviour, after: Behaviour) -> Claim | None:
    """Return the refutation where the original fails for want of something, and the new image for its own files."""
    if before.stayed_up or not before.exit_code or after.stayed_up:
        return None
    causes = spoken_of(telling_line(after.output))
    if not causes or set(causes) & set(spoken_of(before.output)):
        return None
    evidence = (
        f"the original ends with code {before.exit_code}: {telling_line(before.output)}",
        f"the new image ends with code {after.exit_code}: {telling_line(after.output)}",
    )
    return Claim("starts", "it gets as far as before", REFUTED, evidence, (*causes, "multi-stage"))


def redacted(proof: Proof, redact: Redactor) -> Proof:
    """Return a proof whose texts hold no secret."""
    return Proof(
        tuple(
            replace(claim, title=redact(claim.title), evidence=tuple(map(redact, claim.evidence)))
            for claim in proof.claims
        )
    )


def blamed(proof: Proof, candidate: Candidate, without: frozenset[str]) -> tuple[BackedOut, ...]:
    """Return the smallest set of changes that may be to blame for what is not proven; empty: nothing would help.

    without: changes that the candidate was made without.
    """
    present = {change.id for change in candidate.changes} - without
    doubtful = tuple(claim for claim in proof.claims if claim.verdict == NOT_PROVEN)
    for claim in proof.refuted or doubtful:
        likely = spoken_of("\n".join(claim.evidence)) if claim.causes else ()
        cause = next((cause for cause in (*likely, *claim.causes) if cause in present), None)
        if cause is not None:
            return _backed_out({cause}, claim)
    if not proof.refuted or "multi-stage" in present:
        return ()
    risky = {change.id for change in candidate.changes if not change.safe} & present
    return _backed_out(risky or {"dockerignore"} & present, proof.refuted[0])


def _backed_out(causes: set[str], claim: Claim) -> tuple[BackedOut, ...]:
    return tuple(BackedOut(cause, f"{claim.verdict}: {claim.title}", claim.evidence) for cause in sorted(causes))


def _base_layers(image: Image, candidate: Candidate) -> int:
    model = build_model(parse(candidate.dockerfile))
    origins = layer_origins(image.history, model)
    return next((number for number, origin in enumerate(origins) if origin.line is not None), len(origins))
