"""Files of a project where its Compose file puts them, in an image that is made for one run alone.

A mount would give a container a folder of this machine. Here it gets copies: only of the same repository, bounded,
no links, and whatever it does to them is gone with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.engine.base import BuildRequest

if TYPE_CHECKING:
    from jettison.engine.base import Engine

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_FILES: Final = 1000
# Nothing that a Dockerfile would expand.
_TARGET: Final = re.compile(r"/[\w./@+-]{1,200}\Z", re.ASCII)


class Placed(NamedTuple):
    """A file or folder of the project, and the path in the container that it is put at."""

    source: str
    target: str


def with_files(engine: Engine, image: str, placed: tuple[Placed, ...], tag: str) -> bool:
    """Build an image with copies of files under a tag; return whether there was anything to put in.

    Raises:
        EngineError: it cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
        lines = [f"FROM {image}\n"]
        room = [MAX_BYTES, MAX_FILES]
        for number, each in enumerate(placed):
            # What cannot be read is left out, as what is too large.
            with contextlib.suppress(OSError):
                if _TARGET.match(each.target) and _copied(each.source, os.path.join(folder, str(number)), room):
                    lines.append(f"COPY {json.dumps([str(number), each.target])}\n")
        if len(lines) == 1:
            return False
        engine.build(BuildRequest(folder, "".join(lines).encode(), b"", tag))
        return True


def _copied(source: str, target: str, room: list[int]) -> bool:
    """Return whether a file or folder was copied whole; room: the bytes and files that are left."""
    for path in _walk(source):
        seen = os.lstat(path)
        room[0] -= seen.st_size if stat.S_ISREG(seen.st_mode) else 0
        room[1] -= 1
        if min(room) < 0:
            return False
        place = os.path.normpath(os.path.join(target, os.path.relpath(path, source)))
        if stat.S_ISDIR(seen.st_mode):
            os.makedirs(place, exist_ok=True)
        elif stat.S_ISREG(seen.st_mode):
            shutil.copyfile(path, place)
            os.chmod(place, stat.S_IMODE(seen.st_mode) & 0o755 | 0o444)
    return os.path.exists(target)


def _walk(source: str) -> Iterator[str]:
    """Yield a path and everything below it, a folder before what is in it; links are not followed."""
    if not os.path.lexists(source):
        return
    yield source
    if os.path.isdir(source) and not os.path.islink(source):
        for name in sorted(os.listdir(source)):
            yield from _walk(os.path.join(source, name))
