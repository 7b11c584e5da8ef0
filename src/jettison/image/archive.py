"""A `save` archive read in one streaming pass: nothing is ever unpacked to disk.

Docker's old layout (`ID/layer.tar`), and the layout with `blobs/sha256`; layers plain or gzip.
Source: OCI image specification; Docker image specification v1.2.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import zlib
from typing import IO, Any, Final, TypeVar

from jettison.errors import ImageError
from jettison.image.digest import Digester
from jettison.image.elf import MAGIC, Elf, read_elf
from jettison.image.image import FileEntry, HistoryEntry, Image, Layer, read_config
from jettison.image.tar import PIECE, Reader, TarEntry, TarStream
from jettison.terminal import safe_line

MAX_JSON: Final = 8 * 1024 * 1024
MAX_ENTRIES: Final = 3_000_000
MAX_ELF: Final = 512 * 1024 * 1024
MAX_TEXT: Final = 4 * 1024 * 1024
MAX_TEXTS: Final = 256 * 1024 * 1024
MAX_DOCUMENTS: Final = 2000
MAX_LAYER: Final = 64 * 1024 * 1024 * 1024
_Fact = TypeVar("_Fact")
_TEXTS: Final = re.compile(
    r"etc/(?:passwd|group|ld\.so\.conf|ld\.so\.conf\.d/[^/]+|os-release)\Z|var/lib/dpkg/info/[^/]+\.list\Z|(?:.*/)?pyvenv\.cfg\Z"
)
_SHEBANG: Final = re.compile(rb"#!\s*([^\s\0]{1,255})(?:[ \t]+([^\s\0]{1,255}))?")


class _LayerFacts:
    """What one layer's tar holds; its place in the image is known only at the end."""

    __slots__ = ("compressed", "elves", "entries", "hardlinks", "interpreters", "sha256", "size", "texts")

    def __init__(self) -> None:
        self.entries: dict[str, FileEntry] = {}
        self.hardlinks: dict[str, str] = {}
        self.elves: dict[str, Elf] = {}
        self.texts: dict[str, bytes] = {}
        self.interpreters: dict[str, str] = {}
        self.size = 0
        self.compressed = 0
        self.sha256 = ""


class _Tee:
    """Reads a layer once for its files, its digest and its size under gzip."""

    def __init__(self, stream: Reader, head: bytes) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._size = 0
        self._digester = Digester()
        self._take(head)

    def read(self, size: int) -> bytes:
        """Return at most `size` of the next bytes, b"" at the end."""
        if self._at >= len(self._buffer):
            self._take(self._stream.read(PIECE))
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        return data

    def finish(self) -> tuple[str, int]:
        """Read to the end; return the digest of everything and its size under gzip."""
        while self._buffer:
            self._take(self._stream.read(PIECE))
        return self._digester.finish()

    def close(self) -> None:
        """End the thread of a layer that cannot be read to its end."""
        self._digester.finish()

    def _take(self, data: bytes) -> None:
        self._buffer, self._at = data, 0
        self._size += len(data)
        if self._size > MAX_LAYER:
            raise ValueError(f"a layer of more than {MAX_LAYER} bytes")
        self._digester.take(data)


