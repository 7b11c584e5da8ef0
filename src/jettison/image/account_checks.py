"""Checkpoints on the accounts of an image: /etc/passwd, /etc/group, /etc/shadow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.image.checkpoint import Checkpoint, some
from jettison.severity import Severity

if TYPE_CHECKING:
    from jettison.image.image import Image

MAX_LINES: Final = 200_000


def account_checks(image: Image) -> Iterator[Checkpoint]:
    """Yield accounts without a password and accounts that share a name or a number."""
    passwd, shadow, group = (_rows(image, f"etc/{name}") for name in ("passwd", "shadow", "group"))
    open_ = {row[0] for row in shadow if len(row) > 2 and not row[1]}
    # Without a shadow file, or beside it, the old place of the password counts as well.
    open_ |= {row[0] for row in passwd if len(row) > 3 and not row[1]}
    if open_:
        yield Checkpoint("DKL-LI-0001", "an account without a password", Severity.HIGH, some(tuple(open_)))
    double = _double(passwd, "user") + _double(group, "group")
    if double:
        yield Checkpoint("DKL-LI-0002", "accounts that share a name or a number", Severity.MEDIUM, some(double))


def _rows(image: Image, path: str) -> list[list[str]]:
    text = image.texts.get(path, b"").decode("utf-8", "replace")
    return [line.split(":") for line in text.splitlines()[:MAX_LINES] if line and not line.startswith(("#", "+", "-"))]


def _double(rows: list[list[str]], kind: str) -> list[str]:
    found = []
    for column in (0, 2):
        counts = Counter(row[column] for row in rows if len(row) > 2)
        found += [f"{kind} {value}" for value, count in counts.items() if count > 1 and value]
    return found
