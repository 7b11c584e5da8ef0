"""What a pass over a layer keeps for the proof, alone or with what an inspection tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.image.collect import MAX_TEXT, Collector, Content, InventoryCollector, LayerFacts, without_passwords
from jettison.image.elf import MAGIC, read_elf

if TYPE_CHECKING:
    from jettison.secretscan.run import Placed
    from jettison.secretscan.scanner import Scanner

_TEXTS: Final = re.compile(
    r"etc/(?:passwd|group|shadow|ld\.so\.conf|ld\.so\.conf\.d/[^/]+|os-release|apache2/.*\.(?:load|conf))\Z|var/lib/dpkg/(?:status|info/[^/]+\.list)\Z|(?:.*/)?pyvenv\.cfg\Z"
)
MAX_SCRIPT: Final = 64 * 1024
_SHELL_SCRIPT: Final = re.compile(rb"#![ \t]*(?:/\S*/)?(?:env[ \t]+)?(?:ba|da|a)?sh\b")
_SHEBANG: Final = re.compile(rb"#!\s*([^\s\0]{1,255})(?:[ \t]+([^\s\0]{1,255}))?")


class ProofCollector:
    """Keeps what the proof asks: programs, scripts, accounts, and the size under gzip."""

    gzip: bool = True
    digests: bool = True
    passes_over: bool = False
    key: str = ""

    def is_ready(self, now: bool = False) -> bool:
        """Return that nothing has to be made first."""
        return True

    def learn(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content, at: int) -> None:
        """Keep what a program needs to start, and the texts that name users and places."""
        if len(data) == size:
            self._keep(facts, path, mode, size, data)

    def learn_run(self, facts: LayerFacts, files: Sequence[Placed], data: memoryview, search: bool = True) -> None:
        """Learn each file of a run."""
        for path, mode, size, at, _ in files:
            self.learn(facts, path, mode, size, data[at : at + size], 0)

    def learn_large(self, facts: LayerFacts, path: str, mode: int, size: int, data: memoryview) -> None:
        """Keep what a very large program needs to start."""
        self._keep(facts, path, mode, size, data)

    def wants_name(self, path: str, mode: int) -> bool:
        """Return that what the proof asks has names of its own."""
        return False

    def learn_name(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content) -> None:
        """Keep nothing more."""

    def _keep(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content) -> None:
        if size <= MAX_TEXT and _TEXTS.match(path) is not None:
            facts.keep(facts.texts, path, without_passwords(path, data))
        elif mode & 0o111 or ".so" in path:
            note_program(facts, path, data)
            if size <= MAX_SCRIPT and _SHELL_SCRIPT.match(bytes(data[:64])):
                facts.keep(facts.texts, path, data)


def note_program(facts: LayerFacts, path: str, data: Content) -> None:
    """Keep what a program needs to start."""
    head = bytes(data[:512])
    if head[:4] == MAGIC:
        elf = read_elf(data)
        if elf is not None:
            facts.elves[path] = elf
    elif head[:2] == b"#!":
        match = _SHEBANG.match(head)
        if match:
            parts = [part for part in match.groups() if part]
            facts.interpreters[path] = b" ".join(parts).decode("utf-8", "replace")


class WholeCollector:
    """Keeps what the proof asks and what an inspection tells, from one reading: for images that are built to be compared."""

    gzip: bool = True
    digests: bool = True
    passes_over: bool = False
    key: str = ""

    def __init__(self, scanner: Scanner) -> None:
        self._parts: tuple[Collector, ...] = (ProofCollector(), InventoryCollector(scanner))
        self.passes_over = not scanner.everything

    def is_ready(self, now: bool = False) -> bool:
        """Return whether both can begin at once; now: make it so."""
        return all(part.is_ready(now) for part in self._parts)

    def learn(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content, at: int) -> None:
        """Let both see the file."""
        for part in self._parts:
            part.learn(facts, path, mode, size, data, at)

    def learn_run(self, facts: LayerFacts, files: Sequence[Placed], data: memoryview, search: bool = True) -> None:
        """Let both see the files of a run."""
        for part in self._parts:
            part.learn_run(facts, files, data, search)

    def learn_large(self, facts: LayerFacts, path: str, mode: int, size: int, data: memoryview) -> None:
        """Let both see a very large file as a whole."""
        for part in self._parts:
            part.learn_large(facts, path, mode, size, data)

    def wants_name(self, path: str, mode: int) -> bool:
        """Return whether one of both wants it."""
        return any(part.wants_name(path, mode) for part in self._parts)

    def learn_name(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content) -> None:
        """Let both keep what they want."""
        for part in self._parts:
            part.learn_name(facts, path, mode, size, data)
