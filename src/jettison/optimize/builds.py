"""The images of one run: each is built, read, built once more after a change, and run; all are removed at the end."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jettison.engine.base import BuildRequest
from jettison.engine.shield import shield
from jettison.errors import BuildError, DiskFullError, ServiceError
from jettison.image.archive import read_archive
from jettison.image.proof_collector import WholeCollector
from jettison.knowledge.secret_marks import is_secret_name
from jettison.optimize.dependencies import prepare
from jettison.optimize.starts import Setting
from jettison.proof.behaviour import Behaviour, Probe, Questions
from jettison.proof.laid_in import with_files
from jettison.proof.measure import manifest_of, rebuild_seconds, source_to_touch
from jettison.proof.stand import Service, Stand
from jettison.report.mask import Redactor, every_secret_value
from jettison.secretscan.scanner import Scanner

if TYPE_CHECKING:
    from jettison.engine.base import Engine, Event, OnEvent, StepTime
    from jettison.image.image import Image, ImageConfig
    from jettison.model.dockerfile import Model
    from jettison.optimize.needed import Needs
    from jettison.optimize.records import Request
    from jettison.project.detect import Project
    from jettison.proof.laid_in import Placed
    from jettison.rewrite.candidates import Candidate

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """An image that was built, read and run.

    seconds: of the cold build; rebuild: after one more source line, None until it is measured; again: what the image
    did when it ran once more.
    """

    tag: str
    image: Image
    seconds: float
    behaviour: Behaviour | str
    rebuild: float | None = None
    again: Behaviour | None = None
    steps: tuple[StepTime, ...] = ()


class Builds:
    """Builds and runs the images of one project, each in the same surroundings.

    needs: what a Compose file says of them; stated: whether the Dockerfile or that file says what to start.
    """

    def __init__(
        self,
        request: Request,
        model: Model,
        project: Project,
        needs: Needs | None,
        stated: bool,
        say: Say,
        on_event: OnEvent | None,
    ) -> None:
        self._request = request
        self._model = model
        self._stated = stated
        self._needs = needs if needs is None or request.services else needs.alone()
        self._project = project
        self._say = say
        self._tell = on_event
        self._tags: list[str] = []
        self._stand: Stand | None = None
        self.run_id = uuid.uuid4().hex[:10]
        self.scanner = Scanner()
        hidden = needs.hidden if needs is not None else ()
        self.redact = Redactor((*every_secret_value(model), *secret_settings(request), *hidden))
        # Name of a service that it needs and did not get -> in words, why.
        self._absent: dict[str, str] = {}
        # Files that the images get when they run, None until the original was seen; image -> the one with them.
        self._placed: tuple[Placed, ...] | None = None
        self._laid: dict[str, str] = {}

    @property
    def lacks(self) -> str:
        """Return in words what it needs beside it and did not get; "" where nothing is missing."""
        return f"without what they need: {'; '.join(self._absent.values())}" if self._absent else ""

    @property
    def setting(self) -> Setting:
        """Return in what setting the images run."""
        needs = self._needs
        checks = bool(self._request.checks or self._request.probe_commands)
        if needs is None:
            return Setting(stated=self._stated, checks=checks)
        files = tuple(each.target for each in self._placed or ()) if self._laid else ()
        return Setting(needs.run_as, needs.others, self._stated, self.lacks, checks, files)

    @property
    def env(self) -> dict[str, str]:
        """Return the environment that the images run in beside their own."""
        return {**(self._needs.env if self._needs is not None else {}), **self._request.env}

    def on_event(self, event: Event) -> None:
        """Pass an event of a build on: BuildKit names a step by its expanded text, secrets included."""
        if self._tell is not None:
            self._tell(replace(event, text=self.redact(event.text)))

    def build(self, engine: Engine, name: str, dockerfile: bytes, ignore: bytes | None) -> Built:
        """Return one image, built without a cache.

        Raises BuildError where it does not build, DiskFullError where there is no room.
        """
        request = self._build_request(name, dockerfile, ignore)
        self._tags.append(request.tag)
        result = engine.build(request, self.on_event)
        with engine.save(request.tag) as stream:
            image = read_archive(stream, WholeCollector(self.scanner))
        self._say("running it")
        behaviour = self._observe(engine, self._with_files(engine, request.tag, image), image.config)
        return Built(request.tag, image, result.seconds, behaviour, steps=result.steps)

    def run_tag(self, tag: str) -> str:
        """Return the name of the image that runs for another: with the files that its Compose file puts into it."""
        return self._laid.get(tag, tag)

    def _with_files(self, engine: Engine, tag: str, image: Image) -> str:
        """Return the image to run; what the original holds itself is never covered by a file of the project."""
        if self._needs is not None and self._placed is None:
            there = image.files
            mounts = (each for each in self._needs.mounts if os.path.isfile(each.source))
            own = (each for each in mounts if each.target.strip("/") not in there)
            self._placed = (*self._needs.secrets, *own)
        if not self._placed:
            return tag
        laid = f"{tag}-files"
        self._tags.append(laid)
        if with_files(engine, tag, self._placed, laid):
            self._laid[tag] = laid
        return self.run_tag(tag)

    def _observe(self, engine: Engine, tag: str, config: ImageConfig) -> Behaviour | str:
        """Return what an image did; the first is the original, beside which each service must have started."""
        if self._stand is not None:
            return self._once_more(self._stand, tag, config, stops=True)
        while True:
            self._stand = self._make_stand(engine)
            try:
                return self._stand.observe(tag, config)
            except ServiceError as error:
                self._stand.close()
                self._go_without({error.service: self.redact(str(error))})

    def rebuild(self, engine: Engine, name: str, candidate: Candidate | None) -> float | None:
        """Return the seconds of a rebuild after one more source line; candidate: None for the original.

        All was built before. None without a source file that is known, and where it cannot be built again.
        """
        source = self._request.source_file or source_to_touch(self._project.sources)
        if candidate is None:
            request = self._build_request(name, self._model.source.data, None)
        else:
            request = self._build_request(name, candidate.dockerfile, candidate.dockerignore)
        self._say("rebuilding after one more source line")
        return self._touched(engine, request, source)

    def _touched(self, engine: Engine, request: BuildRequest, file: str | None) -> float | None:
        try:
            return rebuild_seconds(engine, request, self._request.project, file, self.on_event)
        except (BuildError, DiskFullError) as error:
            self._say(f"not measured: {self.redact(str(error))}")
            return None

    def _build_request(self, name: str, dockerfile: bytes, ignore: bytes | None) -> BuildRequest:
        asked = self._request
        tag = f"jettison/{self.run_id}:{name}"
        return BuildRequest(asked.project, dockerfile, ignore, tag, asked.network, asked.build_args, no_cache=True)

    def dependency_seconds(self, engine: Engine, dockerfile: bytes, ignore: bytes | None) -> float | None:
        """Return the seconds of a rebuild after a change in the file that declares the dependencies; None without one.

        What is built was built before: only what hangs on that file is done again.
        """
        manifest = manifest_of(os.listdir(self._request.project))
        if manifest is None:
            return None
        self._say(f"rebuilding after a change of {manifest}")
        return self._touched(engine, self._build_request("dependency", dockerfile, ignore), manifest)

    def run_again(self, built: Built, stops: bool) -> Behaviour | str:
        """Return what an image did when it was run once more; stops: and asked to stop."""
        assert self._stand is not None
        return self._once_more(self._stand, self.run_tag(built.tag), built.image.config, stops)

    def _once_more(self, stand: Stand, tag: str, config: ImageConfig, stops: bool) -> Behaviour | str:
        """Return what a later image did; a service that started before is given a second chance.

        Raises:
            ServiceError: it did not start again, which says nothing about the image.
        """
        try:
            return stand.observe(tag, config, stops)
        except ServiceError:
            return stand.observe(tag, config, stops)

    def probes(self) -> tuple[Probe, ...]:
        """Return the HTTP requests that are made of each image."""
        paths = dict.fromkeys(
            ("GET /", f"GET {self._project.health_path}", "GET /jettison-no-such-page", *self._request.probes)
        )
        return tuple(Probe(*(text.split(" ", 1) if " " in text else ("GET", text))) for text in paths)

    def drop(self, engine: Engine, tag: str = "") -> None:
        """Remove an image, the newest without a name."""
        engine.remove_image(tag or self._tags[-1])

    def close(self, engine: Engine) -> None:
        """Remove everything that was made in the engine."""
        with shield():
            if self._stand is not None:
                self._stand.close()
            for tag in self._tags:
                engine.remove_image(tag)

    def _make_stand(self, engine: Engine) -> Stand:
        asked, needs = self._request, self._needs
        services: tuple[Service, ...] = ()
        if needs is not None and needs.services:
            services, absent = prepare(needs, engine, self.run_id, asked.network, self._tags, self._say, self.on_event)
            if absent:
                self._go_without({name: self.redact(why) for name, why in absent.items()})
                needs = self._needs
        questions = Questions(self.probes(), asked.checks, asked.probe_commands, self.env, asked.online)
        if needs is None:
            return Stand(engine, self.run_id, questions)
        left = {need.name for need in needs.services}
        services = tuple(service for service in services if service.name in left)
        listens, lacking = bool(needs.ports), bool(self._absent)
        return Stand(engine, self.run_id, questions, services, needs.name, needs.run_as, listens, lacking, needs.health)

    def _go_without(self, absent: dict[str, str]) -> None:
        assert self._needs is not None
        optional = {need.name for need in self._needs.services if need.optional}
        self._absent |= {name: why for name, why in absent.items() if name not in optional}
        self._needs = self._needs.without(frozenset(absent))
        self._say(f"{'; '.join(absent.values())}; going on without it")


def secret_settings(request: Request) -> list[str]:
    """Return the values that the user gave under names that look like secrets."""
    given = (*request.build_args.items(), *request.env.items())
    return [value for name, value in given if is_secret_name(name)]
