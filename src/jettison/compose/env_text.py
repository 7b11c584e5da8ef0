"""Files of NAME=VALUE lines as Compose reads them: `.env`, and those of `env_file`.

Source: the Compose specification, "env_file", "Env_file format".
"""

from __future__ import annotations

import os
import re
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import Final

from jettison.compose.interpolate import Interpolator

MAX_BYTES: Final = 256 * 1024
MAX_VALUE_LINES: Final = 100
_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*(?:[=:]\s*|\Z)")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "$": "$$"}
_COMMENT: Final = re.compile(r"\s#")
_QUOTED: Final = {
    "'": re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
}


def read_env(path: str, values: MutableMapping[str, str], raw: bool = False) -> dict[str, str]:
    """Return the variables of a file; `values`: what they may name. raw: quotes and `$` stay as they are.

    Raises:
        OSError: it cannot be read.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(path)
    with open(path, "rb") as stream:
        text = stream.read(MAX_BYTES).decode("utf-8-sig", "replace")
    found: dict[str, str] = {}
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        match = _LINE.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        name, rest = match[1], line[match.end() :]
        if raw:
            found[name] = rest
            continue
        if match[0].rstrip()[-1:] not in "=:":
            # A name alone is taken from the surroundings.
            if name in values:
                found[name] = values[name]
            continue
        quote = rest[:1]
        last = min(len(lines), at + MAX_VALUE_LINES)
        while quote in _QUOTED and at < last and not _QUOTED[quote].match(rest):
            # A quoted value may go on in the next line.
            rest = f"{rest}\n{lines[at]}"
            at += 1
        found[name] = _value(rest, ChainMap(values, found))
    return found


def _value(text: str, values: Mapping[str, str]) -> str:
    quote = text[:1]
    if quote in _QUOTED and (match := _QUOTED[quote].match(text)):
        inner = match[1]
        if quote == "'":
            return inner.replace("\\'", "'")
        inner = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), inner, flags=re.DOTALL)
        return Interpolator(values)(inner)
    comment = _COMMENT.search(text)
    return Interpolator(values)((text[: comment.start()] if comment else text).strip())


def environment(folder: str, files: tuple[str, ...] = (), over: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of a Compose project: those of its `.env` (or of `files`), and above them those of `over`.

    over: the process's own environment where it is not given.
    """
    above = dict(os.environ if over is None else over)
    found: dict[str, str] = {}
    for path in files or (os.path.join(folder, ".env"),):
        try:
            found.update(read_env(path, ChainMap(above, found)))
        except OSError:
            continue
    return {**found, **above}
