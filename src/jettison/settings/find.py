"""Which settings file governs a file: the nearest one upward. No parser is imported unless one exists."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from jettison.settings.settings import DEFAULTS

if TYPE_CHECKING:
    from jettison.settings.settings import Settings

OWN: Final = "jettison.toml"
PROJECT: Final = "pyproject.toml"
HADOLINT: Final = (".hadolint.yaml", ".hadolint.yml")
MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 128


class Finder:
    """Finds and reads settings; each folder is looked at once."""

    __slots__ = ("_by_folder", "_by_name", "_read")

    def __init__(self) -> None:
        self._by_folder: dict[str, tuple[str, str]] = {}
        self._by_name: dict[str, Settings] = {}
        self._read: dict[str, Settings] = {}

    def settings_for(self, path: str) -> Settings:
        """Return the settings that govern the file (or folder, when it ends in a slash) at `path`.

        Raises:
            ConfigError: the settings file is wrong.
        """
        name = os.path.dirname(path)
        known = self._by_name.get(name)
        if known is None:
            full = os.path.abspath(path)
            found = self.path_for(full if path.endswith("/") else os.path.dirname(full))
            known = self._by_name[name] = self.read(found) if found else DEFAULTS
        return known

    def path_for(self, folder: str) -> str:
        """Return the settings file that governs an absolute folder, "" when there is none."""
        waiting: list[str] = []
        at = folder
        while at not in self._by_folder and len(waiting) < MAX_DEPTH:
            waiting.append(at)
            parent = os.path.dirname(at)
            if parent == at:
                break
            at = parent
        above = self._by_folder.get(at, ("", ""))
        for each in reversed(waiting):
            own, other = _here(each)
            # The nearest of each kind; ours goes before hadolint's wherever it lies.
            above = (own or above[0], other or above[1])
            self._by_folder[each] = above
        own, other = self._by_folder[folder]
        return own or other

    def read(self, path: str) -> Settings:
        """Return the settings in a file of either kind.

        Raises:
            ConfigError: it is wrong.
        """
        if path not in self._read:
            self._read[path] = _read(path)
        return self._read[path]


def _here(folder: str) -> tuple[str, str]:
    """Return (own settings file, hadolint's) of one folder, "" for what is not there."""
    begin = folder if folder.endswith(os.sep) else folder + os.sep
    own = begin + OWN
    if _is_file(own):
        return own, ""
    project = begin + PROJECT
    if _is_file(project) and _names_us(project):
        return project, ""
    return "", next((begin + name for name in HADOLINT if _is_file(begin + name)), "")


def _is_file(path: str) -> bool:
    # Most are not there, and this call tells so without an exception.
    return os.access(path, os.F_OK) and os.path.isfile(path)


def _names_us(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return b"jettison" in (data := stream.read(MAX_BYTES)) and _has_table(data)
    except OSError:
        return False


def _has_table(data: bytes) -> bool:
    import tomllib

    try:
        tool = tomllib.loads(data.decode("utf-8", "replace")).get("tool")
    except (tomllib.TOMLDecodeError, RecursionError):
        # Another tool's mistake is not ours to report; ours is when the table is named.
        return b"tool.jettison" in data
    return isinstance(tool, dict) and "jettison" in tool


def _read(path: str) -> Settings:
    if path.endswith(".toml"):
        from jettison.settings.toml_file import read_toml

        return read_toml(path)
    from jettison.settings.hadolint_file import read_hadolint

    return read_hadolint(path)
