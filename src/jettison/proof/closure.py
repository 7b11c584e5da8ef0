"""Does every program of the new image find what it needs to start?

Source: ld.so(8): RPATH or RUNPATH with $ORIGIN, LD_LIBRARY_PATH, /etc/ld.so.conf, default folders.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.image.accounts import find_user
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Claim

if TYPE_CHECKING:
    from jettison.image.elf import Elf
    from jettison.image.image import Image

_DEFAULT: Final = ("lib", "usr/lib", "lib64", "usr/lib64", "usr/local/lib")
MAX_EVIDENCE: Final = 6


class Libraries:
    """Where the loader of one image finds shared libraries; answers are remembered."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self.folders = self._search_folders()
        self._found: dict[tuple[str, tuple[int, int]], str | None] = {}

    def _search_folders(self) -> tuple[str, ...]:
        folders: list[str] = []
        for name, text in self._image.texts.items():
            if name.startswith("etc/ld.so.conf"):
                lines = text.decode("utf-8", "replace").splitlines()
                folders += [line.strip().strip("/") for line in lines if line.strip().startswith("/")]
        library_path = self._image.config.env_map.get("LD_LIBRARY_PATH", "")
        first = [folder.strip("/") for folder in library_path.split(":") if folder]
        triplets = [f"{base}/{arch}-linux-gnu" for arch in ("x86_64", "aarch64", "i386") for base in ("lib", "usr/lib")]
        return tuple(dict.fromkeys((*first, *folders, *triplets, *_DEFAULT)))

    def missing(self, path: str, elf: Elf) -> list[str]:
        """Return what a file needs and does not find."""
        absent = [name for name in elf.needed if self.locate(path, elf, name) is None]
        if elf.interpreter and self._image.find(elf.interpreter) is None:
            absent.insert(0, elf.interpreter)
        return absent

    def locate(self, path: str, elf: Elf, name: str) -> str | None:
        """Return the path of the library that the loader would take for `name`."""
        if "/" in name:
            return self._image.resolve(name)
        origin = posixpath.dirname(path)
        own = [
            folder.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", "/" + origin).strip("/") for folder in elf.search
        ]
        for folder in own:
            found = self._fits(posixpath.normpath(f"{folder}/{name}"), elf)
            if found:
                return found
        key = (name, elf.machine)
        if key not in self._found:
            hits = (self._fits(f"{folder}/{name}", elf) for folder in self.folders)
            self._found[key] = next((hit for hit in hits if hit), None)
        return self._found[key] or self._fits(posixpath.normpath(f"{origin}/{name}"), elf, loaded=True)

    def _fits(self, path: str, elf: Elf, loaded: bool = False) -> str | None:
        real = self._image.resolve(path)
        if real is None or loaded:
            return None
        other = self._image.elves.get(real)
        return real if other is not None and other.machine == elf.machine else None


def closure_claim(before: Image, after: Image, base_layers: int = 0) -> Claim:
    """Return whether every ELF file and script of the new image that could start before still can.

    base_layers: how many of the new image's layers are its base. What the base brings that was not there
    before is the base's own business: official slim images hold scripts whose interpreter they lack.
    """
    old, new = Libraries(before), Libraries(after)
    broken: list[str] = []
    checked = 0
    for path, elf in after.elves.items():
        checked += 1
        absent = new.missing(path, elf)
        if not absent:
            continue
        same = before.elves.get(path)
        if same is None and after.files[path].layer < base_layers:
            continue
        if same is not None and old.missing(path, same):
            continue
        if same is None and _was_broken_elsewhere(before, old, path, absent):
            continue
        broken.append(f"/{path} does not find {', '.join(absent[:3])}")
    scripts = 0
    for path, line in after.interpreters.items():
        scripts += 1
        if path not in before.interpreters and after.files[path].layer < base_layers:
            continue
        if not _has_interpreter(after, line) and (
            path not in before.interpreters or _has_interpreter(before, before.interpreters[path])
        ):
            broken.append(f"/{path} needs the interpreter {line}")
    title = "every program finds its interpreter and its libraries"
    if broken:
        more = (f"and {len(broken) - MAX_EVIDENCE} more",) if len(broken) > MAX_EVIDENCE else ()
        return Claim("closure", title, REFUTED, (*broken[:MAX_EVIDENCE], *more), ("multi-stage",))
    return Claim("closure", title, PROVEN, (f"{checked} ELF files and {scripts} scripts checked",))


def _was_broken_elsewhere(before: Image, old: Libraries, path: str, absent: list[str]) -> bool:
    # A file that moved (into a virtual environment, say) and missed the same libraries before.
    name = posixpath.basename(path)
    for other, elf in before.elves.items():
        if posixpath.basename(other) == name and set(absent) <= set(old.missing(other, elf)):
            return True
    return False


def _has_interpreter(image: Image, line: str) -> bool:
    words = line.split()
    if posixpath.basename(words[0]) == "env" and len(words) > 1 and not words[1].startswith("-"):
        return image.find(words[0]) is not None and _on_path(image, words[1]) is not None
    return image.find(words[0]) is not None


def _on_path(image: Image, name: str) -> str | None:
    if "/" in name:
        path = posixpath.normpath(posixpath.join("/", image.config.workdir, name))
        return path if image.find(path) else None
    search = image.config.env_map.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    return next((f"{f}/{name}" for f in search.split(":") if f and image.find(f"{f}/{name}")), None)


def entry_claim(before: Image, after: Image) -> Claim:
    """Return whether what the image starts exists and its user may execute it; what the original lacks refutes nothing."""
    claim = _entry(after)
    if claim.verdict == REFUTED and _entry(before).evidence == claim.evidence:
        evidence = (f"{claim.evidence[0]}; in the original it is the same",)
        return replace(claim, verdict=NOT_PROVEN, evidence=evidence, causes=())
    return claim


def _entry(after: Image) -> Claim:
    argv = (*after.config.entrypoint, *after.config.cmd)
    title = "the start command exists and its user may run it"
    if not argv:
        return Claim("entry", title, PROVEN, ("the image starts nothing by itself",))
    path = _on_path(after, argv[0])
    entry = after.find(path) if path else None
    if path is None or entry is None or entry.kind != "file":
        return Claim("entry", title, REFUTED, (f"{argv[0]} is not in the image",), ("exec-form", "init", "multi-stage"))
    user = find_user(after)
    if user is None:
        return Claim("entry", title, REFUTED, (f"the user {after.config.user} is not in /etc/passwd",), ("user",))
    real = after.resolve(path) or ""
    parts = real.split("/")
    for depth in range(1, len(parts) + 1):
        item = after.files.get("/".join(parts[:depth]))
        if item is not None and not _may_execute(item.mode, item.uid, item.gid, *user):
            blocked = "/" + "/".join(parts[:depth])
            return Claim("entry", title, REFUTED, (f"the user {after.config.user} may not pass {blocked}",), ("user",))
    return Claim("entry", title, PROVEN, (f"/{real}, as {after.config.user or 'root'}",))


def _may_execute(mode: int, owner: int, group: int, uid: int, gids: frozenset[int]) -> bool:
    if uid == 0:
        return bool(mode & 0o111)
    if uid == owner:
        return bool(mode & 0o100)
    return bool(mode & (0o010 if group in gids else 0o001))
