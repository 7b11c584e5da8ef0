"""What differs between two images: size, configuration, files, packages, permissions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jettison.image.image import FileEntry
    from jettison.image.inspection import Inspection

# What differs between two builds of the same thing, and says nothing about what they do.
_VOLATILE: Final = frozenset(
    ("created", "history", "id", "parent", "container", "docker_version", "rootfs", "container_config")
)
# Settings whose names say something without a value: {"80/tcp": {}}.
_TABLES: Final = frozenset(("config.ExposedPorts", "config.Volumes", "config.Labels"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """added, removed, changed: paths of what is no folder: files, links, devices; folders_added, folders_removed: of folders.

    What is a folder in one image alone and something else in the other is changed. rights: paths of all kinds.
    packages: (name, before, after), "" for none; config: lines.

    times: how many files and folders differ in their time alone; shared: bytes of the layers that both have;
    identical: whether both are the same image to the byte, by the digest of the configuration and of every layer.
    Paths come with the largest change first; bytes_of: path -> bytes that it is larger than before, less than 0 smaller;
    rights_of: path -> its mode and owner before and after, where they differ.
    """

    sizes: tuple[int, int]
    layers: tuple[int, int]
    hidden: tuple[int, int]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    rights: tuple[str, ...]
    packages: tuple[tuple[str, str, str], ...]
    config: tuple[str, ...]
    folders_added: tuple[str, ...] = ()
    folders_removed: tuple[str, ...] = ()
    times: int = 0
    shared: int = 0
    identical: bool = False
    bytes_of: Mapping[str, int] = field(default_factory=dict)
    rights_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Return whether nothing but times, history and layering differs."""
        files = self.added or self.removed or self.changed or self.folders_added or self.folders_removed
        return not (files or self.rights or self.packages or self.config)


def compare(before: Inspection, after: Inspection) -> Comparison:
    """Return what differs. Times of files, history and the split into layers never count."""
    old, new = before.image.files, after.image.files
    both = old.keys() & new.keys()
    own = {layer.diff_id: layer.size_unpacked for layer in before.image.layers if layer.diff_id}
    changed = [path for path in both if _content(old[path]) != _content(new[path])]
    rights = {
        path: _rights_text(old[path], new[path]) for path in sorted(both) if _rights(old[path]) != _rights(new[path])
    }
    bytes_of = {path: new[path].size - old[path].size for path in changed}
    bytes_of |= {path: new[path].size for path in new.keys() - old.keys()}
    bytes_of |= {path: -old[path].size for path in old.keys() - new.keys()}

    def largest(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(paths, key=lambda path: (-abs(bytes_of[path]), path)))

    come, come_folders = _apart(new.keys() - old.keys(), new)
    gone, gone_folders = _apart(old.keys() - new.keys(), old)
    return Comparison(
        (before.image.size_unpacked, after.image.size_unpacked),
        (len(before.image.layers), len(after.image.layers)),
        (before.waste.hidden_bytes, after.waste.hidden_bytes),
        largest(come),
        largest(gone),
        largest(changed),
        tuple(rights),
        tuple(packages_between(before, after)),
        tuple(_config("", _plain(before.image.settings), _plain(after.image.settings), _hider(before, after))),
        tuple(sorted(come_folders)),
        tuple(sorted(gone_folders)),
        sum(old[path].mtime != new[path].mtime and _content(old[path]) == _content(new[path]) for path in both),
        sum(own.get(layer.diff_id, 0) for layer in after.image.layers),
        bool(before.image.digest) and before.image.digest == after.image.digest,
        bytes_of,
        rights,
    )


def _apart(paths: Iterable[str], files: Mapping[str, FileEntry]) -> tuple[list[str], list[str]]:
    """Return (files, links and devices, folders)."""
    kinds: tuple[list[str], list[str]] = ([], [])
    for path in paths:
        kinds[files[path].kind == "dir"].append(path)
    return kinds


def _content(entry: FileEntry) -> tuple[str, int, bytes, str]:
    # Of a device its number.
    return entry.kind, entry.size, entry.digest, entry.mark if entry.kind == "other" else entry.link


def _rights(entry: FileEntry) -> tuple[int, int, int, str]:
    # A capability is an extended attribute.
    mark = "" if entry.kind == "other" else entry.mark
    return (0 if entry.kind == "link" else entry.mode), entry.uid, entry.gid, mark


