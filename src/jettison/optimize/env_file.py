"""A file of NAME=VALUE lines, as `docker run --env-file` reads it: no quotes, no expansion.

Source: docker-run(1), "--env-file".
"""

from __future__ import annotations

import os
from typing import Final

from jettison.errors import SourceError

MAX_BYTES: Final = 1024 * 1024


def read_env_file(path: str) -> dict[str, str]:
    """Return the variables; a name without a value is taken from this process's environment.

    Raises:
        SourceError: it cannot be read, or a line is no variable; the message holds no value.
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise SourceError(f"{path}: larger than {MAX_BYTES // 1024} kB; a file of NAME=VALUE lines was expected")
    found = {}
    for number, line in enumerate(raw.decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not name or any(character.isspace() for character in name):
            raise SourceError(f"{path}:{number}: NAME=VALUE was expected")
        if equals:
            found[name] = value
        elif name in os.environ:
            found[name] = os.environ[name]
    return found
