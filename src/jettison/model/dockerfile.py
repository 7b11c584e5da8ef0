"""The model of one Dockerfile: its stages and the facts that rules ask for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from jettison.model.packages import PackageCall, package_call, steered_managers
from jettison.model.run import Run, read_mounts
from jettison.model.scope import Scope
from jettison.model.stage import Stage, read_from
from jettison.model.start import StartCommand, start_commands
from jettison.span import SourceText
from jettison.syntax.shell import ShellBody, commands
from jettison.syntax.shell_command import SHELLS
from jettison.syntax.tree import File, Instruction
from jettison.syntax.vocabulary import WORDS

if TYPE_CHECKING:
    import re

    from jettison.model.context import BuildContext, ContextFile
    from jettison.model.copied import Copied
    from jettison.model.secrets import Secret
    from jettison.span import Span

MAX_SCOPES: Final = 2000
_SCOPELESS: Final = frozenset(("RUN", "COPY", "ADD", "ONBUILD", "STOPSIGNAL", "MAINTAINER"))
# Shell text and commands of one file that are looked at: no real file has as many, and time stays bounded.
MAX_SHELL_BYTES: Final = 256 * 1024
MAX_COMMANDS: Final = 2500


class Model:
    """Everything known about one Dockerfile; facts are computed once, on demand."""

    __slots__ = (
        "_bodies",
        "_copied",
        "_ends",
        "_every_run",
        "_lowered",
        "_needed",
        "_programs",
        "_run_at",
        "_runs",
        "_scopes",
        "_shell_budget",
        "_started",
        "_steered",
        "_words",
        "_words_of_text",
        "build_contexts",
        "context",
        "file",
        "found_spans",
        "meta",
        "meta_args",
        "options",
        "secret_patterns",
        "source",
        "stages",
        "target",
        "text_secrets",
        "unread_shell",
        "variable_secrets",
    )

    def __init__(self, file: File, context: BuildContext | None, target: str | None) -> None:
        self.file = file
        self.source: SourceText = file.source
        self.context = context
        self.target = target
        self.meta_args: tuple[Instruction, ...] = ()
        self.meta: dict[str, str] = {}
        self.stages: tuple[Stage, ...] = ()
        self.build_contexts: frozenset[str] = frozenset()
        self.options: Mapping[str, Mapping[str, object]] = {}
        self._bodies: dict[int, ShellBody] = {}
        self._runs: tuple[Run, ...] | None = None
        self._every_run: tuple[Run, ...] | None = None
        self._run_at: dict[int, Run] | None = None
        self._programs: frozenset[str] | None = None
        self._scopes: dict[int, Scope] = {}
        self._ends: dict[int, Scope] = {}
        self._lowered: str | None = None
        self._words_of_text: tuple[int, frozenset[str]] | None = None
        self._needed: tuple[frozenset[int], frozenset[int]] | None = None
        self._shell_budget = [MAX_SHELL_BYTES, MAX_COMMANDS]
        self.unread_shell: Instruction | None = None
        self._words: dict[str, bool] = {}
        self.text_secrets: tuple[Secret, ...] | None = None
        self.found_spans: tuple[Span, ...] | None = None
        self.variable_secrets: tuple[Secret, ...] | None = None
        self.secret_patterns: list[tuple[str, re.Pattern[str]]] | None = None
        self._started: tuple[StartCommand, ...] | None = None
        self._copied: tuple[Copied, ...] | None = None
        self._steered: dict[int, frozenset[str]] = {}

    @property
    def path(self) -> str:
        """Return the path of the file as it was given."""
        return self.file.source.path

    @property
    def final(self) -> Stage | None:
        """Return the stage that becomes the image: the target, else the last."""
        if self.target is not None:
            for stage in self.stages:
                if stage.name == self.target.lower() or str(stage.index) == self.target:
                    return stage
        return self.stages[-1] if self.stages else None

    @property
    def runs(self) -> tuple[Run, ...]:
        """Return every RUN of every stage."""
        if self._runs is None:
            self._runs = tuple(
                self._run(node, stage) for stage in self.stages for node in stage.instructions if node.keyword == "RUN"
            )
        return self._runs

    @property
    def every_run(self) -> tuple[Run, ...]:
        """Return every RUN, those that ONBUILD puts into images built on this one too: for rules about commands."""
        if self._every_run is None:
            triggers = [
                (node, node.onbuild, stage) for stage in self.stages for node in stage.instructions if node.onbuild
            ]
            found = [self._trigger(outer, inner, stage) for outer, inner, stage in triggers if inner.keyword == "RUN"]
            runs = (*self.runs, *found)
            self._every_run = tuple(sorted(runs, key=lambda r: r.instruction.span.start)) if found else runs
        return self._every_run

    def _trigger(self, outer: Instruction, inner: Instruction, stage: Stage) -> Run:
        self._scopes[inner.span.start] = self.scope_at(outer, stage)
        return self._run(inner, stage)

    @property
    def run_at(self) -> dict[int, Run]:
        """Return every RUN by the place of its instruction."""
        if self._run_at is None:
            self._run_at = {run.instruction.span.start: run for run in self.runs}
        return self._run_at

    @property
    def programs(self) -> frozenset[str]:
        """Return the names of all programs that a RUN calls."""
        if self._programs is None:
            self._programs = frozenset([command.name for run in self.runs for command in run.commands])
        return self._programs

    def _run(self, node: Instruction, stage: Stage) -> Run:
        body = self.shell_body(node, stage)
        return Run(node, stage, body.commands, body.has_error, self.scope_at(node, stage).user)

    def shell_body(self, node: Instruction, stage: Stage) -> ShellBody:
        """Return the commands of a RUN, CMD, ENTRYPOINT or HEALTHCHECK, in shell or exec form.

        A body for another shell (PowerShell, cmd, Python) is not understood: no commands, an error.
        """
        key = node.span.start
        if key not in self._bodies:
            known = node.form == "exec" or self.scope_at(node, stage).shell[0].rsplit("/", 1)[-1] in SHELLS
            self._bodies[key] = commands(self.file, node, self._shell_budget) if known else ShellBody((), True)
            if self.unread_shell is None and min(self._shell_budget) <= 0:
                self.unread_shell = node
        return self._bodies[key]

    def start_commands(self) -> tuple[StartCommand, ...]:
        """Return the commands that the final image's ENTRYPOINT and CMD run, shells and small inits seen through."""
        if self._started is None:
            self._started = start_commands(self)
        return self._started

    def copied(self) -> tuple[Copied, ...]:
        """Return what each COPY, ADD and bind mount takes from the build context; empty without a context."""
        if self._copied is None:
            from jettison.model.copied import copied

            self._copied = copied(self)
        return self._copied

    def instructions(self, *keywords: str) -> Iterator[Instruction]:
        """Yield the instructions of all stages with one of these keywords."""
        for stage in self.stages:
            for node in stage.instructions:
                if node.keyword in keywords:
                    yield node

    def every(self, *keywords: str) -> Iterator[tuple[Instruction, BuildContext | None]]:
        """Yield them and those that ONBUILD puts into images built on this one, each with its build context if known."""
        for stage in self.stages:
            for node, later in stage.every(*keywords):
                yield node, None if later else self.context

    def files_of(self, copy: Instruction) -> list[ContextFile]:
        """Return the files of the context that a COPY or ADD copies."""
        return [file for each in self.copied() if each.node is copy for file in each.files]

    def steered_by(self, copy: Instruction) -> frozenset[str]:
        """Return the package managers for which a COPY or ADD brings a file that decides what they install by name."""
        key = copy.span.start
        if key not in self._steered:
            self._steered[key] = steered_managers([file.path for file in self.files_of(copy)])
        return self._steered[key]

    def facts(self, run: Run) -> tuple[PackageCall, ...]:
        """Return the package-manager calls of a RUN."""
        calls = run.calls
        if calls is None:
            known = map(package_call, run.commands)
            calls = run.calls = tuple([call for call in known if call is not None])
        return calls

    def scope_at(self, node: Instruction, stage: Stage) -> Scope:
        """Return the scope in force just before an instruction of a stage."""
        key = node.span.start
        if key not in self._scopes:
            self._fill_scopes(stage)
        return self._scopes[key]

    def end_scope(self, stage: Stage) -> Scope:
        """Return the scope after the last instruction of a stage; it is shared and must not be changed."""
        if stage.index not in self._ends:
            self._fill_scopes(stage)
        return self._ends[stage.index]

    def _fill_scopes(self, stage: Stage) -> None:
        scope = stage.start.copy()
        snapshot = stage.start
        left = MAX_SCOPES
        for node in stage.instructions:
            self._scopes[node.span.start] = snapshot
            if node.keyword not in _SCOPELESS:
                scope.apply(node, self.file.escape, self.meta)
                # Each copy is as large as all before it: a hostile file gets no more than so many.
                if left:
                    snapshot = scope.after(node, snapshot)
                    left -= 1
        self._ends[stage.index] = scope

    def stage_of(self, node: Instruction) -> Stage:
        """Return the stage that holds an instruction."""
        at = bisect_right(self.stages, node.span.start, key=lambda stage: stage.from_.span.start)
        return self.stages[at - 1]

    def stage_before(self, stage: Stage, name: str) -> Stage | None:
        """Return the stage above another that a name or a number stands for, None where there is none."""
        wanted = name.lower()
        if not wanted:
            return None
        above = self.stages[: stage.index]
        return next((each for each in above if wanted in ((each.name or "").lower(), str(each.index))), None)

    def lineage(self, stage: Stage) -> list[Stage]:
        """Return the stage and the stages it is FROM, the oldest first."""
        if stage.base.stage is None:
            return [stage]
        chain = [stage]
        while chain[-1].base.stage is not None:
            chain.append(self.stages[chain[-1].base.stage])
        return chain[::-1]

    def reaches_final(self, stage: Stage) -> bool:
        """Return whether the final image needs this stage in any way."""
        return stage.index in (self._needed or self._of_final())[0]

    def in_final_image(self, stage: Stage) -> bool:
        """Return whether the layers of this stage are part of the final image."""
        return stage.index in (self._needed or self._of_final())[1]

    def _of_final(self) -> tuple[frozenset[int], frozenset[int]]:
        if self._needed is None:
            final = self.final
            waiting, seen = [] if final is None else [final.index], set()
            while waiting:
                index = waiting.pop()
                if index not in seen:
                    seen.add(index)
                    waiting.extend(self.stages[index].depends_on)
            chain = () if final is None else self.lineage(final)
            self._needed = frozenset(seen), frozenset([stage.index for stage in chain])
        return self._needed

    @property
    def lowered(self) -> str:
        """Return the text of the file in lower case, one character for each byte."""
        if self._lowered is None:
            self._lowered = self.source.data.decode("latin-1").lower()
        return self._lowered

    @property
    def words_of_text(self) -> frozenset[str]:
        """Return the words of WORDS that stand in that text."""
        if self._words_of_text is None or self._words_of_text[0] != WORDS.edition:
            self._words_of_text = WORDS.edition, WORDS.found(self.lowered, self.source.data)
        return self._words_of_text[1]

    def text_has(self, word: str) -> bool:
        """Return whether the file holds this lower-case word anywhere."""
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = word in self.lowered
        return known


