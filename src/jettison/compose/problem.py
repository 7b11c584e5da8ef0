"""What can be wrong with a Compose or Bake file."""

from __future__ import annotations


class BuildFileError(Exception):
    """The whole file cannot be read; `line` counts from 1, 0 is unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line
