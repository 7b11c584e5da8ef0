"""The main job: measure, rank, rewrite, build both, prove, and choose."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from jettison.engine.base import BuildRequest, Features
from jettison.engine.shield import shield
from jettison.errors import BuildError, DiskFullError, EngineError, JettisonError, SourceError
from jettison.findings import Finding
from jettison.image.archive import read_archive
from jettison.image.attribution import layer_origins
from jettison.image.collect import WholeCollector
from jettison.image.inspection import inspection_of
from jettison.knowledge.secret_marks import is_secret_name
from jettison.lint.engine import check_bytes
from jettison.lint.rank import rank
from jettison.model.context import read_context
from jettison.model.dockerfile import build_model
from jettison.needs.hints import read_hints
from jettison.needs.texts import program_texts
from jettison.optimize.costs import LineCost, line_costs, measured
from jettison.optimize.dependencies import prepare, read_needs
from jettison.optimize.identity import base_records, image_record
from jettison.optimize.measured_impact import LineContents, measured_contents
from jettison.optimize.records import Attempt, BackedOut, Outcome, Request, Side
from jettison.optimize.stops import stops
from jettison.project.detect import detect
from jettison.proof.behave import behaviour_claims
from jettison.proof.behaviour import Behaviour, Probe, Questions
from jettison.proof.claims import NOT_PROVEN, PROVEN, Claim, Proof, confirmed
from jettison.proof.closure import closure_claim, entry_claim
from jettison.proof.config import config_claim
from jettison.proof.frontend import refusal
from jettison.proof.libraries import runtime_packages
from jettison.proof.measure import Measurement, rebuild_seconds
from jettison.proof.stand import Service, Stand
from jettison.proof.trace import Trace, can_trace, trace_image
from jettison.report.mask import Redactor, every_secret_value, masked_diff
from jettison.report.units import human_bytes
from jettison.rewrite.aim import by_aim
from jettison.rewrite.candidates import Candidate, Evidence, candidates
from jettison.rules.windows_stage import is_windows
from jettison.secretscan.scanner import Scanner
from jettison.syntax.edit import unified_diff
from jettison.syntax.tree import parse
from jettison.vulnerabilities.image_counts import ImageCounts, count_inventory

if TYPE_CHECKING:
    from jettison.engine.base import Engine, Event, OnEvent, StepTime
    from jettison.image.image import Image
    from jettison.inventory.inventory import Inventory
    from jettison.model.dockerfile import Model
    from jettison.needs.hints import Hints
    from jettison.project.detect import Project

MAX_TRIES: Final = 8
# Claims that a run decides, and that another run may decide otherwise.
SEEN_RUNNING: Final = frozenset(("starts", "ports", "http", "check", "health"))
ALL_FEATURES: Final = Features(mounts=True)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """An image that was built, read and run."""

    tag: str
    image: Image
    seconds: float
    rebuild: float | None
    behaviour: Behaviour | str
    again: Behaviour | None = None
    steps: tuple[StepTime, ...] = ()


class Job:
    """One optimisation of one project."""

    def __init__(
        self,
        request: Request,
        data: bytes,
        path: str,
        engine: Engine | None,
        say: Say,
        on_event: OnEvent | None,
    ) -> None:
        self.request = request
        self.path = path
        self.engine = engine
        self.say = say
        self._tell = on_event
        self.started = time.monotonic()
        self.context = read_context(request.project, os.path.relpath(path, request.project))
        report = check_bytes(data, path, self.context)
        if report.model is None or report.model.final is None:
            reason = report.findings[0].message if report.findings else "it holds no stage"
            raise SourceError(f"{path}: {reason}")
        self.model: Model = report.model
        self.redact = Redactor((*every_secret_value(self.model), *_secret_settings(request)))
        self.findings: tuple[Finding, ...] = rank(report.findings)
        scope = self.model.end_scope(report.model.final)
        self.project: Project = detect(self.context, scope.exposed)
        self.ignore_before = self.context.read(".dockerignore") if self.context.ignore_path == ".dockerignore" else None
        self.run_id = uuid.uuid4().hex[:10]
        self.tags: list[str] = []
        self.stand: Stand | None = None
        self.lacks = ""
        self.scanner = Scanner()
        self.attempts: list[Attempt] = []
        self.backed_out: list[BackedOut] = []
        self.costs: tuple[LineCost, ...] = ()
        self.notes: list[str] = []

    def run(self, no_engine: str) -> Outcome:
        """Return the outcome; every image made on the way is removed."""
        if self.engine is None:
            return self._static(no_engine)
        if self.model.final is not None and is_windows(self.model, self.model.final):
            return self._static(
                "the image is for Windows, which is neither built nor run here; only rules were applied"
            )
        try:
            return self._with_engine(self.engine)
        finally:
            self._clean_up(self.engine)

    def on_event(self, event: Event) -> None:
        """Pass an event of a build on: BuildKit names a step by its expanded text, secrets included."""
        if self._tell is not None:
            self._tell(replace(event, text=self.redact(event.text)))

    def _static(self, reason: str, failure: str = "") -> Outcome:
        found, why = candidates(self.model, self.project, ALL_FEATURES if self.engine is None else self.engine.features)
        if self.engine is not None:
            found = tuple(self._accepted(self.engine, found))
        if not found:
            verdict = "refused" if self.attempts else "unchanged"
            return self._outcome(verdict, unproven_reason=" ".join((reason, *why)))
        return self._outcome(
            "not proven", found[0], unproven_reason=f"nothing was proven: {reason}", build_failure=failure
        )

    def _accepted(self, engine: Engine, found: tuple[Candidate, ...]) -> Iterator[Candidate]:
        """Yield what can at least be read by the frontend that would build it."""
        for candidate in found:
            try:
                reason = refusal(engine, candidate.dockerfile)
            except EngineError as error:
                self.notes.append(f"the engine was not asked whether it accepts the result: {error}")
                reason = None
            if reason is None:
                yield candidate
            else:
                self.attempts.append(Attempt(candidate.name, (), "not built", self.redact(reason)))

    def _with_engine(self, engine: Engine) -> Outcome:
        found, why = candidates(self.model, self.project, engine.features)
        if not found:
            return self._outcome("unchanged", unproven_reason=" ".join(why))
        self.say("building the original")
        try:
            before = self._build(engine, "before", self.model.source.data, None)
        except BuildError as error:
            reason = f"the original does not build, so there is nothing to compare with: {self.redact(str(error))}"
            return self._static(reason, self.redact(error.log_tail))
        self.costs = line_costs(self.model, before.image, before.steps)
        contents = LineContents(before.image, layer_origins(before.image.history, self.model))
        exact = measured_contents(self.findings, self.model, contents)
        self.findings = rank(measured(exact, self.model, self.costs))
        before = self._second_look(before)
        seen = self._watched(engine, before)
        evidence = Evidence(
            runtime_packages(before.image), before.image, self._hints(before.image), seen.written, seen.opened
        )
        found, why = candidates(self.model, self.project, engine.features, evidence)
        for candidate in by_aim(found, self.request.aim):
            outcome = self._try(engine, candidate, before, evidence)
            if outcome is not None:
                return outcome
        return self._outcome(
            "refused", before=before, unproven_reason=" ".join(("no candidate could be proven.", *why))
        )

    def _watched(self, engine: Engine, before: Built) -> Trace:
        """Return what the original opens and writes when it is asked, where this process may watch it."""
        if not self.request.trace or isinstance(before.behaviour, str) or not before.behaviour.stayed_up:
            return Trace(frozenset(), frozenset())
        if not can_trace():
            self.notes.append(
                "not watched while it ran (that needs Linux, root and a local engine): by its files alone"
            )
            return Trace(frozenset(), frozenset())
        self.say("watching which files it opens")
        paths = tuple(probe.path for probe in self._probes() if probe.method == "GET")
        try:
            seen = trace_image(engine, before.tag, before.image.config, paths, self.request.env)
        except EngineError as error:
            self.notes.append(f"not watched while it ran ({error}): by its files alone")
            return Trace(frozenset(), frozenset())
        found = frozenset(path for path in seen.opened if path in before.image.files)
        size = sum(before.image.files[path].size for path in found)
        self.notes.append(
            f"watched while it ran: it opened {len(found)} files, {human_bytes(size)} of "
            f"{human_bytes(before.image.size_unpacked)}; what is kept is found by its files and only widened by this"
        )
        return Trace(found, seen.written)

    def _hints(self, image: Image) -> Hints:
        texts = (self.context.read(path).decode("utf-8", "replace") for path in program_texts(self.context))
        return read_hints(texts, image.config.env_map)

    def prove_again(self, candidate: Candidate, ignore_before: bytes) -> Proof:
        """Return a new proof of one candidate; every image made on the way is removed."""
        assert self.engine is not None
        engine = self.engine
        try:
            before = self._second_look(self._build(engine, "before", self.model.source.data, ignore_before))
            after = self._build(engine, "after", candidate.dockerfile, candidate.dockerignore)
            return _redacted(prove(before, after, candidate), self.redact)
        finally:
            self._clean_up(engine)

    def _clean_up(self, engine: Engine) -> None:
        with shield():
            if self.stand is not None:
                self.stand.close()
            for tag in self.tags:
                engine.remove_image(tag)

    def _second_look(self, before: Built) -> Built:
        if isinstance(before.behaviour, str):
            return before
        assert self.stand is not None
        again = self.stand.observe(before.tag, before.image.config)
        return replace(before, again=None if isinstance(again, str) else again)

    def _try(self, engine: Engine, first: Candidate, before: Built, evidence: Evidence) -> Outcome | None:
        without: frozenset[str] = frozenset()
        for _ in range(MAX_TRIES):
            # Building the original may take longer than that already: one candidate is tried in any case.
            if self.attempts and time.monotonic() - self.started > self.request.budget_seconds:
                return None
            found, _ = candidates(self.model, self.project, engine.features, evidence, without)
            candidate = next((c for c in found if c.name == first.name), None)
            if candidate is None:
                return None
            self.say(f"trying {candidate.name}")
            try:
                after = self._build(engine, f"try{len(self.attempts)}", candidate.dockerfile, candidate.dockerignore)
            except BuildError as error:
                tail = error.log_tail.splitlines()[-1:] or [str(error)]
                self.attempts.append(Attempt(candidate.name, tuple(sorted(without)), "not built", self.redact(tail[0])))
                return None
            except DiskFullError as error:
                # Room for the next one, which may be smaller.
                engine.remove_image(self.tags[-1])
                self.attempts.append(Attempt(candidate.name, tuple(sorted(without)), "not built", str(error)))
                return None
            proof = _redacted(self._confirmed(before, after, candidate), self.redact)
            worse = after.image.size_unpacked > before.image.size_unpacked * 1.01
            reason = "; ".join(c.title for c in proof.refuted) or ("larger than the original" if worse else "")
            self.attempts.append(
                Attempt(candidate.name, tuple(sorted(without)), proof.verdict, reason, after.image.size_unpacked)
            )
            cause = self._cause(proof, candidate, without)
            if cause is not None or worse or proof.refuted:
                engine.remove_image(after.tag)
            if cause is None:
                if worse or proof.refuted:
                    return None
                accepted = self._accept(candidate, before, after, proof)
                return self._with_stops(engine, accepted, evidence, without)
            without |= cause
        return None

    def _confirmed(self, before: Built, after: Built, candidate: Candidate) -> Proof:
        """Return the proof; what the running image refuted must be refuted by a second run as well."""
        proof = prove(before, after, candidate)
        if isinstance(after.behaviour, str) or not any(claim.id in SEEN_RUNNING for claim in proof.refuted):
            return proof
        assert self.stand is not None
        self.say("running it once more")
        again = self.stand.observe(after.tag, after.image.config)
        return confirmed(proof, prove(before, replace(after, behaviour=again), candidate))

    def _cause(self, proof: Proof, candidate: Candidate, without: frozenset[str]) -> frozenset[str] | None:
        """Return the smallest set of changes that may be to blame for what is not proven; None: nothing helps."""
        present = {change.id for change in candidate.changes} - without
        doubtful = tuple(claim for claim in proof.claims if claim.verdict == NOT_PROVEN)
        for claim in proof.refuted or doubtful:
            cause = next((cause for cause in claim.causes if cause in present), None)
            if cause is not None:
                return self._back_out(frozenset((cause,)), claim)
        if not proof.refuted or "multi-stage" in present:
            return None
        risky = frozenset(change.id for change in candidate.changes if not change.safe) & present
        return self._back_out(risky or frozenset(("dockerignore",)) & present, proof.refuted[0])

    def _back_out(self, causes: frozenset[str], claim: Claim) -> frozenset[str] | None:
        self.backed_out += [
            BackedOut(cause, f"{claim.verdict}: {claim.title}", claim.evidence) for cause in sorted(causes)
        ]
        return causes if causes and "multi-stage" not in causes else None

    def _with_stops(self, engine: Engine, outcome: Outcome, evidence: Evidence, without: frozenset[str]) -> Outcome:
        if not self.request.commit or outcome.chosen is None or outcome.verdict != PROVEN:
            return outcome
        name = outcome.chosen.name

        def remake(later: frozenset[str]) -> Candidate | None:
            found, _ = candidates(self.model, self.project, engine.features, evidence, without | later)
            return next((candidate for candidate in found if candidate.name == name), None)

        return replace(outcome, stops=stops(outcome, remake, engine, self.say, self.on_event))

    def _accept(self, candidate: Candidate, before: Built, after: Built, proof: Proof) -> Outcome:
        verdict = "proven" if proof.verdict == PROVEN else "not proven"
        reason = "" if verdict == "proven" else "not everything could be shown; see the proof below"
        if reason and self.lacks:
            reason = f"{reason}; {self.redact(self.lacks)}"
        return self._outcome(verdict, candidate, before, after, proof, reason)

    def _probes(self) -> tuple[Probe, ...]:
        paths = dict.fromkeys(
            ("GET /", f"GET {self.project.health_path}", "GET /jettison-no-such-page", *self.request.probes)
        )
        return tuple(Probe(*(text.split(" ", 1) if " " in text else ("GET", text))) for text in paths)

    def _stand(self, engine: Engine) -> Stand:
        asked = self.request
        needs = read_needs(asked.project, self.path, self.model) if asked.services else None
        services: tuple[Service, ...] = ()
        if needs is not None and needs.services:
            try:
                services = prepare(needs, engine, self.run_id, asked.network, self.tags, self.say, self.on_event)
            except EngineError as error:
                # Without what it needs, what the Compose file sets for it would only mislead it.
                self.lacks = str(error)
                self.say(f"{error}; trying without it")
                needs = None
        env = {**(needs.env if needs is not None else {}), **asked.env}
        secrets = [value for name, value in env.items() if is_secret_name(name)]
        self.redact = Redactor((*every_secret_value(self.model), *_secret_settings(asked), *secrets))
        questions = Questions(self._probes(), asked.checks, asked.probe_commands, env, asked.online)
        return Stand(engine, self.run_id, questions, services, needs.name if needs is not None else "")

    def _build(self, engine: Engine, name: str, dockerfile: bytes, ignore: bytes | None) -> Built:
        tag = f"jettison/{self.run_id}:{name}"
        self.tags.append(tag)
        request = BuildRequest(
            self.request.project,
            dockerfile,
            ignore,
            tag,
            self.request.network,
            self.request.build_args,
            no_cache=True,
        )
        result = engine.build(request, self.on_event)
        with engine.save(tag) as stream:
            image = read_archive(stream, WholeCollector(self.scanner))
        self.say("rebuilding after one more source line")
        rebuild = rebuild_seconds(engine, request, self.request.project, self._source_file(), self.on_event)
        self.say("running it")
        if self.stand is None:
            self.stand = self._stand(engine)
        behaviour = self.stand.observe(tag, image.config)
        return Built(tag, image, result.seconds, rebuild, behaviour, steps=result.steps)

    def _source_file(self) -> str | None:
        return self.request.source_file or next(iter(self.project.sources), None)

    def _outcome(
        self,
        verdict: str,
        candidate: Candidate | None = None,
        before: Built | None = None,
        after: Built | None = None,
        proof: Proof | None = None,
        unproven_reason: str = "",
        build_failure: str = "",
    ) -> Outcome:
        diff = ""
        if candidate is not None:
            diff = masked_diff(self.model.source.data, candidate.dockerfile, "Dockerfile")
            if candidate.dockerignore is not None:
                diff += unified_diff(self.ignore_before or b"", candidate.dockerignore, ".dockerignore")
        return Outcome(
            request=self.request,
            dockerfile=self.path,
            ignore_path=os.path.join(self.request.project, ".dockerignore"),
            source=self.model.source,
            ignore_before=self.ignore_before,
            findings=self.findings,
            verdict=verdict,
            chosen=candidate,
            changes=candidate.changes if candidate else (),
            diff=diff,
            engine=self.engine.name if self.engine else None,
            before=self._measurement(before, None) if before else None,
            after=self._measurement(after, candidate) if after else None,
            proof=proof,
            attempts=tuple(self.attempts),
            backed_out=tuple(self.backed_out),
            unproven_reason=unproven_reason,
            build_failure=build_failure,
            seconds=time.monotonic() - self.started,
            notes=tuple(self.notes),
            costs=tuple(replace(cost, text=self.redact(cost.text)) for cost in self.costs),
            sides=tuple(self._sides(candidate, before, after)),
            image_before=image_record(before.image) if before else None,
            image_after=image_record(after.image) if after else None,
            bases=base_records(self.engine, self.model, candidate) if before else (),
        )

    def _sides(self, candidate: Candidate | None, before: Built | None, after: Built | None) -> Iterator[Side]:
        if before is not None:
            yield self._side(self.model, before)
        if candidate is not None and after is not None:
            yield self._side(build_model(parse(candidate.dockerfile)), after)

    def _side(self, model: Model, built: Built) -> Side:
        costs = line_costs(model, built.image, built.steps)
        seen = inspection_of(built.tag, built.image, self.scanner, model)
        masked = tuple(replace(cost, text=self.redact(cost.text)) for cost in costs)
        return Side(seen, masked, self._vulnerabilities(seen.inventory))

    def _vulnerabilities(self, inventory: Inventory) -> ImageCounts | None:
        try:
            return count_inventory(inventory)
        except JettisonError as error:
            # What was proven does not hang on it.
            self.say(f"vulnerabilities were not counted: {error}")
            return None

    def _measurement(self, built: Built, candidate: Candidate | None) -> Measurement:
        stop = built.behaviour.stop_text if isinstance(built.behaviour, Behaviour) else "did not start"
        return Measurement(
            built.image.size_unpacked,
            built.image.size_compressed,
            len(built.image.layers),
            self._context_bytes(candidate),
            built.seconds,
            built.rebuild,
            built.image.config.user,
            stop,
        )

    def _context_bytes(self, candidate: Candidate | None) -> int:
        if candidate is None or candidate.dockerignore is None:
            return self.context.sent_bytes
        from jettison.model.context import BuildContext, IgnoreFile

        ignore = IgnoreFile.parse(candidate.dockerignore)
        return BuildContext(self.context.root, self.context.dockerfile, ignore, ".dockerignore").sent_bytes


def prove(before: Built, after: Built, candidate: Candidate) -> Proof:
    """Return the claims about a pair of images."""
    allowed = frozenset((*candidate.config, *(field for change in candidate.changes for field in change.config)))
    claims = [
        Claim(
            "builds",
            "both images build",
            PROVEN,
            (f"{before.seconds:.1f} s and {after.seconds:.1f} s, no cache",),
        )
    ]
    claims.append(config_claim(before.image.config, after.image.config, allowed))
    claims.append(closure_claim(before.image, after.image, _base_layers(after.image, candidate)))
    claims.append(entry_claim(after.image))
    if isinstance(before.behaviour, str):
        claims.append(
            Claim(
                "starts",
                "it starts and stays up as before",
                NOT_PROVEN,
                (f"the original cannot be started: {before.behaviour}",),
            )
        )
    elif isinstance(after.behaviour, str):
        claims.append(
            Claim(
                "starts",
                "it starts and stays up as before",
                "refuted",
                (after.behaviour,),
                ("user", "exec-form", "multi-stage"),
            )
        )
    else:
        claims.extend(behaviour_claims(before.behaviour, before.again, after.behaviour))
    return Proof(tuple(claims))


def _secret_settings(request: Request) -> list[str]:
    given = (*request.build_args.items(), *request.env.items())
    return [value for name, value in given if is_secret_name(name)]


def _redacted(proof: Proof, redact: Redactor) -> Proof:
    return Proof(tuple(replace(claim, evidence=tuple(map(redact, claim.evidence))) for claim in proof.claims))


def _base_layers(image: Image, candidate: Candidate) -> int:
    model = build_model(parse(candidate.dockerfile))
    origins = layer_origins(image.history, model)
    return next((number for number, origin in enumerate(origins) if origin.line is not None), len(origins))


def optimize(request: Request, say: Say, on_event: OnEvent | None = None) -> Outcome:
    """Return the outcome of optimising one project; nothing of the project is changed.

    Raises:
        SourceError: the project or its Dockerfile cannot be used.
    """
    from jettison.cli.discover import read_dockerfile

    if not os.path.isdir(request.project):
        raise SourceError(f"{request.project}: is not a folder; the folder of a project was expected")
    path = request.dockerfile or _default_dockerfile(request.project)
    data = read_dockerfile(path)
    engine: Engine | None = None
    no_engine = "building was turned off (--no-build)"
    if request.build:
        from jettison.engine.find import find_engine

        try:
            engine = find_engine(request.engine)
        except EngineError as error:
            no_engine = str(error)
    return Job(request, data, path, engine, say, on_event).run(no_engine)


def _default_dockerfile(project: str) -> str:
    for name in ("Dockerfile", "Containerfile", "dockerfile"):
        path = os.path.join(project, name)
        if os.path.exists(path):
            return path
    raise SourceError(f"{project}: holds no Dockerfile; name one with --file")


__all__ = ["JettisonError", "Job", "optimize", "prove"]
