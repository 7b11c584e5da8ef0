"""What will be generated for one service: the chosen bases and every placeholder with its value."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.errors import UsageError
from jettison.knowledge.ecosystem import AIMS, Ecosystem, Runtime, Step, ecosystems

if TYPE_CHECKING:
    from jettison.project.service import Service
    from jettison.project.tree import Tree

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Plan:
    """One service with what was chosen for it. port None: it listens on none; runs_on: whose runtime it is."""

    service: Service
    tree: Tree
    runs_on: Ecosystem
    runtime: Runtime
    version: str
    build_base: str
    runtime_base: str
    port: int | None
    health: str
    values: dict[str, str]
    mounts: bool = True
    link: bool = False

    @property
    def volumes(self) -> tuple[str, ...]:
        """Return the folders of the container that the program writes to."""
        return tuple(posixpath.join(self.runs_on.run.workdir, folder) for folder in self.writable)

    @property
    def writable(self) -> tuple[str, ...]:
        """Return the folders that the program writes to, relative to its own: where the base can make them."""
        framework = self.service.framework
        made = self.service.makes if self.runtime.family != "none" and not self.service.web_root else ()
        return tuple(dict.fromkeys((*(framework.writable if framework else ()), *made)))

    def text(self, template: str) -> str:
        """Return a text of the ecosystem with its placeholders filled in; unknown ones stay."""
        return _PLACEHOLDER.sub(lambda match: self.values.get(match[1], match[0]), template)

    def texts(self, templates: tuple[str, ...]) -> tuple[str, ...]:
        """Return texts with their placeholders filled in."""
        return tuple(self.text(one) for one in templates)

    def commands(self, steps: tuple[Step, ...]) -> tuple[str, ...]:
        """Return the commands of the first step that fits this project."""
        for step in steps:
            there = all(self.tree.has(self.text(path)) for path in step.when)
            told = step.when_text is None or re.search(step.when_text[1], self.tree.text(step.when_text[0]))
            if there and told:
                return self.texts(step.run)
        return ()


def make_plan(
    service: Service,
    tree: Tree,
    *,
    aim: str = "small",
    port: int | None = None,
    version: str = "",
    base: str = "",
    health: str = "",
    mounts: bool = True,
    link: bool = False,
) -> Plan:
    """Return the plan of a service.

    Raises UsageError for an aim that there is not.
    """
    if aim not in AIMS:
        raise UsageError(f"unknown aim {aim!r}: choose {', '.join(AIMS)}")
    one = service.ecosystem
    pages = bool(service.web_root) and one.language != "static"
    runs_on = ecosystems()["static-site"] if pages else one
    # For pages that are built, a stated version is that of what builds them; for mere pages, of the web server.
    number = version or service.version.text
    runtime_version = runs_on.version.default if pages else number
    runtime = _runtime(service, runs_on, aim, runtime_version)
    chosen_port = port if port is not None else service.port
    values = {
        **service.tools,
        **service.program.names,
        "version": number,
        "port": str(chosen_port or ""),
        "path": health or service.health or "/",
        "root": runs_on.run.workdir,
        "adds": "".join(f" {name}" for name in service.program.adds),
    }
    values = {name: _filled(text, values) for name, text in values.items()}
    return Plan(
        service=service,
        tree=tree,
        runs_on=runs_on,
        runtime=runtime,
        version=number,
        build_base=_filled(one.build.base, values),
        runtime_base=base or _filled(runtime.base, {**values, "version": runtime_version}),
        port=chosen_port,
        health=health or service.health,
        values=values,
        mounts=mounts,
        link=link,
    )


def _filled(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _runtime(service: Service, runs_on: Ecosystem, aim: str, version: str) -> Runtime:
    """Return the largest base within the aim, or the next safer one where none fits."""
    fits = [
        one
        for one in runs_on.runtimes
        if (one.libc or not service.libc)
        and (not one.versions or version in one.versions)
        # Packages and accounts can only be added where there is a package manager.
        and (one.family == "debian" or not (service.run_packages or service.extensions))
    ]
    wanted = AIMS.index(aim)
    ranked = [one for one in fits if AIMS.index(one.aim) <= wanted]
    if ranked:
        best = max(AIMS.index(one.aim) for one in ranked)
        return min((one for one in ranked if AIMS.index(one.aim) == best), key=lambda one: one.bytes)
    return fits[-1] if fits else runs_on.runtimes[-1]
