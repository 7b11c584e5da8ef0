"""Hard links whose own name asks for what the name of the file did not.

Package managers such as pnpm keep each file once, under a digest, and link it to where it is used. In a tar the name
that comes first is the file, and nothing in a digest says that it is a package's manifest; the names of the links do.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from jettison.errors import ImageError
from jettison.image.blob import Blob, LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.columns import clean_path
from jettison.image.decompress import Joined, decompressed
from jettison.image.tar import TarStream
from jettison.inventory.numbered import FILE

# Engines and tar link every further name to the first; no more of them in a row are followed.
MAX_CHAIN: Final = 4
# Manifests are small, archives of Java are not; what is larger is known by the name of the file alone.
MAX_LINKED: Final = 64 << 20
# Links of one layer that are read under their own names: many times what a real one has.
MAX_NAMES: Final = 50_000
# What is kept of a store in all, and of one file.
MAX_STORED: Final = 16 << 20
MAX_MANIFEST: Final = 256 << 10
_DIGEST: Final = re.compile(r"[0-9a-f]{32,128}(?:-exec)?\Z")
_HEAD: Final = 8


class Stored:
    """The small files of a store, while a layer is read that can be read only once: links to them come later."""

    __slots__ = ("_kept", "_room")

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._room = MAX_STORED

    def keep(self, path: str, content: bytes) -> None:
        """Keep a file that is named by a digest, and may be a manifest."""
        if len(content) <= min(MAX_MANIFEST, self._room) and content[:1] in (b"{", b"M", b"N") and _DIGEST.search(path):
            self._kept[path] = content
            self._room -= len(content)

    def learn(self, facts: LayerFacts, path: str, source: str, mode: int, collector: Collector) -> None:
        """Let the collector see a file under the name of a link to it, where it wants it."""
        content = self._kept.get(source)
        if content is not None and collector.wants_name(path, mode):
            collector.learn_name(facts, path, mode, len(content), content)


def learn_links(facts: LayerFacts, blob: LayerBytes, collector: Collector) -> None:
    """Let the collector see the files that it wants under the name of a hard link; one more reading where there are some."""
    wanted = _wanted(facts, collector)
    if not wanted:
        return
    try:
        for index, data in _contents(facts, blob, wanted):
            for path, mode in wanted[index]:
                collector.learn_name(facts, path, mode, len(data), data)
    except (ImageError, OSError, ValueError, EOFError, zlib.error) as error:
        facts.notes.append(f"files under the names of hard links could not be read again: {error}"[:300])


def _wanted(facts: LayerFacts, collector: Collector) -> dict[int, list[tuple[str, int]]]:
    """Return index of a file -> (path, mode) of the links to it under which it is wanted."""
    columns = facts.columns
    links = {columns.names[index]: (target, columns.modes[index]) for index, target in columns.hardlinks.items()}
    wanted: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    count = 0
    for path, (source, mode) in links.items():
        if not collector.wants_name(path, mode):
            continue
        for _ in range(MAX_CHAIN):
            if source in links:
                source = links[source][0]
        if not any(name in learnt for name in (path, source) for learnt in (facts.contents, facts.packages)):
            wanted[source].append((path, mode))
            count += 1
        if count >= MAX_NAMES:
            facts.notes.append(f"more than {MAX_NAMES} hard links to package data: the rest was left out")
            break
    if not wanted:
        return {}
    return {
        index: wanted[name]
        for index, name in enumerate(columns.names)
        if name in wanted and columns.kinds[index] == FILE and 0 < columns.sizes[index] <= MAX_LINKED
    }


def _contents(
    facts: LayerFacts, blob: LayerBytes, wanted: Mapping[int, list[tuple[str, int]]]
) -> Iterator[tuple[int, memoryview | bytes]]:
    columns = facts.columns
    if isinstance(blob, Blob) and all(columns.offsets[index] >= 0 for index in wanted):
        with blob.map() as data, memoryview(data) as view:
            for index in sorted(wanted, key=lambda one: columns.offsets[one]):
                at = blob.offset + columns.offsets[index]
                with view[at : at + columns.sizes[index]] as part:
                    yield index, part
        return
    names = {columns.names[index]: index for index in wanted}
    reader = blob.reader()
    try:
        head = reader.read(_HEAD)
        tar = TarStream(decompressed(reader, head) or Joined(reader, head))
        for entry in tar:
            index = names.get(clean_path(entry.name), -1)
            if entry.kind == "file" and index >= 0 and entry.size == columns.sizes[index]:
                yield index, tar.read(entry.size)
    finally:
        reader.close()
