"""The search for secrets in the bytes of one file after the other.

One Scanner for each process (or thread): it is cheap to make; the first search is, once the database of the engine is on disk.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Final

from jettison.named_tuple import NamedTuple
from jettison.secretscan.debian_package import MAGIC as DEBIAN_PACKAGE
from jettison.secretscan.detectors import Detector, behind_escape, compiled, load_detectors
from jettison.secretscan.encoded import Base64Texts, Decoded, decode_utf16, utf16_form
from jettison.secretscan.engine import MAX_EVENTS, Expression, open_matcher
from jettison.secretscan.hit import Hit
from jettison.secretscan.judge import judge, lowered
from jettison.secretscan.machine_code import WORTH, without_code
from jettison.secretscan.mask import mask_value
from jettison.secretscan.packed import FIRST, HEAD, MAX_DEPTH, MAX_PACKED, Barren, Budget, is_packed, parts
from jettison.secretscan.path_detectors import PathDetectors, expressions_of
from jettison.secretscan.run import Placed, events_of_files
from jettison.secretscan.tar_members import Member, is_tar, tar_members
from jettison.secretscan.values import is_download

# Changes whenever the same bytes may give other hits; detectors and engine count by themselves.
VERSION: Final = 10
# The longest match, in front of the engine's event and after it.
BEFORE: Final = 4096
AFTER: Final = 8192
# Matches of one detector that are told of one piece, and as much as is looked at for them: a file of random keys, or of
# what begins like keys, must not take for ever.
MAX_TRIES: Final = 64
MAX_LOOK: Final = MAX_TRIES * (BEFORE + AFTER)
MAX_HITS: Final = 1000
# Lines are counted up to here.
MAX_LINES: Final = 64 * 1024 * 1024
_PIECE: Final = 1 << 18
_BINARY: Final = re.compile(rb"[\x00-\x08]")
_TAR: Final = ".tar"
_PACKED_ENDINGS: Final = frozenset(("gz", "bz2", "xz", "zst", "zstd"))
_SEVERITIES: Final = ("low", "medium", "high", "critical")


class _Place(NamedTuple):
    """Where a piece of bytes comes from. base: its offset in the file; line: lines before it, -1 for no text.

    own: the detectors that are for its path; ends: how many lines end in front of each piece of _PIECE bytes, as far as
    somebody asked.
    """

    path: str
    own: tuple[Detector, ...]
    base: int
    line: int
    via: str
    depth: int
    ends: list[int]
    final: bool = True


class Scanner:
    """Finds secrets. note: what it leaves out.

    everything: whether what came with a distribution's package, which is no secret, is told of, too.
    """

    def __init__(self, everything: bool = False) -> None:
        self.everything = everything
        loaded = load_detectors()
        self._all = loaded.all
        general = [d for d in loaded.all if not d.path]
        self._general = [detector for detector in general for _ in detector.expressions]
        words = {prefix for d in general for prefix in d.prefixes} | set(loaded.encoded_words)
        gravest = {prefix for d in general if d.severity == _SEVERITIES[-1] for prefix in d.prefixes}
        self._base64 = Base64Texts(sorted(words), sorted(gravest | set(loaded.encoded_words)))
        self._first_base64 = len(self._general)
        self._wide = self._first_base64 + len(self._base64.expressions)
        expressions = [expression for detector in general for expression in expressions_of(detector)]
        expressions += [Expression(e, ()) for e in self._base64.expressions]
        expressions += [Expression(utf16_form(word), ()) for word in sorted(words)]
        self._matcher = open_matcher(expressions)
        self._by_path = PathDetectors([d for d in loaded.all if d.path])
        self.note = self._matcher.note
        self._taken: list[tuple[Hit, bytes]] | None = None
        self._barren = Barren()

    @property
    def version(self) -> str:
        """Return what results depend on besides the bytes and the path."""
        return f"{VERSION}-{self._matcher.identity}-{_judgement()}{' all' if self.everything else ''}"

    def __reduce__(self) -> tuple[type[Scanner], tuple[bool]]:
        # The automaton does not travel: another process loads it from disk.
        return Scanner, (self.everything,)

    def is_ready(self, now: bool = False) -> bool:
        """Return whether a search can begin at once; now: compile what has to be."""
        return all(matcher.is_ready(now) for matcher in (self._matcher, self._by_path))

    def scan(self, path: str, mode: int, size: int, data: bytes | memoryview, at: int) -> list[Hit]:
        """Return the secrets of a file; `path` without leading slash, mode: not looked at.

        data: all of its `size` bytes, or for very large files the piece that begins at `at`; pieces overlap.
        """
        events, own = self._events(data), self._by_path.of(path)
        if not events and not own and not (data and data[0] in FIRST) and not path.endswith(_TAR):
            return []
        return self._found(path, size, data, at, events, own)

    def scan_run(self, files: Sequence[Placed], data: memoryview) -> list[tuple[str, list[Hit]]]:
        """Return (path, secrets) of the files that have some; whole files that lie one after another in `data`.

        Between them may stand anything that is no part of a word where it touches a file.
        """
        events = self._events(data) if len(files) == 1 else self._matcher.events(data)
        if self._matcher.full and len(files) > 1:
            # One file must not hide what the others hold.
            each = ((f.path, self.scan(f.path, f.mode, f.size, data[f.at : f.at + f.size], 0)) for f in files)
            return [(path, hits) for path, hits in each if hits]
        by_file = events_of_files(files, events) if events else {}
        by_path = self._by_path.of_each([file.path for file in files])
        found = []
        for number, (path, _, size, at, _) in enumerate(files):
            if number in by_file or data[at] in FIRST or number in by_path or path.endswith(_TAR):
                own = by_path.get(number, ())
                hits = self._found(path, size, data[at : at + size], 0, by_file.get(number, []), own)
                if hits:
                    found.append((path, hits))
        return found

    def _events(self, data: bytes | memoryview) -> list[tuple[int, int]]:
        """Return the events of one file; none of them in the machine code of a large program."""
        if len(data) < WORTH:
            return self._matcher.events(data)
        found: list[tuple[int, int]] = []
        for start, end in without_code(data):
            found += [(number, start + at) for number, at in self._matcher.events(data[start:end])]
            if len(found) >= MAX_EVENTS:
                break
        return found

    def _found(
        self,
        path: str,
        size: int,
        data: bytes | memoryview,
        at: int,
        events: list[tuple[int, int]],
        own: tuple[Detector, ...],
    ) -> list[Hit]:
        head = bytes(data[:512]) if path.endswith(_TAR) else bytes(data[:HEAD])
        packed = not at and len(data) == size and (is_packed(head) or is_tar(head))
        if not events and not packed and not own:
            return []
        line = -1 if at or b"\0" in bytes(data[:512]) else 0
        place = _Place(path, own, at, line, "", 0, [0], at + len(data) >= size)
        found = list(islice(self.hits(data, place, events), MAX_HITS))
        if packed:
            inner = _Place(path, own, 0, -1, "", 0, [0])
            found += islice(self.packed(data, inner, Budget(len(data))), MAX_HITS)
        return best_hits(found)

    def text(self, path: str, data: bytes) -> list[Hit]:
        """Return the secrets of a whole text."""
        return self.scan(path, 0, len(data), data, 0)

    def with_values(self, path: str, data: bytes) -> list[tuple[Hit, str]]:
        """Return the secrets of a text with their values, for masking inside this process; never store them."""
        self._taken = []
        try:
            kept = set(self.text(path, data))
            return [(hit, value.decode("utf-8", "surrogateescape")) for hit, value in self._taken if hit in kept]
        finally:
            self._taken = None

    def hits(self, data: bytes | memoryview, place: _Place, events: list[tuple[int, int]]) -> Iterator[Hit]:
        """Yield the secrets that events point at."""
        ends: dict[int, list[int]] = {}
        of_detectors: dict[str, tuple[Detector, list[int]]] = {}
        for number, end in events:
            if number < self._first_base64:
                detector = self._general[number]
                of_detectors.setdefault(detector.id, (detector, []))[1].append(end)
            else:
                ends.setdefault(number, []).append(end)
        for detector, list_ in of_detectors.values():
            yield from self._confirm(detector, data, place, sorted(list_))
        for number, list_ in ends.items():
            if number < self._wide:
                phase = self._base64.phases[number - self._first_base64]
                yield from self._decoded(data, place, list_, "base64", partial(self._base64.decode, phase=phase))
            else:
                yield from self._decoded(data, place, list_, "utf-16", decode_utf16)
        yield from self._of_path(data, place)

    def _of_path(self, data: bytes | memoryview, place: _Place) -> Iterator[Hit]:
        for detector in place.own:
            ends = self._by_path.ends(detector, data)
            if ends:
                yield from self._confirm(detector, data, place, sorted(ends))

    def _confirm(self, detector: Detector, data: bytes | memoryview, place: _Place, ends: list[int]) -> Iterator[Hit]:
        last, tries, left = -1, 0, MAX_LOOK
        before, after = min(detector.reach, BEFORE), min(detector.reach, AFTER)
        for end in ends:
            if end <= last:
                continue
            start, stop = max(last, end - before, 0), min(len(data), end + after)
            left -= stop - start
            if tries >= MAX_TRIES or left < 0:
                return
            match = _search(detector, data, start, end, stop)
            if match is None or (match.end() == len(data) and not place.final):
                # What is cut off at the end of a piece comes again, whole, with the next.
                continue
            tries += 1
            last = match.end()
            judged = judge(detector, match, data)
            if judged is not None:
                hit, value = _hit(detector, match, data, place, judged.level, judged.verified)
                if self._taken is not None:
                    self._taken.append((hit, value))
                yield hit

    def _decoded(
        self, data: bytes | memoryview, place: _Place, ends: list[int], how: str, decode: Callable[..., Decoded | None]
    ) -> Iterator[Hit]:
        last = -1
        for end in ends[:MAX_TRIES]:
            if end <= last or place.depth >= MAX_DEPTH:
                continue
            run = decode(data, end=end)
            if run is None:
                continue
            last = run.end
            inner = _Place(place.path, place.own, 0, -1, _join(place.via, how), place.depth + 1, [0])
            for hit in self.hits(run.data, inner, self._matcher.events(run.data)):
                at = run.start if how == "base64" else run.start + 2 * hit.offset
                yield self._moved(hit, place.base + at, _line(data, place, run.start))

    def _moved(self, hit: Hit, offset: int, line: int) -> Hit:
        moved = hit._replace(offset=offset, line=line)
        if self._taken:
            self._taken[:] = [(moved if old == hit else old, value) for old, value in self._taken]
        return moved

    def _members(self, data: bytes) -> list[Member]:
        """Return the files of a tar that are packed, or whose name alone says what they hold."""
        return list(
            tar_members(data, lambda name, head: is_packed(head) or name.endswith(_TAR) or bool(self._by_path.of(name)))
        )

    def packed(self, data: bytes | memoryview, place: _Place, budget: Budget) -> Iterator[Hit]:
        """Yield the secrets of what is packed in a file."""
        if place.depth >= MAX_DEPTH or len(data) > MAX_PACKED:
            return
        content = bytes(data)
        if content.startswith(DEBIAN_PACKAGE) and is_download(place.path):
            # A cache may have hundreds, which everybody can download, and takes as many seconds.
            return
        if is_tar(content):
            yield from self._in_tar(content, self._members(content), place, budget)
            return
        # What a member inside has been given of the budget depends on the others: whole files only.
        whole = not place.depth
        if whole and content in self._barren and not self._by_path.of(_unpacked_name(place.path)):
            return
        for part in parts(content, budget):
            # A member's own name says what it is, as if it stood in the image.
            path = part.how.removeprefix("zip:") if part.how.startswith("zip:") else _unpacked_name(place.path)
            own = self._by_path.of(path)
            inner = _Place(path, own, 0, -1, _join(place.via, part.how), place.depth + 1, [0])
            events = self._matcher.events(part.data)
            nested = is_packed(part.data[:HEAD])
            opened = not is_tar(part.data) or not is_download(place.path)
            members = self._members(part.data) if is_tar(part.data) and opened else []
            # Under another name the same may hold something.
            whole = whole and opened
            if not events and not nested and not members and not own:
                continue
            whole = False
            yield from self.hits(part.data, inner, events)
            if nested:
                yield from self.packed(part.data, inner, budget)
            yield from self._in_tar(part.data, members, inner, budget)
        if whole:
            self._barren.add(content)

    def _in_tar(self, data: bytes, members: list[Member], place: _Place, budget: Budget) -> Iterator[Hit]:
        for member in members:
            held = data[member.start : member.end]
            own = self._by_path.of(member.name)
            within = _Place(member.name, own, 0, -1, _join(place.via, f"tar:{member.name[:200]}"), place.depth + 1, [0])
            if is_packed(held[:HEAD]) or is_tar(held):
                yield from self.packed(held, within, budget)
            else:
                yield from self._of_path(held, within)


def _unpacked_name(path: str) -> str:
    """Return the name of a file without the ending that says how it is packed."""
    stem, dot, ending = path.rpartition(".")
    return stem if dot and ending in _PACKED_ENDINGS else path


@cache
def _order() -> dict[str, tuple[int, bool, int, int]]:
    """Return how much each detector's word counts where several see the same."""
    from jettison.secretscan.checks import OF_ANY_SERVICE

    all_ = load_detectors().all
    return {
        d.id: (d.level, d.check not in OF_ANY_SERVICE, _SEVERITIES.index(d.severity), -n) for n, d in enumerate(all_)
    }


