"""The build context: which files a build sends, by Docker's documented .dockerignore rules.

Source: Docker documentation, "Build context", section ".dockerignore files": order decides, `!`
re-includes, `**` spans folders, a pattern that matches a folder takes all below it, leading and
trailing slashes do not matter, `<Dockerfile>.dockerignore` wins over `.dockerignore`.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import Final

from jettison.named_tuple import NamedTuple

MAX_FILES: Final = 200_000
MAX_DEPTH: Final = 200
MAX_IGNORE_BYTES: Final = 1024 * 1024


class ContextFile(NamedTuple):
    """One file of the context: path relative to its root with slashes, size in bytes."""

    path: str
    size: int


class IgnorePattern(NamedTuple):
    """One line of an ignore file, compiled."""

    text: str
    negated: bool
    regex: re.Pattern[str] | Glob


class IgnoreFile:
    """The patterns of one ignore file, in order."""

    __slots__ = ("has_negation", "key", "patterns")

    def __init__(self, patterns: tuple[IgnorePattern, ...]) -> None:
        self.patterns = patterns
        # Two with the same patterns keep the same files back.
        self.key = tuple((pattern.negated, pattern.text) for pattern in patterns)
        self.has_negation = any(pattern.negated for pattern in patterns)

    @classmethod
    def parse(cls, data: bytes) -> IgnoreFile:
        """Return the patterns of `data`; a pattern that is no valid glob matches nothing."""
        text = data[:MAX_IGNORE_BYTES].decode("utf-8-sig", "surrogateescape")
        patterns = []
        for line in text.split("\n"):
            line = line.rstrip("\r")
            if line.startswith("#"):
                continue
            line = line.strip()
            negated = line.startswith("!")
            body = line[1:].strip() if negated else line
            if not body:
                continue
            cleaned = posixpath.normpath(body)
            if cleaned == ".":
                continue
            cleaned = cleaned.lstrip("/") or "/"
            if not negated:
                # Builders read what is left once more: blanks beside slashes, and a sign of negation behind the first.
                cleaned = cleaned.strip()
                negated = cleaned.startswith("!")
                cleaned = posixpath.normpath(cleaned.removeprefix("!") or "/")
            regex = _compile(cleaned)
            if regex is not None:
                patterns.append(IgnorePattern(cleaned, negated, regex))
        return cls(tuple(patterns))

    def excludes(self, path: str) -> bool:
        """Return whether a file at this path (slashes, relative) stays out of the context."""
        names = _parents(path)
        if not self.has_negation:
            return any(pattern.regex.match(name) for pattern in self.patterns for name in names)
        excluded, held = False, frozenset[int]()
        for name in reversed(names):
            # What matched a folder matches all below it. A pattern that could change nothing about the folder is not
            # looked at there: `!src` lets nothing of a src in that was not kept back.
            excluded, matched = False, []
            for number, pattern in enumerate(self.patterns):
                if number in held or (pattern.negated == excluded and pattern.regex.match(name)):
                    matched.append(number)
                    excluded = not pattern.negated
            held = frozenset(matched)
        return excluded


def _parents(path: str) -> list[str]:
    names = [path]
    at = path.rfind("/")
    while at > 0:
        names.append(path[:at])
        at = path.rfind("/", 0, at)
    return names


# With few wildcards a backtracking regex is quick and cannot be made slow; with more, a matcher
# that walks all possibilities at once takes time proportional to pattern times path.
_MAX_REGEX_WILDCARDS: Final = 3
_SET_SIGNS: Final = re.compile(r"[\[&|~]")
_SPECIAL: Final = re.compile(r"[*?\[\]\\]")
_FOLDERS, _DEEP, _STAR = "**/", "**", "*"


class Glob:
    """A pattern with many wildcards, matched in bounded time."""

    __slots__ = ("_tokens",)

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [
            token if token in (_FOLDERS, _DEEP, _STAR) else re.compile(token, re.DOTALL) for token in tokens
        ]

    def match(self, path: str) -> bool:
        """Return whether the whole path matches."""
        tokens = self._tokens
        # A state is the number of the next token; ~n is inside the n-th, a `**/` that only a slash ends.
        states = self._closed({0})
        for char in path:
            after = set()
            for state in states:
                number = ~state if state < 0 else state
                token = tokens[number] if number < len(tokens) else None
                if token == _FOLDERS:
                    after.add(~number)
                    if char == "/":
                        after.add(number + 1)
                elif token == _DEEP or (token == _STAR and char != "/"):
                    after.add(number)
                elif token is not None and not isinstance(token, str) and token.match(char):
                    after.add(number + 1)
            states = self._closed(after)
            if not states:
                return False
        return len(tokens) in states

    def _closed(self, states: set[int]) -> set[int]:
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            token = self._tokens[state] if 0 <= state < len(self._tokens) else None
            if isinstance(token, str) and state + 1 not in states:
                states.add(state + 1)
                waiting.append(state + 1)
        return states


def _tokens(glob: str) -> list[str] | None:
    out: list[str] = []
    index = 0
    while index < len(glob):
        char = glob[index]
        index += 1
        if char == "*" and glob.startswith("*", index):
            first = index == 1
            index += 1
            slash = glob.startswith("/", index)
            index += slash
            # Folders also without a slash behind it, but for the last of a pattern, and the first where the rest is plain.
            plain = first and not slash and not _SPECIAL.search(glob, index)
            deep = _DEEP if plain or index == len(glob) else _FOLDERS
            if not out or out[-1] != deep:
                out.append(deep)
        elif char == "*":
            if not out or out[-1] != _STAR:
                out.append(_STAR)
        elif char == "?":
            out.append("[^/]")
        elif char == "\\" and index < len(glob):
            out.append(re.escape(glob[index]))
            index += 1
        elif char == "[":
            end = glob.find("]", index + 1)
            if end < 0:
                return None
            # Pairs of these mean sets to Python's expressions, and nothing in a pattern.
            body = _SET_SIGNS.sub(r"\\\g<0>", glob[index:end].replace("\\", "\\\\")).replace("--", "-\\-")
            out.append(f"[{body}]")
            index = end + 1
        else:
            out.append(re.escape(char))
    return out


def _compile(glob: str) -> re.Pattern[str] | Glob | None:
    tokens = _tokens(glob)
    if tokens is None:
        return None
    wild = {_FOLDERS: "(?:.*/)?", _DEEP: ".*", _STAR: "[^/]*"}
    try:
        if sum(token in wild for token in tokens) > _MAX_REGEX_WILDCARDS:
            return Glob(tokens)
        return re.compile("".join(wild.get(token, token) for token in tokens) + r"\Z", re.DOTALL)
    except re.error:
        return None


class Walk(NamedTuple):
    """What a walk of a folder found by its ignore file: files that are sent and kept back, and whether it was cut short."""

    sent: tuple[ContextFile, ...]
    ignored: tuple[ContextFile, ...]
    truncated: bool


Walks = dict[tuple[str, tuple[tuple[bool, str], ...] | None], Walk]


class BuildContext:
    """A folder as a build sees it; the walk happens once, when first asked for.

    walks: those of one moment by (root, patterns), for all Dockerfiles that are built from the same folder.
    """

    __slots__ = ("_files", "_ignored", "_walks", "dockerfile", "ignore", "ignore_path", "root", "truncated")

    def __init__(
        self,
        root: str,
        dockerfile: str,
        ignore: IgnoreFile | None,
        ignore_path: str | None,
        walks: Walks | None = None,
    ) -> None:
        self.root = root
        self.dockerfile = dockerfile
        self.ignore = ignore
        self.ignore_path = ignore_path
        self.truncated = False
        self._files: tuple[ContextFile, ...] | None = None
        self._ignored: tuple[ContextFile, ...] = ()
        self._walks = {} if walks is None else walks

    def files(self) -> tuple[ContextFile, ...]:
        """Return the files that are sent; links count with their own size and are not followed."""
        if self._files is None:
            key = self.root, None if self.ignore is None else self.ignore.key
            walk = self._walks.get(key)
            if walk is None:
                walk = self._walks[key] = _walk(self.root, self.ignore)
            self._take(walk)
        assert self._files is not None
        return self._files

    def ignored(self) -> tuple[ContextFile, ...]:
        """Return the files that the ignore file keeps back (not below folders ignored whole)."""
        self.files()
        return self._ignored

    @property
    def sent_bytes(self) -> int:
        """Return the bytes of all files that are sent."""
        return sum(file.size for file in self.files())

    def exists_below(self, path: str) -> bool:
        """Return whether something below this folder is sent to the builder."""
        prefix = path.rstrip("/") + "/"
        return any(file.path.startswith(prefix) for file in self.files())

    def exists(self, path: str) -> bool:
        """Return whether the context sends a file or folder at this path."""
        path = posixpath.normpath(path).lstrip("/")
        prefix = path + "/"
        return path in ("", ".") or any(file.path == path or file.path.startswith(prefix) for file in self.files())

    def read(self, path: str, limit: int = MAX_IGNORE_BYTES) -> bytes:
        """Return up to `limit` bytes of a file of the context; empty when it cannot be read."""
        full = os.path.join(self.root, path)
        if os.path.islink(full) or not os.path.isfile(full):
            return b""
        try:
            with open(full, "rb") as stream:
                return stream.read(limit)
        except OSError:
            return b""

    def _take(self, walk: Walk) -> None:
        self.truncated = walk.truncated
        own = [file for file in walk.ignored if file.path == self.dockerfile]
        # The Dockerfile itself is sent whatever the patterns say.
        self._files = tuple(sorted((*walk.sent, *own))) if own else walk.sent
        self._ignored = tuple(file for file in walk.ignored if file not in own) if own else walk.ignored


def _walk(root: str, ignore: IgnoreFile | None) -> Walk:
    sent: list[ContextFile] = []
    kept_back: list[ContextFile] = []
    waiting = [("", 0)]
    prune = ignore is not None and not ignore.has_negation
    while waiting and len(sent) < MAX_FILES:
        folder, depth = waiting.pop()
        for name, is_folder, size in _entries(os.path.join(root, folder)):
            path = f"{folder}/{name}" if folder else name
            excluded = ignore is not None and ignore.excludes(path)
            if is_folder:
                if depth < MAX_DEPTH and not (excluded and prune):
                    waiting.append((path, depth + 1))
            else:
                (kept_back if excluded else sent).append(ContextFile(path, size))
    return Walk(tuple(sorted(sent)), tuple(sorted(kept_back)), len(sent) >= MAX_FILES)


def _entries(folder: str) -> list[tuple[str, bool, int]]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                size = 0 if is_folder else entry.stat(follow_symlinks=False).st_size
                found.append((entry.name, is_folder, size))
    except OSError:
        return found
    return found


def read_context(root: str, dockerfile: str = "Dockerfile", walks: Walks | None = None) -> BuildContext:
    """Return the context of a folder with the ignore file that applies to this Dockerfile; walks: as BuildContext has it."""
    for name in (f"{dockerfile}.dockerignore", ".dockerignore"):
        path = os.path.join(root, name)
        if os.path.isfile(path):
            try:
                with open(path, "rb") as stream:
                    data = stream.read(MAX_IGNORE_BYTES)
            except OSError:
                continue
            return BuildContext(root, dockerfile, IgnoreFile.parse(data), name, walks)
    return BuildContext(root, dockerfile, None, None, walks)
