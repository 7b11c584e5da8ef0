"""Secrets in an image's configuration: environment, labels, commands, history, build arguments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from jettison.knowledge.secret_marks import is_literal_secret, is_secret_name, patterns
from jettison.named_tuple import NamedTuple
from jettison.secretscan.config_texts import ConfigText, config_texts
from jettison.secretscan.detectors import LEVELS, load_detectors
from jettison.secretscan.hit import Hit
from jettison.secretscan.mask import MASK, Redactor
from jettison.secretscan.scanner import Scanner
from jettison.secretscan.values import is_example

HIGH: Final = LEVELS.index("high")
MEDIUM: Final = LEVELS.index("medium")
# By the name of what holds them, and by the option of a command; their titles are in findings.TITLES.
BY_NAME: Final = "secret-variable"
BY_COMMAND: Final = "secret-in-command"
SHORTEST: Final = 4
# Commands are searched as scripts are: for settings that they write, and for options of clients.
_AS_FILE: Final = {"history": "commands.sh", "command": "commands.sh"}


class ConfigSecret(NamedTuple):
    """One secret with its value: for masking inside this process, never to be stored or shown."""

    where: ConfigText
    hit: Hit
    value: str


def config_secrets(settings: dict[str, Any], scanner: Scanner) -> tuple[ConfigSecret, ...]:
    """Return the secrets of a configuration (the image's JSON as it is), one for each text and value."""
    found: dict[tuple[str, str, int, str], ConfigSecret] = {}
    for text in config_texts(settings):
        for secret in _of_text(text, scanner):
            # What a history entry tells in its parts and as a whole is one secret.
            name = "" if text.kind in ("history", "build-arg") else text.name
            # A build argument stands on every later RUN: it is told where it stands first.
            entry = -1 if text.kind == "build-arg" else text.entry
            key = (text.kind, name, entry, secret.value)
            old = found.get(key)
            if old is None or _sureness(secret.hit) > _sureness(old.hit):
                found[key] = secret
    # The classic builder keeps a second copy of the variables and labels, and the history the step that set each.
    told = {secret.value for secret in found.values() if secret.where.kind != "config"}
    set_ = {(one.where.entry, one.value) for one in found.values() if one.where.kind in ("env", "label")}
    # The name of a label or a variable may be the secret.
    redact = Redactor(one.value for one in found.values())
    return tuple(
        one._replace(where=one.where._replace(name=redact(one.where.name)))
        for one in found.values()
        if not (one.where.kind == "config" and one.value in told)
        and not (one.where.kind == "history" and (one.where.entry, one.value) in set_)
    )


def _sureness(hit: Hit) -> tuple[int, bool]:
    # What words of a text look like names of, as in `host=db password=...`, knows less than what reads the whole of it.
    return hit.level, hit.detector != BY_NAME


def _of_text(text: ConfigText, scanner: Scanner) -> Iterator[ConfigSecret]:
    line = f"{text.name}={text.text}" if text.name else text.text
    seen = False
    path = "" if text.name else _AS_FILE.get(text.kind, "")
    for hit, value in scanner.with_values(path, line.encode("utf-8", "surrogateescape")):
        # What is packed inside a variable is masked with the whole of it.
        inner = _word(line, hit.offset) if hit.via and not text.name else text.text if hit.via else value
        yield ConfigSecret(text, hit, inner)
        # Of a variable its name says more than that its value is random.
        seen = seen or (hit.level > 0 and not (text.name and _of_any_service(hit.detector)))
    if seen:
        return
    if text.name:
        if is_secret_name(text.name.rpartition(".")[2]) and is_literal_secret(text.text):
            level = 0 if is_example(text.text.encode("utf-8", "replace")) else HIGH if text.kind != "label" else MEDIUM
            yield ConfigSecret(text, Hit(BY_NAME, 0, 0, MASK, level), text.text)
        return
    for value in _in_command(text.text):
        yield ConfigSecret(text, Hit(BY_COMMAND, 0, 0, MASK, MEDIUM), value)


@cache
def _of_any_service(detector: str) -> bool:
    """Return whether a detector knows nothing of a value but that it has the name of a secret."""
    # Needed only where something was found.
    from jettison.secretscan.checks import OF_ANY_SERVICE

    return any(one.id == detector and one.check in OF_ANY_SERVICE for one in load_detectors().all)


def _in_command(text: str) -> Iterator[str]:
    lowered = text.lower()
    for name, pattern in patterns(lowered):
        if name == "shapes":
            continue
        for match in pattern.finditer(text):
            if "name" in pattern.groupindex and not is_secret_name(match["name"]):
                continue
            value = match["secret"]
            if len(value) >= SHORTEST and is_literal_secret(value) and not is_example(value.encode("utf-8", "replace")):
                yield value


def _word(text: str, at: int) -> str:
    data = text.encode("utf-8", "surrogateescape")
    start = max(data.rfind(separator, 0, at) for separator in (b" ", b"'", b'"', b"=", b"\n")) + 1
    ends = [end for end in (data.find(separator, at) for separator in (b" ", b"'", b'"', b"\n")) if end >= 0]
    return data[start : min(ends, default=len(data))].decode("utf-8", "surrogateescape")