class _Gunzip:
    """A gzip stream as plain bytes."""

    def __init__(self, stream: Reader, head: bytes) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(31)
        self._pending = head
        self._out = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` plain bytes."""
        want = size if size >= 0 else 1 << 20
        while len(self._out) < want and not self._inflate.eof:
            raw = self._pending or self._stream.read(1 << 16)
            if not raw:
                break
            self._out += self._inflate.decompress(raw, 1 << 20)
            self._pending = self._inflate.unconsumed_tail
        data, self._out = self._out[:want], self._out[want:]
        return data


def read_archive(stream: IO[bytes]) -> Image:
    """Return the first image of a `save` archive.

    Raises:
        ImageError: the archive is cut off, damaged, too large, or a digest does not fit.
    """
    layers: dict[str, _LayerFacts] = {}
    documents: dict[str, bytes] = {}
    links: dict[str, str] = {}
    try:
        outer = TarStream(stream)
        for entry in outer:
            name = posixpath.normpath(entry.name)
            if entry.kind in ("link", "hardlink"):
                folder = posixpath.dirname(name) if entry.kind == "link" else ""
                links[name] = posixpath.normpath(posixpath.join(folder, entry.link))
            elif entry.kind == "file":
                _read_member(outer, entry, name, layers, documents)
    except (zlib.error, OSError, ValueError, OverflowError) as error:
        raise ImageError(f"the image archive cannot be read: {safe_line(str(error))}") from error
    return _assemble(layers, documents, links)


def _read_member(
    outer: TarStream,
    entry: TarEntry,
    name: str,
    layers: dict[str, _LayerFacts],
    documents: dict[str, bytes],
) -> None:
    head = outer.read(512)
    is_tar = head[257:262] == b"ustar" or (entry.size >= 1024 and not head.strip(b"\0"))
    if is_tar or name.endswith("/layer.tar"):
        # An empty head is an empty layer file; the reader then has nothing to take.
        layers[name] = _read_layer(_Tee(outer, head))
    elif head[:2] == b"\x1f\x8b":
        plain = _Gunzip(outer, head)
        layers[name] = _read_layer(_Tee(plain, plain.read(512)))
    elif entry.size <= MAX_JSON and len(documents) < MAX_DOCUMENTS:
        documents[name] = head + outer.read(MAX_JSON)


def _read_layer(tee: _Tee) -> _LayerFacts:
    facts = _LayerFacts()
    try:
        _read_files(facts, tee)
    except BaseException:
        tee.close()
        raise
    facts.sha256, facts.compressed = tee.finish()
    return facts


def _read_files(facts: _LayerFacts, tee: _Tee) -> None:
    kept = 0
    tar = TarStream(tee)
    for member in tar:
        path = posixpath.normpath("/" + member.name).lstrip("/")
        if member.kind == "hardlink":
            facts.hardlinks[path] = posixpath.normpath("/" + member.link).lstrip("/")
            facts.entries[path] = FileEntry("file", 0, member.mode, member.uid, member.gid, "", 0)
            continue
        size = member.size if member.kind == "file" else 0
        link = member.link if member.kind == "link" else ""
        facts.entries[path] = FileEntry(member.kind, size, member.mode, member.uid, member.gid, link, 0)
        facts.size += size
        if size and kept < MAX_TEXTS:
            kept += _learn(facts, tar, member, path)


def _learn(facts: _LayerFacts, tar: TarStream, member: TarEntry, path: str) -> int:
    executable = bool(member.mode & 0o111) or ".so" in path
    text = member.size <= MAX_TEXT and _TEXTS.match(path) is not None
    if not executable and not text:
        return 0
    if text:
        facts.texts[path] = tar.read(MAX_TEXT)
        return member.size
    head = tar.read(512)
    if head[:4] == MAGIC and member.size <= MAX_ELF:
        elf = read_elf(head + tar.read(MAX_ELF))
        if elf is not None:
            facts.elves[path] = elf
    elif head[:2] == b"#!":
        match = _SHEBANG.match(head)
        if match:
            parts = [part for part in match.groups() if part]
            facts.interpreters[path] = b" ".join(parts).decode("utf-8", "replace")
    return 0


def _assemble(layers: dict[str, _LayerFacts], documents: dict[str, bytes], links: dict[str, str]) -> Image:
    manifest = _json(documents, "manifest.json")
    if not isinstance(manifest, list) or not manifest or not isinstance(manifest[0], dict):
        raise ImageError("the image archive has no manifest.json that names an image")
    config_name = posixpath.normpath(str(manifest[0].get("Config")))
    config = _json(documents, config_name)
    if not isinstance(config, dict):
        raise ImageError("the image's configuration is not a JSON object")
    digest = hashlib.sha256(documents[config_name]).hexdigest()
    stated = posixpath.basename(config_name).removesuffix(".json")
    if stated != digest:
        raise ImageError(f"the image's configuration has the digest {digest}, its name says {stated[:80]}")
    diff_ids = [str(item) for item in (config.get("rootfs") or {}).get("diff_ids") or ()]
    names = [posixpath.normpath(str(name)) for name in manifest[0].get("Layers") or ()]
    if len(names) != len(diff_ids):
        raise ImageError(f"the manifest names {len(names)} layers, the configuration {len(diff_ids)}")
    history = _history(config)
    written = [entry for entry in history if not entry.empty]
    ordered = []
    for number, (name, diff_id) in enumerate(zip(names, diff_ids, strict=True)):
        facts = layers.get(links.get(name, name))
        if facts is None:
            raise ImageError(f"layer {name[:100]} is named in the manifest and missing from the archive")
        if f"sha256:{facts.sha256}" != diff_id:
            raise ImageError(f"layer {name[:100]} has the digest sha256:{facts.sha256}, the image says {diff_id[:80]}")
        created_by = written[number].created_by if number < len(written) else ""
        ordered.append((facts, Layer(diff_id, facts.size, facts.compressed, created_by)))
    return _merge(read_config(config), ordered, history)


def _history(config: dict[str, Any]) -> tuple[HistoryEntry, ...]:
    entries = config.get("history")
    if not isinstance(entries, list):
        return ()
    return tuple(
        HistoryEntry(str(entry.get("created_by") or ""), bool(entry.get("empty_layer")))
        for entry in entries
        if isinstance(entry, dict)
    )


def _json(documents: dict[str, bytes], name: str) -> Any:
    if name not in documents:
        raise ImageError(f"{name[:100]} is missing from the image archive")
    try:
        return json.loads(documents[name])
    except (ValueError, RecursionError) as error:
        raise ImageError(f"{name[:100]} of the image archive is not JSON") from error


def _merge(config: Any, ordered: list[tuple[_LayerFacts, Layer]], history: tuple[HistoryEntry, ...]) -> Image:
    files: dict[str, FileEntry] = {}
    elves: dict[str, Elf] = {}
    texts: dict[str, bytes] = {}
    interpreters: dict[str, str] = {}
    for number, (facts, _) in enumerate(ordered):
        _hide(files, facts.entries)
        for path, entry in facts.entries.items():
            if posixpath.basename(path).startswith(".wh."):
                continue
            entry.layer = number
            source = facts.hardlinks.get(path)
            original = facts.entries.get(source) if source else None
            if original is not None:
                entry.size, entry.kind, entry.link = original.size, original.kind, original.link
            files[path] = entry
            _carry(elves, facts.elves, path, source or path)
            _carry(texts, facts.texts, path, source or path)
            _carry(interpreters, facts.interpreters, path, source or path)
    return Image(
        config,
        tuple(layer for _, layer in ordered),
        files,
        {path: elf for path, elf in elves.items() if path in files},
        {path: text for path, text in texts.items() if path in files},
        {path: text for path, text in interpreters.items() if path in files},
        history,
    )


def _carry(store: dict[str, _Fact], learnt: dict[str, _Fact], path: str, source: str) -> None:
    store.pop(path, None)
    if source in learnt:
        store[path] = learnt[source]


def _hide(files: dict[str, FileEntry], entries: dict[str, FileEntry]) -> None:
    gone: set[str] = set()
    opaque: set[str] = set()
    for path, entry in entries.items():
        folder, name = posixpath.split(path)
        if name == ".wh..wh..opq":
            opaque.add(folder)
        elif name.startswith(".wh."):
            gone.add(posixpath.join(folder, name[4:]))
        elif entry.kind != "dir" and files.get(path) is not None and files[path].kind == "dir":
            opaque.add(path)
    if not gone and not opaque:
        return
    for path in [path for path in files if _is_hidden(path, gone, opaque)]:
        del files[path]


def _is_hidden(path: str, gone: set[str], opaque: set[str]) -> bool:
    if path in gone:
        return True
    at = path.rfind("/")
    while at > 0:
        parent = path[:at]
        if parent in gone or parent in opaque:
            return True
        at = path.rfind("/", 0, at)
    return "" in opaque
