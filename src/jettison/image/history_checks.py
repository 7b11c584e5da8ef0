"""Checkpoints on what an image says of itself and on the commands that made it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.findings import Severity
from jettison.image.checkpoint import Checkpoint, Found, some, table

if TYPE_CHECKING:
    from jettison.image.image import Image

MAX_TEXT: Final = 65_536
_NOP: Final = re.compile(r"^(?:/bin/sh -c )?#\(nop\)\s+")
_UPDATE: Final = re.compile(r"\b(?:apt-get|apt|apk|yum|dnf)\s+(?:-\S+\s+)*update\b")
_INSTALL: Final = re.compile(r"\b(?:install|add|upgrade|dist-upgrade|full-upgrade)\b|\bupdate\s+-y\b")
_UPGRADE: Final = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*(?:dist-upgrade|full-upgrade)\b")
_APK_ADD: Final = re.compile(r"\bapk\s+(?:-\S+\s+)*add\b")
_SUDO: Final = re.compile(r"(?:^|[;&|(]|\s-c)\s*sudo\s+[^#\s]")
# ADD is right for addresses and archives: COPY can do neither.
_ADD_IS_RIGHT: Final = re.compile(r"https?://|git@|\.git\b|\.(?:tar|tgz|tbz2?|txz|tzst)\b|\.tar\.")


def configuration_checks(image: Image, name: str, secret_names: Sequence[str]) -> Iterator[Checkpoint]:
    """Yield what the configuration and the name lack."""
    user = image.config.user.split(":")[0]
    if user in ("", "root", "0"):
        yield Checkpoint("CIS-DI-0001", "it runs as root", Severity.MEDIUM, "add a USER")
    if image.digest and os.environ.get("DOCKER_CONTENT_TRUST") != "1":
        # A setting of this client, not of the image; dockle asks for it in the same way.
        detail = "export DOCKER_CONTENT_TRUST=1 before pulling and building"
        yield Checkpoint("CIS-DI-0005", "signatures of images are not asked for", Severity.INFO, detail)
    if not image.config.healthcheck:
        yield Checkpoint("CIS-DI-0006", "nothing tells whether it is healthy", Severity.INFO, "add a HEALTHCHECK")
    if secret_names:
        names = tuple(dict.fromkeys(secret_names))
        yield Checkpoint("CIS-DI-0010", "secrets in the configuration", Severity.HIGH, some(names))
    sensitive = [one for one in image.config.volumes if (one.rstrip("/") or "/") in table()["sensitive_volumes"]]
    if sensitive:
        yield Checkpoint("DKL-DI-0002", "a volume over a folder of the system", Severity.HIGH, some(sensitive))
    if _is_latest(name):
        yield Checkpoint("DKL-DI-0006", "the tag latest says nothing", Severity.LOW, "give it a version")


def _is_latest(name: str) -> bool:
    """Return whether a name means the tag latest; an engine and a registry take it where none is given."""
    last = name.rpartition("/")[2]
    if last.endswith(":latest"):
        return True
    return ":" not in last and "@" not in last and not os.path.exists(name)


def history_checks(image: Image) -> Iterator[Checkpoint]:
    """Yield what the commands of the history do wrong, each kind once."""
    texts = [_NOP.sub("", entry.created_by[:MAX_TEXT]).strip() for entry in image.history]
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
        found = [Found((f"step {number + 1}",), step=number) for number, text in enumerate(texts) if fits(text)]
        if found:
            yield Checkpoint(id_, title, severity, "", hint=hint).of(found)


def _updates_alone(text: str) -> bool:
    match = _UPDATE.search(text)
    return match is not None and _INSTALL.search(text, match.end()) is None


def _adds(text: str) -> bool:
    if not text.startswith("ADD ") or _ADD_IS_RIGHT.search(text):
        return False
    # The first layer of a base is made by ADD of its root file system: no COPY unpacks one.
    return not text.removesuffix("# buildkit").rstrip().endswith((" in /", " /"))


def _uses_sudo(text: str) -> bool:
    return _SUDO.search(text) is not None


def _upgrades(text: str) -> bool:
    return _UPGRADE.search(text) is not None


def _keeps_apk_cache(text: str) -> bool:
    return _APK_ADD.search(text) is not None and "--no-cache" not in text and "/var/cache/apk" not in text
