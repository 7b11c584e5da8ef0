"""Slimming: needs by the image's files, a new image of one layer, and the same proof as for a rewrite."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.engine.base import BuildRequest
from jettison.engine.find import find_engine
from jettison.engine.shield import shield
from jettison.errors import BuildError, EngineError, ImageError
from jettison.image.archive import read_archive
from jettison.knowledge.runtime_files import HINTS
from jettison.needs.asked import Asked
from jettison.needs.hints import Hints
from jettison.needs.needs import Needs, find_needs
from jettison.optimize.builds import Built
from jettison.optimize.prove import prove
from jettison.proof.behaviour import Behaviour, Probe, Questions
from jettison.proof.claims import PROVEN, REFUTED, Proof
from jettison.proof.stand import Stand
from jettison.proof.trace import can_trace, trace_image
from jettison.rewrite.candidates import Candidate, Change
from jettison.rewrite.quote import config_lines
from jettison.rewrite.rootfs import rootfs_stage
from jettison.secretscan.config_secrets import config_secrets
from jettison.secretscan.mask import Redactor
from jettison.secretscan.scanner import Scanner
from jettison.slim.gone import what_went
from jettison.slim.records import SlimOutcome, SlimRequest

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.image.image import Image

Say = Callable[[str], None]
PROBES: Final = ("GET /", "GET /jettison-no-such-page")


def slim(request: SlimRequest, say: Say) -> SlimOutcome:
    """Return what came of slimming one image; the image itself is never changed.

    Raises:
        EngineError: there is no engine, or it has no such image. ImageError: the image has no package database.
    """
    engine = find_engine(request.engine)
    say("reading the image")
    with engine.save(request.image) as stream:
        image = read_archive(stream)
    run = uuid.uuid4().hex[:10]
    probes = tuple(_probe(text) for text in dict.fromkeys((*PROBES, *request.probes)))
    questions = Questions(probes, request.checks, (), request.env, False)
    stand = Stand(engine, run, questions)
    tags: list[str] = []
    try:
        return _Slimming(request, engine, image, stand, say, run, tags).run()
    finally:
        with shield():
            stand.close()
            for tag in tags:
                engine.remove_image(tag)


def _probe(text: str) -> Probe:
    method, _, path = text.rpartition(" ")
    return Probe(method or "GET", path)


class _Slimming:
    def __init__(
        self, request: SlimRequest, engine: Engine, image: Image, stand: Stand, say: Say, run: str, tags: list[str]
    ) -> None:
        self.request = request
        self.engine = engine
        self.image = image
        self.stand = stand
        self.say = say
        self.run_id = run
        self.tags = tags
        self.notes: list[str] = []

    def run(self) -> SlimOutcome:
        self.say("running it")
        seen = self.stand.observe(self.request.image, self.image.config)
        again = self.stand.observe(self.request.image, self.image.config, stops=False)
        before = Built(self.request.image, self.image, 0.0, seen, again=None if isinstance(again, str) else again)
        needs = find_needs(self.image, Asked(0, opened=self._opened(seen)), _without_source())
        if needs is None:
            raise ImageError(
                f"{self.request.image}: no database of Debian packages; what it needs can be found only with one"
            )
        attempts: list[str] = []
        for name, wanted in _ways(needs):
            self.say(f"trying {name}")
            text = _dockerfile(self.request.image, self.image, wanted)
            after = self._build(text, len(attempts))
            if isinstance(after, str):
                attempts.append(f"{name}: not built: {after}")
                continue
            proof = prove(before, after, Candidate(name, name, text, None, (Change("multi-stage", name),)))
            if proof.verdict != REFUTED and after.image.size_unpacked < self.image.size_unpacked:
                return self._accepted(wanted, after, proof, text, attempts)
            why = "; ".join(f"{c.title} ({c.evidence[0] if c.evidence else ''})" for c in proof.refuted)
            attempts.append(f"{name}: {proof.verdict}: {why or 'it is no smaller'}")
        return SlimOutcome(
            self.request.image, "refused", "", self.image.size_unpacked, None, b"", (), tuple(attempts), None,
            tuple(self.notes), _redactor(self.image),
        )  # fmt: skip

    def _opened(self, seen: Behaviour | str) -> frozenset[str]:
        if not self.request.trace:
            self.notes.append("what is kept was found by the image's files alone (see --trace)")
            return frozenset()
        if not can_trace():
            self.notes.append("not watched while it ran: that needs Linux, root and a local engine")
            return frozenset()
        if isinstance(seen, str) or not seen.stayed_up:
            self.notes.append("not watched while it ran: it does not stay up")
            return frozenset()
        self.say("watching which files it opens")
        paths = tuple(probe.path for probe in self.stand.questions.probes)
        opened = trace_image(self.engine, self.request.image, self.image.config, paths, self.request.env)
        found = frozenset(path for path in opened.opened if path in self.image.files)
        self.notes.append(f"watched while it ran: it opened {len(found)} files")
        return found

    def _build(self, text: bytes, number: int) -> Built | str:
        tag = f"jettison/{self.run_id}:slim{number}"
        self.tags.append(tag)
        start = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
                self.engine.build(BuildRequest(folder, text, None, tag, ours=False))
            with self.engine.save(tag) as stream:
                image = read_archive(stream)
        except BuildError as error:
            return (error.log_tail.splitlines() or [str(error)])[-1]
        seconds = time.monotonic() - start
        return Built(tag, image, seconds, self.stand.observe(tag, image.config))

    def _accepted(self, needs: Needs, after: Built, proof: Proof, text: bytes, attempts: list[str]) -> SlimOutcome:
        proven = proof.verdict == PROVEN
        tag = self.request.tag if proven or self.request.unproven else ""
        if tag:
            self._name(after.tag, tag)
        return SlimOutcome(
            self.request.image,
            "proven" if proven else "not proven",
            tag,
            self.image.size_unpacked,
            after.image.size_unpacked,
            text,
            what_went(self.image, after.image, needs),
            tuple(attempts),
            proof,
            tuple(self.notes),
            _redactor(self.image),
        )

    def _name(self, source: str, tag: str) -> None:
        # A build of one FROM gives an image of the engine another name, on every engine alike.
        with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
            self.engine.build(BuildRequest(folder, f"FROM {source}\n".encode(), None, tag, ours=False))


def _redactor(image: Image) -> Redactor:
    return Redactor(secret.value for secret in config_secrets(image.settings, Scanner()))


def _without_source() -> Hints:
    """Return the hints for a program whose text is not at hand: all that it might open by itself is kept."""
    packages = {
        package: f"kept as nothing tells ({name})" for name, facts in HINTS.items() for package in facts["packages"]
    }
    return Hints(packages, frozenset(), frozenset(), True)


def _ways(needs: Needs) -> Iterator[tuple[str, Needs]]:
    """Yield what to keep, the smallest first: the needed packages; then all, without what nobody reads."""
    everything = replace(needs, base_files=tuple(sorted({*needs.base_files, *needs.own})), own=())
    yield "the packages it needs", everything
    names = tuple(sorted(needs.debian.files))
    yield (
        "all packages, one layer, no caches and documentation",
        replace(everything, packages=names, apart={}, parts=(), stranded=()),
    )


def _dockerfile(name: str, image: Image, needs: Needs) -> bytes:
    head = f"FROM {name} AS original\nUSER 0\n"
    stage = rootfs_stage("FROM original", needs, image, (), needs.packages)
    shell = 'SHELL ["/bin/sh", "-c"]\n'
    stage = stage.replace("AS rootfs\n", f"AS rootfs\n{shell}", 1)
    return f"{head}\n{stage}\nFROM scratch\nCOPY --from=rootfs /rootfs/ /\n{config_lines(image.config)}".encode()


__all__ = ["EngineError", "slim"]
