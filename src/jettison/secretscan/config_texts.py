"""The texts of an image's configuration that may hold secrets, and where the builder took each from.

Source: OCI image specification, "Image Configuration"; the entries that BuildKit and the classic builder write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from jettison.named_tuple import NamedTuple

MAX_TEXTS: Final = 20_000
# Entries of the history among which the one that set something is looked for: engines make far fewer.
MAX_SET_BY: Final = 1000
MAX_TEXT: Final = 1024 * 1024
# `|2 NAME=value OTHER=value /bin/sh -c ...`: the build arguments of a RUN, values unquoted.
_ARGUMENTS: Final = re.compile(r"(?:RUN )?\|\d{1,3} (.*?)(?: /bin/\S*sh | cmd |\Z)", re.DOTALL)
_NAME: Final = re.compile(r"(?:^| )([A-Za-z_][A-Za-z0-9_]{0,100})=")
_SET: Final = re.compile(r"(?:/bin/sh -c #\(nop\)\s+)?(ARG|ENV|LABEL)\s+(.*)", re.DOTALL)

# What reports show beside the variables and commands, and where hardly anybody puts a secret.
_PLAIN: Final = ("User", "WorkingDir", "StopSignal", "Shell", "ExposedPorts", "Volumes")


class ConfigText(NamedTuple):
    """One text. kind: env, label, history, build-arg, command, config; name: of a variable or label, "" else.

    entry: number of the history entry it stands in or was set by, -1 unknown.
    """

    kind: str
    name: str
    text: str
    entry: int


def config_texts(settings: dict[str, Any]) -> Iterator[ConfigText]:
    """Yield every text of a configuration, at most MAX_TEXTS."""
    history = [e.get("created_by") if isinstance(e, dict) else "" for e in _list(settings.get("history"))]
    created = [e if isinstance(e, str) else "" for e in history]
    for number, text in enumerate(_texts(settings, created)):
        if number >= MAX_TEXTS:
            return
        yield text


def _texts(settings: dict[str, Any], history: Sequence[str]) -> Iterator[ConfigText]:
    for section in ("config", "container_config"):
        yield from _section(settings.get(section), history, "config" if section == "container_config" else "")
    for number, text in enumerate(history):
        yield from _of_entry(text[:MAX_TEXT], number)
    for entry in _list(settings.get("history")):
        if isinstance(entry, dict):
            yield from (
                ConfigText("config", key, str(entry[key])[:MAX_TEXT], -1)
                for key in ("comment", "author")
                if entry.get(key)
            )
    for key in ("comment", "author"):
        if settings.get(key):
            yield ConfigText("config", key, str(settings[key])[:MAX_TEXT], -1)


def _section(section: Any, history: Sequence[str], kind: str) -> Iterator[ConfigText]:
    if not isinstance(section, dict):
        return
    for entry in _list(section.get("Env")):
        name, equals, value = str(entry)[:MAX_TEXT].partition("=")
        if equals:
            yield ConfigText(kind or "env", name, value, _set_by(history, "ENV", name))
    labels = section.get("Labels")
    for name, value in labels.items() if isinstance(labels, dict) else ():
        yield ConfigText(kind or "label", str(name), str(value)[:MAX_TEXT], _set_by(history, "LABEL", str(name)))
    health = section.get("Healthcheck")
    commands = [
        ("CMD", section.get("Cmd")),
        ("ENTRYPOINT", section.get("Entrypoint")),
        ("ONBUILD", section.get("OnBuild")),
    ]
    commands.append(("HEALTHCHECK", health.get("Test") if isinstance(health, dict) else None))
    for keyword, words in commands:
        text = " ".join(map(str, _list(words)))[:MAX_TEXT]
        if text:
            yield ConfigText(kind or "command", "", text, _set_by(history, keyword, ""))
    for key in _PLAIN:
        held = section.get(key)
        # Ports and volumes are the names of a table.
        words = held if isinstance(held, list | dict) else [held] if held else ()
        for word in words:
            yield ConfigText("config", key, str(word)[:MAX_TEXT], -1)


def _of_entry(text: str, number: int) -> Iterator[ConfigText]:
    arguments = _ARGUMENTS.match(text)
    for name, value in _pairs(arguments[1]) if arguments else ():
        yield ConfigText("build-arg", name, value, number)
    if arguments:
        # A value with blanks in it cannot be told from two arguments: it is looked at as a whole too.
        yield ConfigText("build-arg", "", arguments[1], number)
    setting = _SET.match(text)
    if setting is not None and setting[1] in ("ARG", "ENV"):
        for name, value in _pairs(setting[2]):
            yield ConfigText("build-arg" if setting[1] == "ARG" else "history", name, value, number)
    rest = text[arguments.end(1) :] if arguments else text
    yield ConfigText("history", "", rest, number)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    places = list(_NAME.finditer(text))
    for index, place in enumerate(places[:1000]):
        end = places[index + 1].start() if index + 1 < len(places) else len(text)
        yield place[1], text[place.end() : end].strip().strip("\"'")


def _set_by(history: Sequence[str], keyword: str, name: str) -> int:
    for number in range(len(history) - 1, max(len(history) - MAX_SET_BY, 0) - 1, -1):
        text = history[number]
        if keyword in text[:60] and name in text:
            return number
    return -1


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
