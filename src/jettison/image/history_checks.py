"""Checkpoints on what an image says of itself and on the commands that made it."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.image.accounts import find_user
from jettison.image.checkpoint import Checkpoint, Found, some, table
from jettison.image.history_commands import MAX_TEXT, history_commands
from jettison.severity import Severity

if TYPE_CHECKING:
    from jettison.image.image import Image

_NOP: Final = re.compile(r"^(?:/bin/sh -c )?#\(nop\)\s+")
_IMAGE_ID: Final = re.compile(r"[0-9a-f]{12,64}")
_APT: Final = frozenset(("apt-get", "apt", "aptitude"))
_FRONTS: Final = frozenset(("apk", "apt-fast", "mk-build-deps", "gdebi"))
_INSTALLS: Final = frozenset(
    (
        "--install",
        "-i",
        "-ir",
        "install",
        "add",
        "upgrade",
        "dist-upgrade",
        "full-upgrade",
        "safe-upgrade",
        "build-dep",
        "satisfy",
    )
)
_UPGRADES: Final = frozenset(("dist-upgrade", "full-upgrade"))
# Options whose value is a word of its own.
_VALUED: Final = frozenset(
    ("-o", "-c", "-t", "--option", "--config-file", "--target-release", "-X", "--repository", "-p", "--root", "--arch",
     "--repositories-file", "--keys-dir", "--virtual")
)  # fmt: skip
# Between the folders of a VOLUME, in both of its forms.
_WORDS: Final = re.compile(r"[\[\]\s\",]+")
# ADD is right for addresses and archives: COPY can do neither.
_ADD_IS_RIGHT: Final = re.compile(r"https?://|git@|\.git\b|\.(?:tar|tgz|tbz2?|txz|tzst)\b|\.tar\.")


def configuration_checks(image: Image, name: str, secret_names: Sequence[str]) -> Iterator[Checkpoint]:
    """Yield what the configuration and the name lack."""
    account = find_user(image)
    if account[0] == 0 if account else image.config.user.partition(":")[0].strip() in ("root", "0"):
        yield Checkpoint("CIS-DI-0001", "it runs as root", Severity.MEDIUM, "add a USER")
    if image.digest and os.environ.get("DOCKER_CONTENT_TRUST") != "1":
        # A setting of this client, not of the image; dockle asks for it in the same way.
        detail = "export DOCKER_CONTENT_TRUST=1 before pulling and building"
        yield Checkpoint("CIS-DI-0005", "signatures of images are not asked for", Severity.INFO, detail)
    # NONE takes the check of the base image away.
    if image.config.healthcheck in ((), ("NONE",)):
        yield Checkpoint("CIS-DI-0006", "nothing tells whether it is healthy", Severity.INFO, "add a HEALTHCHECK")
    if secret_names:
        names = tuple(dict.fromkeys(secret_names))
        yield Checkpoint("CIS-DI-0010", "secrets in the configuration", Severity.HIGH, some(names))
    sensitive = [one for one in image.config.volumes if _folder(one) in table()["sensitive_volumes"]]
    if sensitive:
        found = [Found((one,), step=_volume_step(image, one)) for one in sorted(sensitive)]
        yield Checkpoint("DKL-DI-0002", "a volume over a folder of the system", Severity.HIGH, "").of(found)
    if _is_latest(name):
        yield Checkpoint("DKL-DI-0006", "the tag latest says nothing", Severity.LOW, "give it a version")


def _volume_step(image: Image, folder: str) -> int | None:
    """Return the step of the history that made a folder a volume, None when none says so."""
    for number, entry in enumerate(image.history):
        text = _NOP.sub("", entry.created_by[:MAX_TEXT]).strip()
        if text.startswith("VOLUME") and folder in _WORDS.split(text):
            return number
    return None


def _folder(path: str) -> str:
    """Return the folder that an engine mounts a volume on."""
    return posixpath.normpath(posixpath.join("/", path)).replace("//", "/")


def _is_latest(name: str) -> bool:
    """Return whether a name means the tag latest; an engine and a registry take it where none is given."""
    last = name.rpartition("/")[2]
    if _IMAGE_ID.fullmatch(name):
        return False
    if last.endswith(":latest"):
        return True
    return ":" not in last and "@" not in last and not os.path.exists(name)


def history_checks(image: Image) -> Iterator[Checkpoint]:
    """Yield what the commands of the history do wrong, each kind once."""
    steps = tuple(_Step(entry.created_by) for entry in image.history)
    # The first layer of a base is made by ADD of its root file system: no COPY unpacks one.
    layer = next((number for number, entry in enumerate(image.history) if not entry.empty), 0)
    base = next((number for number, step in enumerate(steps[: layer + 1]) if step.text.startswith("ADD ")), -1)
    for id_, title, severity, hint, fits in (
        (
            "CIS-DI-0007",
            "package lists updated alone",
            Severity.MEDIUM,
            "update and install in one RUN",
            _updates_alone,
        ),
        ("CIS-DI-0009", "ADD where COPY does the same", Severity.LOW, "COPY says what it does", _adds),
        ("DKL-DI-0001", "sudo in the history", Severity.MEDIUM, "USER says who runs a command", _uses_sudo),
        ("DKL-DI-0003", "the whole base was upgraded", Severity.LOW, "take a newer base", _upgrades),
        ("DKL-DI-0004", "apk keeps its cache", Severity.LOW, "apk add --no-cache", _keeps_apk_cache),
    ):
        found = [
            Found((f"step {number + 1}",), step=number)
            for number, step in enumerate(steps)
            if fits(step) and not (fits is _adds and number == base and step.to_root)
        ]
        if found:
            yield Checkpoint(id_, title, severity, "", hint=hint).of(found)


class _Step:
    """One entry of the history. text: without what the classic builder begins it with; actions: (program, action, words)."""

    __slots__ = ("actions", "text")

    def __init__(self, created_by: str) -> None:
        self.text = _NOP.sub("", created_by[:MAX_TEXT]).strip()
        self.actions = tuple(_action(words) for words in history_commands(created_by))

    @property
    def to_root(self) -> bool:
        """Return whether it copies into the root of the image."""
        return self.text.removesuffix("# buildkit").rstrip().endswith((" in /", " /"))


def _action(words: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """Return (program, the first word that is no option, all words); sudo is seen through."""
    start = 0
    if words[0].rpartition("/")[2] == "sudo":
        start = next(
            (place for place, word in enumerate(words[1:], 1) if not word.startswith("-") and "=" not in word), 0
        )
    action, skip = "", False
    for word in words[start + 1 :]:
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUED
            continue
        action = word
        break
    return words[start].rpartition("/")[2], action, words


def _updates_alone(step: _Step) -> bool:
    updated = False
    for program, action, words in step.actions:
        if action == "update" and (program in _APT or program == "apk"):
            updated = True
        elif updated and _installs(words):
            return False
    return updated


def _installs(words: tuple[str, ...]) -> bool:
    """Return whether a command installs, by itself or for another program (xargs)."""
    names = {word.rpartition("/")[2] for word in words}
    return not (names.isdisjoint(_APT | _FRONTS) or names.isdisjoint(_INSTALLS))


def _adds(step: _Step) -> bool:
    return step.text.startswith("ADD ") and not _ADD_IS_RIGHT.search(step.text)


def _uses_sudo(step: _Step) -> bool:
    return any(words[0].rpartition("/")[2] == "sudo" and len(words) > 1 for _, _, words in step.actions)


def _upgrades(step: _Step) -> bool:
    return any(program in _APT and action in _UPGRADES for program, action, _ in step.actions)


def _keeps_apk_cache(step: _Step) -> bool:
    adds = (words for program, action, words in step.actions if program == "apk" and action == "add")
    return any("--no-cache" not in words for words in adds) and "/var/cache/apk" not in step.text
