"""The main job: measure, rank, rewrite, build both, prove, and choose."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from jettison.engine.base import Features
from jettison.errors import BuildError, EngineError, SourceError
from jettison.findings import Finding
from jettison.lint.engine import check_bytes
from jettison.lint.rank import rank
from jettison.model.context import read_context
from jettison.needs.hints import read_hints
from jettison.needs.texts import program_texts
from jettison.optimize.builds import Builds, Built, Say
from jettison.optimize.compose_needs import read_needs
from jettison.optimize.decided import decided_in
from jettison.optimize.evidence import file_digest
from jettison.optimize.identity import base_records, image_record
from jettison.optimize.measured_findings import measured_findings
from jettison.optimize.measured_service import as_measured
from jettison.optimize.outcome import difference, gone_between, measurement, order_notes, side_after, side_of
from jettison.optimize.prove import prove, redacted
from jettison.optimize.records import Attempt, Outcome, Request, Side
from jettison.optimize.stated_start import states_start
from jettison.optimize.stops import stops
from jettison.optimize.trials import Kept, Trials
from jettison.optimize.vulnerable_lines import VulnerableLines
from jettison.optimize.watch import NOTHING, watched
from jettison.project.detect import detect
from jettison.project.history import read_history
from jettison.proof.claims import PROVEN, Proof
from jettison.proof.frontend import refusal
from jettison.proof.libraries import runtime_packages
from jettison.rewrite.candidates import Candidate, Evidence, candidates
from jettison.rules.windows_stage import is_windows

if TYPE_CHECKING:
    from jettison.engine.base import Engine, OnEvent
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model
    from jettison.needs.hints import Hints
    from jettison.project.detect import Project
    from jettison.proof.run_as import RunAs
    from jettison.settings.settings import Settings

ALL_FEATURES: Final = Features(mounts=True)


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
        self.started = time.monotonic()
        self.context = read_context(request.project, os.path.relpath(path, request.project))
        report = check_bytes(data, path, self.context)
        if report.model is None or report.model.final is None:
            reason = report.findings[0].message if report.findings else "it holds no stage"
            raise SourceError(f"{path}: {reason}")
        self.model: Model = report.model
        self.findings: tuple[Finding, ...] = rank(report.findings)
        self.muted = report.suppressed
        self.decided = decided_in(request.project, _settings(request.project), request.said)
        scope = self.model.end_scope(report.model.final)
        self.needs = read_needs(request.project, path, self.model)
        ports = scope.exposed or (self.needs.ports if self.needs is not None else ())
        self.project: Project = detect(self.context, ports)._replace(history=read_history(request.project))
        self.ignore_before = self.context.read(".dockerignore") if self.context.ignore_path == ".dockerignore" else None
        run_as = self.needs.run_as if self.needs is not None else None
        stated = run_as is not None or states_start(self.model)
        self.builds = Builds(request, self.model, self.project, self.needs, stated, say, on_event)
        self.refused: list[Attempt] = []
        self.side_before: tuple[Side, ...] = ()
        self.notes: list[str] = []
        # Changes that no candidate may make.
        self.barred: frozenset[str] = frozenset()
        self.notes += self.needs.problems if self.needs is not None else ()
        self.compose = tuple((path, file_digest(path)) for path in (self.needs.read if self.needs is not None else ()))
        if self.needs is not None and self.needs.shared:
            others = ", ".join(dict.fromkeys(other.service for other in self.needs.others))
            self._bar_healthcheck(f"it would hold for {others} as well")

    def _bar_healthcheck(self, reason: str) -> None:
        if "healthcheck" not in self.barred:
            self.barred |= {"healthcheck"}
            self.notes.append(f"HEALTHCHECK: none is added, since {reason}")

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
            self.builds.close(self.engine)

    def prove_again(self, candidate: Candidate, ignore_before: bytes) -> Proof:
        """Return a new proof of one candidate; every image made on the way is removed."""
        assert self.engine is not None
        try:
            before = self._second_look(self.builds.build(self.engine, "before", self.model.source.data, ignore_before))
            after = self.builds.build(self.engine, "after", candidate.dockerfile, candidate.dockerignore)
            return redacted(prove(before, after, candidate, self.builds.setting), self.builds.redact)
        finally:
            self.builds.close(self.engine)

    def _static(self, reason: str, failure: str = "") -> Outcome:
        features = ALL_FEATURES if self.engine is None else self.engine.features
        found, why = candidates(self.model, self.project, features, without=self.barred)
        if self.engine is not None:
            found = tuple(self._accepted(self.engine, found))
        if not found:
            verdict = "refused" if self.refused else "unchanged"
            return self._outcome(verdict, unproven_reason=" ".join((reason, *why)))
        reason = f"nothing was proven: {reason}"
        return self._outcome("not proven", found[0], unproven_reason=reason, build_failure=failure)

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
                self.refused.append(Attempt(candidate.name, (), "not built", self.builds.redact(reason)))

    def _with_engine(self, engine: Engine) -> Outcome:
        found, why = candidates(self.model, self.project, engine.features, without=self.barred)
        if not found:
            return self._outcome("unchanged", unproven_reason=" ".join(why))
        self.say("building the original")
        try:
            before = self.builds.build(engine, "before", self.model.source.data, None)
            before = replace(before, rebuild=self.builds.rebuild(engine, "before", None))
        except BuildError as error:
            redact = self.builds.redact
            reason = f"the original does not build, so there is nothing to compare with: {redact(str(error))}"
            return self._static(reason, redact(error.log_tail))
        self._measure_findings(before)
        before = self._second_look(before)
        self.project = self._answering(before)
        if self._only_waits(before) and self.project.port is not None and not before.image.config.healthcheck:
            self._bar_healthcheck("without what it needs nothing was seen to listen that it could ask")
        evidence = self._evidence(engine, before)

        def make(without: frozenset[str]) -> tuple[Candidate, ...]:
            return candidates(self.model, self.project, engine.features, evidence, without | self.barred)[0]

        trials = Trials(engine, self.builds, before, make, self.started + self.request.budget_seconds, self.say)
        kept = trials.choose(self.request.aim)
        if kept is not None:
            return self._kept(engine, before, kept, trials)
        _, why = candidates(self.model, self.project, engine.features, evidence, self.barred)
        reason = " ".join(("no candidate could be proven.", *why))
        return self._outcome("refused", before=before, unproven_reason=reason, trials=trials)

    def _measure_findings(self, before: Built) -> None:
        """Put what the built original shows in place of what was estimated, and beside it."""
        side = side_of(self.model, before, self.builds, self.say, self.decided)
        self.side_before = (side,)
        seen, known = side.inspection, side.known
        self.notes += known.notes if known is not None else ()
        vulnerable = VulnerableLines(seen, self.model, known) if known is not None else None
        found = measured_findings(self.findings, self.muted, seen, self.model, side.costs, vulnerable)
        redact = self.builds.redact
        self.findings = rank(finding._replace(message=redact(finding.message)) for finding in found)

    def _second_look(self, before: Built) -> Built:
        seen = before.behaviour
        # What fails, and what without its services only waits, has nothing that it could repeat.
        if isinstance(seen, str) or (not seen.stayed_up and seen.exit_code) or self._only_waits(before):
            return before
        # Of how it stops nothing is compared between its two runs.
        again = self.builds.run_again(before, stops=False)
        return replace(before, again=None if isinstance(again, str) else again)

    def _only_waits(self, before: Built) -> bool:
        """Return whether the original was seen to do nothing, and something that it needs is not there."""
        seen = before.behaviour
        return bool(self.builds.lacks) and (isinstance(seen, str) or not (seen.ports or seen.checks))

    def _answering(self, before: Built) -> Project:
        """Return the project with the port on which the original listened, and a page that it answered there."""
        if isinstance(before.behaviour, str):
            return self.project
        env = {**before.image.config.env_map, **self.builds.env}
        project = as_measured(self.project, before.behaviour, env, before.image.config.env_map)
        if project is None:
            self._bar_healthcheck("no page that was asked for is there; name one with --probe")
        return project or self.project

    def _evidence(self, engine: Engine, before: Built) -> Evidence:
        seen, note = NOTHING, ""
        if self._only_waits(before):
            note = "not watched, since without what it needs it only waits: by its files alone"
        elif self.request.trace:
            builds = self.builds
            running = replace(before, tag=builds.run_tag(before.tag))
            seen, note = watched(engine, running, builds.probes(), builds.env, builds.setting.run_as, self.say)
        if note:
            self.notes.append(f"Original: {note}")
        image = before.image
        starts = tuple(start.applied(image.config) for start in self._starts())
        argvs = tuple((*config.entrypoint, *config.cmd) for config in starts)
        if self.needs is not None and self.needs.health is not None and self.needs.health.argv:
            # Its programs must be in the new image as well.
            argvs = (*argvs, tuple(self.needs.health.argv))
        return Evidence(runtime_packages(image), image, self._hints(image), seen.written, seen.opened, argvs)

    def _starts(self) -> tuple[RunAs, ...]:
        return self.needs.starts if self.needs is not None else ()

    def _hints(self, image: Image) -> Hints:
        texts = (self.context.read(path).decode("utf-8", "replace") for path in program_texts(self.context))
        return read_hints(texts, image.config.env_map)

    def _kept(self, engine: Engine, before: Built, kept: Kept, trials: Trials) -> Outcome:
        verdict = "proven" if kept.proof.verdict == PROVEN else "not proven"
        reason = "" if verdict == "proven" else "not everything could be shown; see the proof below"
        if reason and self.builds.lacks:
            reason = f"both images ran {self.builds.lacks}"
        if kept.slower:
            self.notes.append(f"{kept.slower}; every other candidate is much larger or was not proven")
        outcome = self._outcome(verdict, kept.candidate, before, kept.built, kept.proof, reason, trials=trials)
        if self.request.dependency_change:
            outcome = self._with_dependency_change(engine, outcome, kept.candidate)
        if not self.request.commit or verdict != PROVEN:
            return outcome

        def remake(later: frozenset[str]) -> Candidate | None:
            found = trials.make(kept.without | later)
            return next((candidate for candidate in found if candidate.name == kept.candidate.name), None)

        return replace(outcome, stops=stops(outcome, remake, engine, self.say, self.builds.on_event, self.decided))

    def _run_as(self) -> str:
        run_as = self.builds.setting.run_as
        return self.builds.redact(run_as.text) if run_as is not None else ""

    def _with_dependency_change(self, engine: Engine, outcome: Outcome, candidate: Candidate) -> Outcome:
        assert outcome.before is not None and outcome.after is not None
        before = self.builds.dependency_seconds(engine, self.model.source.data, None)
        after = self.builds.dependency_seconds(engine, candidate.dockerfile, candidate.dockerignore)
        return replace(
            outcome,
            before=replace(outcome.before, dependency_seconds=before),
            after=replace(outcome.after, dependency_seconds=after),
        )

    def outcome_of(
        self, parts: dict[str, Any], findings: tuple[Finding, ...], recorded_at: float, diff: str
    ) -> Outcome:
        """Return the outcome that an earlier run recorded, for this project."""
        return replace(
            self._outcome("proven"),
            findings=findings,
            diff=diff,
            recorded_at=recorded_at,
            seconds=time.monotonic() - self.started,
            **parts,
        )

    def _outcome(
        self,
        verdict: str,
        candidate: Candidate | None = None,
        before: Built | None = None,
        after: Built | None = None,
        proof: Proof | None = None,
        unproven_reason: str = "",
        build_failure: str = "",
        trials: Trials | None = None,
    ) -> Outcome:
        sides = (*self.side_before, *side_after(candidate, after, self.builds, self.say, self.decided))
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
            diff=difference(self.model, candidate, self.ignore_before),
            engine=self.engine.name if self.engine else None,
            before=measurement(before, self.context, None) if before else None,
            after=measurement(after, self.context, candidate) if after else None,
            proof=proof,
            attempts=tuple(trials.attempts if trials else self.refused),
            backed_out=tuple(trials.backed_out if trials else ()),
            unproven_reason=unproven_reason,
            build_failure=build_failure,
            seconds=time.monotonic() - self.started,
            notes=(*self.notes, *order_notes(candidate)),
            costs=sides[0].costs if sides else (),
            sides=sides,
            gone=gone_between(sides),
            image_before=image_record(before.image) if before else None,
            image_after=image_record(after.image) if after else None,
            run_as=self._run_as(),
            bases=base_records(self.engine, self.model, candidate) if before else (),
            compose=self.compose,
        )


def optimize(request: Request, say: Say, on_event: OnEvent | None = None) -> Outcome:
    """Return the outcome of optimising one project; nothing of the project is changed.

    Raises:
        SourceError: the project or its Dockerfile cannot be used.
    """
    from jettison.cli.discover import read_dockerfile
    from jettison.optimize import recorded

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
    job = Job(request, data, path, engine, say, on_event)
    if engine is None:
        return job.run(no_engine)
    outcome = recorded.find(job, engine)
    if outcome is None:
        outcome = job.run(no_engine)
        recorded.keep(job, engine, outcome)
    return outcome


def _settings(project: str) -> Settings:
    from jettison.settings.find import Finder

    return Finder().settings_for(os.path.join(project, ""))


def _default_dockerfile(project: str) -> str:
    for name in ("Dockerfile", "Containerfile", "dockerfile"):
        path = os.path.join(project, name)
        if os.path.exists(path):
            return path
    raise SourceError(f"{project}: holds no Dockerfile; name one with --file")
