"""What is wrong with a settings file, said exactly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jettison.errors import UsageError


class Problem(NamedTuple):
    """One mistake: line (0: unknown), the key it is about, what is wrong and what was probably meant."""

    line: int
    key: str
    message: str

    def text(self, path: str) -> str:
        """Return it as one line."""
        place = f"{path}:{self.line}" if self.line else path
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(UsageError):
    """A settings file is wrong; `problems` holds every mistake in it."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\njettison: ".join(problem.text(path) for problem in self.problems))


def read_limited(path: str, limit: int) -> bytes:
    """Return the bytes of a settings file.

    Raises:
        ConfigError: it cannot be read, or is larger than `limit`.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise ConfigError(path, [Problem(0, "", f"cannot be read: {error.strerror}")]) from error
    if len(data) > limit:
        raise ConfigError(path, [Problem(0, "", f"larger than {limit} bytes; settings were expected")])
    return data