def best_hits(hits: list[Hit]) -> list[Hit]:
    """Return one hit for each place: the surest, then one of a service, the gravest, the first of the file of detectors."""
    if not hits:
        return []
    order = _order()
    best: dict[tuple[int, str], Hit] = {}
    for hit in hits:
        key = (hit.offset, hit.via)
        old = best.get(key)
        if old is None or (hit.level, *order[hit.detector]) > (old.level, *order[old.detector]):
            best[key] = hit
    return sorted(best.values(), key=lambda hit: (hit.offset, hit.via))


def _search(detector: Detector, data: bytes | memoryview, start: int, end: int, stop: int) -> re.Match[bytes] | None:
    """Return the match of an event that ends at `end`, which lies between start and stop."""
    # What begins behind the event has one of its own.
    match = compiled(detector.regex).search(data, start, stop)
    if match is not None and match.start() < end:
        return match
    escaped = behind_escape(detector.regex)
    match = escaped.search(data, start, stop) if escaped is not None else None
    if match is not None and match.start() < end:
        return match
    if detector.loose and _BINARY.search(data, max(end - BEFORE, 0), end + AFTER):
        # In a binary the bytes around a value are lengths, other values, or nothing that a word boundary means.
        match = compiled(detector.loose).search(data, start, stop)
        return match if match is not None and match.start() < end else None
    return None