def build_model(
    file: File,
    context: BuildContext | None = None,
    build_args: Mapping[str, str] | None = None,
    target: str | None = None,
) -> Model:
    """Return the model of a parsed file; never raises on input."""
    model = Model(file, context, target)
    escape = file.escape
    given = dict(build_args or {})
    scope = Scope()
    names: dict[str, int] = {}
    stages: list[Stage] = []
    bodies: list[list[Instruction]] = []
    meta_args: list[Instruction] = []
    for node in file.instructions:
        if node.keyword == "FROM":
            base, name = read_from(node, len(stages), names, {**scope.args, **given}, escape)
            start = _start_scope(base.stage, stages, bodies, escape, scope.args)
            stage = Stage(len(stages), name, node, base, start)
            stages.append(stage)
            bodies.append([])
            names[str(stage.index)] = stage.index
            if name:
                names[name] = stage.index
        elif bodies:
            bodies[-1].append(node)
        elif node.keyword == "ARG":
            meta_args.append(node)
            scope.apply(node, escape, {})
    model.meta_args = tuple(meta_args)
    model.meta = {**scope.args, **given}
    for stage, body in zip(stages, bodies, strict=True):
        stage.instructions = tuple(body)
        _link(stage, names)
    model.stages = tuple(stages)
    return model


def _start_scope(
    parent: int | None,
    stages: list[Stage],
    bodies: list[list[Instruction]],
    escape: str,
    meta: dict[str, str],
) -> Scope:
    if parent is None:
        return Scope()
    scope = stages[parent].start.copy()
    for node in bodies[parent]:
        scope.apply(node, escape, meta)
    return scope.child()


def _link(stage: Stage, names: dict[str, int]) -> None:
    needed = [] if stage.base.stage is None else [stage.base.stage]
    errors: list[Instruction] = []
    for node in stage.instructions:
        # A stage is named by a flag alone.
        for source in read_from_stages(node) if node.flags else ():
            index = names.get(source.lower())
            if index is None:
                continue
            if index >= stage.index:
                errors.append(node)
                continue
            needed.append(index)
    stage.depends_on = tuple(dict.fromkeys(needed))
    stage.order_errors = tuple(errors)


def read_from_stages(node: Instruction) -> list[str]:
    """Return the names of the stages and images that an instruction reads from by its flags."""
    if node.keyword in ("COPY", "ADD"):
        flag = node.flag("from")
        return [flag.value] if flag and flag.value else []
    if node.keyword == "RUN":
        return [mount.options["from"] for mount in read_mounts(node) if mount.options.get("from")]
    return []
