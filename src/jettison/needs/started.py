"""What an image starts: the programs and files that its configuration and its entry scripts name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jettison.syntax.shell_command import SHELLS

if TYPE_CHECKING:
    from jettison.image.image import Image

MAX_SCRIPTS: Final = 64
_WORD: Final = re.compile(r"[\w./@+-]{1,200}\Z")


class Started:
    """Paths of files that starting the image reads. Links on the way to them count as well."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._search = image.config.env_map.get(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        ).split(":")
        self.paths: dict[str, str] = {}
        self.names: set[str] = set()
        self._scripts = 0

    def command(self, argv: Sequence[str], why: str) -> None:
        """Follow a command line: its program, and every word that names a program or a file."""
        if not argv:
            return
        if posixpath.basename(argv[0]) in SHELLS and "-c" in argv[:3]:
            self.program(argv[0], why)
            for text in argv[argv.index("-c") + 1 :][:1]:
                self.script(text.encode(), why)
            return
        for number, word in enumerate(argv):
            if number == 0 or "/" not in word:
                self.program(word, why)
            self.file(word, why)

    def program(self, word: str, why: str) -> bool:
        """Follow a program by name or path; return whether it was found."""
        if not _WORD.match(word):
            return False
        self.names.add(posixpath.basename(word))
        candidates = (
            [posixpath.join("/", self._image.config.workdir, word)]
            if "/" in word
            else [f"{folder}/{word}" for folder in self._search if folder]
        )
        for path in candidates:
            entry = self._image.find(path)
            if entry is not None and entry.kind == "file" and ("/" in word or entry.mode & 0o111):
                self._take(path, why)
                return True
        return False

    def file(self, word: str, why: str) -> None:
        """Follow the files of an argument; lists such as a class path are taken apart."""
        for part in re.split(r"[:,=]", word):
            if not part or not _WORD.match(part) or part in (".", "/"):
                continue
            path = posixpath.normpath(posixpath.join("/", self._image.config.workdir, part))
            entry = self._image.find(path)
            if entry is not None and entry.kind == "file":
                self._take(path, why)

    def script(self, text: bytes, why: str) -> None:
        """Follow the programs that a shell script names."""
        from jettison.syntax.shell import script_commands

        self._scripts += 1
        if self._scripts > MAX_SCRIPTS:
            return
        for command in script_commands(text).commands:
            words = [word.value for word in command.full_argv]
            if words and words[0] in (".", "source"):
                words = words[1:]
            if words:
                self.program(words[0], why)
            for word in [w.value for w in command.argv][:1]:
                self.program(word, why)
            for word in words[1:]:
                self.file(word.strip("\"'"), why)

    def _take(self, path: str, why: str) -> None:
        for step in chain(self._image, path):
            if step in self.paths:
                continue
            self.paths[step] = why
            line = self._image.interpreters.get(step)
            if line:
                words = line.split()
                self.program(words[1] if posixpath.basename(words[0]) == "env" and len(words) > 1 else words[0], why)
                self.program(words[0], why)
                if posixpath.basename(words[0]) in SHELLS or words[-1] in SHELLS:
                    self.script(self._image.texts.get(step, b""), f"/{step}")


def chain(image: Image, path: str) -> Iterable[str]:
    """Yield every path that following `path` passes: links, in folders too, and the real one last."""
    seen: set[str] = set()
    waiting = [part for part in path.split("/") if part]
    done: list[str] = []
    while waiting and len(seen) < 200:
        part = waiting.pop(0)
        if part in (".", ".."):
            done = done[:-1] if part == ".." else done
            continue
        here = "/".join([*done, part])
        entry = image.files.get(here)
        if entry is not None and entry.kind == "link" and here not in seen:
            seen.add(here)
            yield here
            if entry.link.startswith("/"):
                done = []
            waiting = [piece for piece in entry.link.split("/") if piece] + waiting
            continue
        done.append(part)
    real = "/".join(done)
    if real in image.files:
        yield real