def _hit(
    detector: Detector, match: re.Match[bytes], data: bytes | memoryview, place: _Place, level: int, verified: bool
) -> tuple[Hit, bytes]:
    group = "secret" if match.re.groupindex.get("secret") and match["secret"] is not None else 0
    start = match.start(group)
    # Keys of tests have every mark of a real one.
    level = lowered(level, place.path, bool(detector.prefixes) and detector.check != "pem", verified)
    masked = mask_value(match[group], detector.prefixes)
    line = _line(data, place, start)
    return Hit(detector.id, place.base + start, line, masked, level, place.via, verified), match[group]


def _judgement() -> str:
    # What detectors and allow rules say besides the patterns: entropy, levels, stand-ins.
    with open(os.path.join(os.path.dirname(__file__), "_compiled.py"), "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()[:12]


def _line(data: bytes | memoryview, place: _Place, at: int) -> int:
    if place.line < 0 or at > MAX_LINES:
        return 0
    # A piece at a time: what is copied stays in the processor's cache. Several secrets of a file count together.
    ends = place.ends
    while len(ends) <= at // _PIECE:
        begin = (len(ends) - 1) * _PIECE
        ends.append(ends[-1] + bytes(data[begin : begin + _PIECE]).count(b"\n"))
    whole = at // _PIECE
    return place.line + ends[whole] + bytes(data[whole * _PIECE : at]).count(b"\n") + 1


def _join(via: str, how: str) -> str:
    return f"{via} > {how}" if via else how
