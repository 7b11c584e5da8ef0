"""An image as it was read: configuration, layers, the merged files and what was learnt of them."""

from __future__ import annotations

import posixpath
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from jettison.inventory.links import followed
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.blob import Blob
    from jettison.image.collect import LayerFacts
    from jettison.image.columns import Columns
    from jettison.image.elf import Elf


class FileEntry:
    """One file of a layer. kind: "file", "dir", "link" or "other"; size in bytes; layer: its number, 0 the lowest.

    original: of a hard link, the entry whose bytes it shares. columns, row: where the rest of it stands, which few ask
    for; None where there is no more. number: its own in `files.LayerRows`, -1 where it has none.
    """

    __slots__ = ("columns", "gid", "kind", "layer", "link", "mode", "number", "original", "row", "size", "uid")

    def __init__(
        self,
        kind: str,
        size: int,
        mode: int,
        uid: int,
        gid: int,
        link: str,
        layer: int,
        columns: Columns | None = None,
        row: int = 0,
        number: int = -1,
    ) -> None:
        self.kind = kind
        self.size = size
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.link = link
        self.layer = layer
        self.columns = columns
        self.row = row
        self.number = number
        self.original: FileEntry | None = None

    @property
    def mtime(self) -> int:
        """Return seconds since 1970."""
        return 0 if self.columns is None else self.columns.mtimes[self.row]

    @property
    def check(self) -> int:
        """Return the CRC-32 of the first 64 KiB of its content."""
        return 0 if self.columns is None else self.columns.checks[self.row]

    @property
    def at(self) -> int:
        """Return where its content starts in the layer's tar, -1 where it cannot be read again."""
        return -1 if self.columns is None else self.columns.offsets[self.row]

    @property
    def mark(self) -> str:
        """Return the number of a device and what tells its extended attributes, "" for neither; shared by hard links."""
        content = self.original or self
        return "" if content.columns is None else content.columns.marks.get(content.row, "")

    @property
    def digest(self) -> bytes:
        """Return the sha256 of its content, b"" where none was made."""
        return b"" if self.columns is None else self.columns.digests.get(self.row, b"")


class ImageConfig(NamedTuple):
    """What an image says about running it."""

    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    env: tuple[str, ...]
    user: str
    workdir: str
    exposed: tuple[str, ...]
    volumes: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    healthcheck: tuple[str, ...]
    stop_signal: str
    shell: tuple[str, ...]

    @property
    def env_map(self) -> dict[str, str]:
        """Return the environment as a mapping."""
        return dict(entry.split("=", 1) for entry in self.env if "=" in entry)


def read_config(data: dict[str, Any]) -> ImageConfig:
    """Return the configuration of an image's JSON; missing parts, and parts of another type, are empty."""
    config = _table(data.get("config"))
    labels = {name: str(value) for name, value in _table(config.get("Labels")).items()}
    return ImageConfig(
        _words(config.get("Entrypoint")),
        _words(config.get("Cmd")),
        _words(config.get("Env")),
        _text(config.get("User")),
        _text(config.get("WorkingDir")),
        tuple(sorted(_table(config.get("ExposedPorts")))),
        tuple(sorted(_table(config.get("Volumes")))),
        tuple(sorted(labels.items())),
        _words(_table(config.get("Healthcheck")).get("Test")),
        _text(config.get("StopSignal")),
        _words(config.get("Shell")),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _words(value: Any) -> tuple[str, ...]:
    """Return the words of a list; a text alone, as old engines wrote it, is one word."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


class HistoryEntry(NamedTuple):
    """What a builder noted of one instruction. empty: it made no layer."""

    created_by: str
    empty: bool


class Layer(NamedTuple):
    """One layer. size_unpacked: bytes of its files; size_compressed: its tar under gzip."""

    diff_id: str
    size_unpacked: int
    size_compressed: int
    created_by: str


class Image(NamedTuple):
    """An image after one pass. files: path without leading slash -> entry of the merged view.

    facts: what each layer holds, the lowest first; settings: the configuration's JSON as it is;
    digest: "sha256:..." of the configuration. stack: how the layers lie on one another; blobs: where each can be
    read again. damage: what could not be read and why; cached: how many layers an earlier run had read.
    beside: names of other images of the same archive, where none was asked for by name.
    manifests: digests of its OCI manifest and of the indexes that this is in, where there are some.
    """

    config: ImageConfig
    layers: tuple[Layer, ...]
    files: MutableMapping[str, FileEntry]
    elves: dict[str, Elf]
    texts: dict[str, bytes]
    interpreters: dict[str, str]
    history: tuple[HistoryEntry, ...] = ()
    facts: tuple[LayerFacts, ...] = ()
    settings: dict[str, Any] = {}
    digest: str = ""
    stack: Any = None
    blobs: tuple[Blob | None, ...] = ()
    damage: tuple[str, ...] = ()
    cached: int = 0
    beside: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()

    @property
    def size_unpacked(self) -> int:
        """Return the bytes of all files of all layers, hidden ones included."""
        return sum(layer.size_unpacked for layer in self.layers)

    @property
    def size_compressed(self) -> int:
        """Return the bytes of all layers under gzip, about what a registry stores."""
        return sum(layer.size_compressed for layer in self.layers)

    def resolve(self, path: str) -> str | None:
        """Return the real path that `path` leads to inside the image, or None where it leads nowhere."""
        return followed(path, self.files, there=True)

    def find(self, path: str) -> FileEntry | None:
        """Return the entry that a path leads to, links followed."""
        real = self.resolve(posixpath.normpath(path))
        return self.files.get(real) if real else None