def _rights_text(old: FileEntry, new: FileEntry) -> str:
    """Return "4755 -> 0755", "owner 0:0 -> 1000:1000", "attributes none -> user.a (1f2e...)", or several of them."""
    modes, owners = [f"{_rights(one)[0]:04o}" for one in (old, new)], [f"{one.uid}:{one.gid}" for one in (old, new)]
    parts = [" -> ".join(modes)] if modes[0] != modes[1] else []
    if owners[0] != owners[1]:
        parts.append(f"owner {' -> '.join(owners)}")
    marks = [_rights(one)[3] or "none" for one in (old, new)]
    if marks[0] != marks[1]:
        parts.append(f"attributes {' -> '.join(marks)}")
    return ", ".join(parts)


def packages_between(before: Inspection, after: Inspection) -> list[tuple[str, str, str]]:
    def versions(seen: Inspection) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for package in seen.inventory.packages:
            found.setdefault((package.type, package.name), set()).add(package.version)
        return found

    old, new = versions(before), versions(after)
    return [
        (f"{kind} {name}", ", ".join(sorted(old.get((kind, name), ()))), ", ".join(sorted(new.get((kind, name), ()))))
        for kind, name in sorted(old.keys() | new.keys())
        if old.get((kind, name)) != new.get((kind, name))
    ]


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in settings.items() if key not in _VOLATILE}
    config = plain.get("config")
    if isinstance(config, dict):
        # The engine's own id of a build says nothing about the image.
        plain["config"] = {key: value for key, value in config.items() if key not in ("Image", "Hostname")}
    return plain


def _hider(before: Inspection, after: Inspection) -> Callable[[str], str]:
    return lambda text: after.redact(before.redact(text))


def _config(place: str, old: Any, new: Any, hide: Callable[[str], str]) -> list[str]:
    if place in _TABLES and isinstance(old or {}, dict) and isinstance(new or {}, dict):
        return _table(place, old or {}, new or {}, hide)
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted({*map(str, old), *map(str, new)})
        below = ((f"{place}.{key}".lstrip("."), old.get(key), new.get(key)) for key in keys)
        return [line for where, one, other in below for line in _config(where, one, other, hide)]
    if old == new or (not old and not new):
        return []
    if place.endswith("Env"):
        return [f"{place}: {hide(_names(old, new))}"]
    return [f"{hide(place)}: {_short(old, hide)} -> {_short(new, hide)}"]


def _table(place: str, old: dict[str, Any], new: dict[str, Any], hide: Callable[[str], str]) -> list[str]:
    """Return the differences of names, and of what they are set to; a name is there though it is set to nothing."""
    lines = []
    for name in sorted(old.keys() | new.keys()):
        if (name in old, old.get(name)) != (name in new, new.get(name)):
            sides = [(_short(side[name], hide, "set") if name in side else "none") for side in (old, new)]
            lines.append(f"{hide(place)}.{hide(name)}: {' -> '.join(sides)}")
    return lines


def _names(old: Any, new: Any) -> str:
    # Names only: the values of variables may be secrets.
    sides = [_variables(side) for side in (old, new)]
    names = [dict(side) for side in sides]
    groups = (
        ("gone", names[0].keys() - names[1].keys()),
        ("new", names[1].keys() - names[0].keys()),
        ("changed", {name for name in names[0].keys() & names[1].keys() if names[0][name] != names[1][name]}),
    )
    found = [f"{title}: {', '.join(sorted(group))}" for title, group in groups if group]
    return "; ".join(found) or "in another order"


def _variables(side: Any) -> list[tuple[str, str]]:
    pairs = (str(one).partition("=") for one in side) if isinstance(side, list) else ()
    return [(name, value) for name, _, value in pairs]


def _short(value: Any, hide: Callable[[str], str], empty: str = "none") -> str:
    if value in (None, "", [], {}):
        return empty
    text = hide(value) if isinstance(value, str) else json.dumps(_hidden(value, hide), ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    """Return a setting with its texts made safe to show: each by itself, since JSON writes some of them in another way."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [_hidden(one, hide) for one in value]
    if isinstance(value, dict):
        return {hide(str(key)): _hidden(one, hide) for key, one in value.items()}
    return value
