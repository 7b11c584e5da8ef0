"""Best practice on the image itself: what CIS and dockle look for, seen in the files and the configuration.

Source: CIS Docker Benchmark, section 4; dockle's documented checkpoints (CIS-DI, DKL-DI, DKL-LI).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.findings import Severity

if TYPE_CHECKING:
    from jettison.image.image import Image

MAX_NAMED: Final = 5
_SECRET_FILES: Final = re.compile(
    r"(?:^|/)(?:\.env|\.npmrc|\.netrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)|\.aws/credentials|\.docker/config\.json|\.git-credentials|credentials\.json)\Z"
)
_SECRET_ENDINGS: Final = (
    ".env",
    "rc",
    "_rsa",
    "_dsa",
    "_ecdsa",
    "_ed25519",
    "credentials",
    "config.json",
    "credentials.json",
)
_CACHES: Final = (
    "var/lib/apt/lists/",
    "var/cache/apk/",
    "var/cache/dnf/",
    "var/cache/yum/",
    "root/.cache/",
    "root/.npm/",
)
_TEMPORARY: Final = frozenset(("tmp", "var/tmp", "dev/shm", "run/lock", "dev/mqueue"))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing that is not as it should be. id: dockle's and CIS' name of it."""

    id: str
    title: str
    severity: int
    detail: str


def checkpoints(image: Image, name: str) -> tuple[Checkpoint, ...]:
    """Return what an image does not hold to."""
    found: list[Checkpoint] = []
    for check in (_configuration, _accounts, _modes, _files):
        found.extend(check(image, name))
    return tuple(found)


def _configuration(image: Image, name: str) -> Iterator[Checkpoint]:
    user = image.config.user.split(":")[0]
    if user in ("", "root", "0"):
        yield Checkpoint("CIS-DI-0001", "it runs as root", Severity.MEDIUM, "add a USER")
    if not image.config.healthcheck:
        yield Checkpoint("CIS-DI-0006", "nothing tells whether it is healthy", Severity.INFO, "add a HEALTHCHECK")
    last = name.rpartition("/")[2]
    if last.endswith(":latest"):
        yield Checkpoint("DKL-DI-0006", "the tag latest says nothing", Severity.LOW, "give it a version")
    for entry in image.history:
        text = entry.created_by
        if "sudo " in text:
            yield Checkpoint("DKL-DI-0001", "sudo in the history", Severity.MEDIUM, "USER says who runs a command")
            break
    if any("apt-get dist-upgrade" in entry.created_by for entry in image.history):
        yield Checkpoint("DKL-DI-0003", "the whole base was upgraded", Severity.LOW, "take a newer base")


def _accounts(image: Image, name: str) -> Iterator[Checkpoint]:
    shadow = image.texts.get("etc/shadow", b"").decode("utf-8", "replace")
    open_ = [
        line.split(":")[0] for line in shadow.splitlines()[:10_000] if line.count(":") > 1 and not line.split(":")[1]
    ]
    if open_:
        yield Checkpoint("DKL-LI-0001", "an account without a password", Severity.HIGH, _some(open_))
    names: dict[str, int] = {}
    ids: dict[str, int] = {}
    for line in image.texts.get("etc/passwd", b"").decode("utf-8", "replace").splitlines()[:10_000]:
        parts = line.split(":")
        if len(parts) > 3:
            names[parts[0]] = names.get(parts[0], 0) + 1
            ids[parts[2]] = ids.get(parts[2], 0) + 1
    double = [key for table in (names, ids) for key, count in table.items() if count > 1]
    if double:
        yield Checkpoint("DKL-LI-0002", "two accounts with one name or number", Severity.MEDIUM, _some(double))


def _modes(image: Image, name: str) -> Iterator[Checkpoint]:
    marked = [(path, e) for path, e in image.files.items() if e.mode & 0o6002 and e.kind in ("file", "dir")]
    set_id = [path for path, e in marked if e.mode & 0o6000 and e.kind == "file"]
    if set_id:
        title = f"{len(set_id)} programs that run with their owner's rights"
        yield Checkpoint("CIS-DI-0008", title, Severity.INFO, _some(set_id))
    open_ = [path for path, e in marked if e.mode & 0o1002 == 0o002 and path not in _TEMPORARY]
    if open_:
        yield Checkpoint("JT323", f"{len(open_)} files that everyone may write", Severity.MEDIUM, _some(open_))


def _files(image: Image, name: str) -> Iterator[Checkpoint]:
    # The last part of a path rules nearly all files out without an expression.
    secret = [
        path
        for path, e in image.files.items()
        if path.endswith(_SECRET_ENDINGS) and e.kind == "file" and e.size and _SECRET_FILES.search(path)
    ]
    if secret:
        yield Checkpoint("CIS-DI-0010", "files that hold credentials", Severity.HIGH, _some(secret))
    sizes: dict[str, int] = {}
    for path, entry in image.files.items():
        if path.startswith(_CACHES) and entry.kind == "file":
            cache = next(c for c in _CACHES if path.startswith(c))
            sizes[cache] = sizes.get(cache, 0) + entry.size
    for cache, size in sizes.items():
        if size > 100_000:
            yield Checkpoint("DKL-DI-0005", f"a package manager's cache: /{cache}", Severity.LOW, f"{size} bytes")
    unneeded = [p for p in ("usr/bin/sshd", "usr/sbin/sshd") if p in image.files]
    if unneeded:
        yield Checkpoint("DKL-LI-0003", "a server for remote login", Severity.LOW, _some(unneeded))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(sorted(names)[:MAX_NAMED]) + more
