"""One program of a source tree that can run in a container of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from jettison.knowledge.ecosystem import Ecosystem, Framework
from jettison.project.version import Version


@dataclass(frozen=True, slots=True)
class Program:
    """What a language's own look at the sources found.

    names: values of the placeholders; start: the start command in exec form, empty for the ecosystem's own;
    env: variables that running needs; build: commands beside the ecosystem's; artefacts: paths beside them;
    data: files and folders of the sources that a compiled program reads at run time; web_root: folder
    of finished pages, when a web server is all that runs; listens: whether it opens a port at all;
    notes: what had to be guessed, in words. startable: something to start was found; part: it needs what lies above
    its folder.
    """

    names: dict[str, str] = field(default_factory=dict)
    start: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    build: tuple[str, ...] = ()
    artefacts: tuple[tuple[str, str], ...] = ()
    data: tuple[str, ...] = ()
    web_root: str = ""
    builds: bool = False
    adds: tuple[str, ...] = ()
    libc: bool = False
    port: int | None = None
    notes: tuple[str, ...] = ()
    startable: bool = True
    part: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A recognised program. folder: relative to the root, "" for the root itself; port None: it listens on none.

    origin: files that decided (the mark, the version, the port). assets: front ends that are built for it.
    makes: folders that it makes when it runs, relative to where it runs.
    """

    folder: str
    name: str
    ecosystem: Ecosystem
    framework: Framework | None
    version: Version
    program: Program
    port: int | None
    health: str
    mark: str
    build_packages: tuple[str, ...] = ()
    run_packages: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    libc: bool = False
    variables: tuple[str, ...] = ()
    tools: dict[str, str] = field(default_factory=dict)
    assets: tuple[Service, ...] = ()
    makes: tuple[str, ...] = ()

    @property
    def web_root(self) -> str:
        """Return the folder of finished pages when a web server is all that runs, else ""."""
        if self.program.web_root:
            return self.program.web_root
        own = self.framework.web_root if self.framework else ""
        return own if self.ecosystem.language == "node" else ""

    @property
    def title(self) -> str:
        """Return what it is, for people."""
        return self.titled(self.version.text)

    def titled(self, version: str) -> str:
        """Return what it is with a version that was chosen for it, "" for none."""
        kind = self.ecosystem.title + (f", {self.framework.name}" if self.framework else "")
        return f"{kind} ({self.ecosystem.version.name} {version})" if version else kind
