"""What a pass over a layer keeps of the files it sees.

One reading of the bytes serves every question: what the proof needs (programs, interpreters, accounts),
the packages, the secrets, and a digest of every file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from jettison.image.elf import MAGIC, Elf, read_elf

if TYPE_CHECKING:
    from jettison.image.image import FileEntry
    from jettison.image.tar import TarEntry, TarStream
    from jettison.secretscan.scanner import Scanner

MAX_ELF: Final = 512 * 1024 * 1024
MAX_TEXT: Final = 4 * 1024 * 1024
MAX_TEXTS: Final = 256 * 1024 * 1024
WHOLE: Final = 64 * 1024 * 1024
OVERLAP: Final = 16 * 1024
PIECE: Final = 1 << 20
_TEXTS: Final = re.compile(
    r"etc/(?:passwd|group|shadow|ld\.so\.conf|ld\.so\.conf\.d/[^/]+|os-release)\Z|var/lib/dpkg/info/[^/]+\.list\Z|(?:.*/)?pyvenv\.cfg\Z"
)
_SHEBANG: Final = re.compile(rb"#!\s*([^\s\0]{1,255})(?:[ \t]+([^\s\0]{1,255}))?")


@dataclass(slots=True)
class LayerFacts:
    """What one layer's tar holds; its place in the image is known only at the end.

    entries: path -> entry in the order of the archive, whiteouts as they are named. hardlinks: path -> target.
    contents: what the inventory wants of small files; packages: what it read of large ones.
    size: bytes of its files; compressed: bytes under gzip, 0 when not asked for.
    """

    entries: dict[str, FileEntry] = field(default_factory=dict)
    hardlinks: dict[str, str] = field(default_factory=dict)
    elves: dict[str, Elf] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    interpreters: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    packages: dict[str, list[Any]] = field(default_factory=dict)
    hits: dict[str, list[Any]] = field(default_factory=dict)
    size: int = 0
    compressed: int = 0
    sha256: str = ""


class ProofCollector:
    """Keeps what the proof asks: programs, scripts, accounts, and the size under gzip."""

    gzip: bool = True

    def learn(self, facts: LayerFacts, tar: TarStream, member: TarEntry, path: str, kept: int) -> int:
        """Read what is wanted of the current member; return the bytes that were kept."""
        executable = bool(member.mode & 0o111) or ".so" in path
        text = member.size <= MAX_TEXT and _TEXTS.match(path) is not None
        if kept > MAX_TEXTS or (not executable and not text):
            return 0
        if text:
            facts.texts[path] = tar.read(MAX_TEXT)
            return member.size
        note_program(facts, path, tar.read(512), tar, member.size)
        return 0


def note_program(facts: LayerFacts, path: str, head: bytes, tar: TarStream, size: int) -> bytes:
    """Keep what a program needs to start; return all that was read of it."""
    if head[:4] == MAGIC and size <= MAX_ELF:
        data = head + tar.read(MAX_ELF)
        elf = read_elf(data)
        if elf is not None:
            facts.elves[path] = elf
        return data
    if head[:2] == b"#!":
        match = _SHEBANG.match(head)
        if match:
            parts = [part for part in match.groups() if part]
            facts.interpreters[path] = b" ".join(parts).decode("utf-8", "replace")
    return head


class _Seen:
    """The bytes of a file for the scanner: whole, or in pieces that overlap when it is very large."""

    __slots__ = ("_at", "_facts", "_held", "_path", "_pieces", "_scanner", "_size")

    def __init__(self, scanner: Scanner | None, facts: LayerFacts, path: str, size: int) -> None:
        self._scanner = scanner
        self._facts = facts
        self._path = path
        self._size = size
        self._pieces: list[bytes] = []
        self._held = 0
        self._at = 0

    def take(self, data: bytes) -> None:
        """Take the next bytes."""
        if self._scanner is None:
            return
        self._pieces.append(data)
        self._held += len(data)
        if self._held > WHOLE:
            rest = self._look()[-OVERLAP:]
            self._at += self._held - len(rest)
            self._pieces, self._held = [rest], len(rest)

    def finish(self) -> None:
        """Look at what is left."""
        if self._scanner is not None:
            self._look()

    def _look(self) -> bytes:
        data = b"".join(self._pieces)
        if self._scanner is not None:
            found = self._scanner.scan(self._path, 0, self._size, data, self._at)
            if found:
                self._facts.hits.setdefault(self._path, []).extend(found)
        return data


class InventoryCollector:
    """Keeps what the inventory reads, and a digest of every file that tells a changed one from a touched one."""

    gzip: bool = False

    def __init__(self, scanner: Scanner | None = None) -> None:
        from jettison.inventory.collect import is_large, read_large, wants, wants_program

        self.scanner = scanner
        self._wants = wants
        self._wants_program = wants_program
        self._is_large = is_large
        self._read_large = read_large

    def learn(self, facts: LayerFacts, tar: TarStream, member: TarEntry, path: str, kept: int) -> int:
        """Read the whole member, in pieces where it is not wanted; return the bytes that were kept."""
        wanted = self._wants(path, member.size, member.mode) if kept <= MAX_TEXTS else 0
        head = tar.read(max(512, min(wanted, PIECE)) if wanted else PIECE)
        seen = _Seen(self.scanner, facts, path, member.size)
        digest = hashlib.sha256(head)
        seen.take(head)
        if wanted and self._is_large(path):
            data = head + tar.read(min(wanted, MAX_ELF))
            facts.packages[path] = self._read_large(path, data)
            digest.update(data[len(head) :])
            seen.take(data[len(head) :])
            head, wanted = b"", 0
        elif wanted and self._wants_program(member.size, head[:64]) and wanted <= 64:
            data = head + tar.read(MAX_ELF)
            digest.update(data[len(head) :])
            seen.take(data[len(head) :])
            found = self._read_large(path, data)
            if found:
                facts.packages[path] = found
            head, wanted = b"", 0
        elif wanted > 64:
            data = head + (tar.read(wanted - len(head)) if wanted > len(head) else b"")
            digest.update(data[len(head) :])
            seen.take(data[len(head) :])
            facts.contents[path] = data[:wanted]
        if _TEXTS.match(path) and path not in facts.contents and member.size <= len(head):
            facts.texts[path] = head
        while piece := tar.read(PIECE):
            digest.update(piece)
            seen.take(piece)
        seen.finish()
        facts.entries[path].digest = digest.digest()
        return wanted if wanted > 64 else 0
