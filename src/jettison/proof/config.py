"""Is the new image's configuration the old one's, apart from what was meant to change?"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.proof.claims import PROVEN, REFUTED, Claim

if TYPE_CHECKING:
    from jettison.image.image import ImageConfig

_SIMPLE = ("workdir", "exposed", "volumes", "stop_signal", "user")
# Without a user it is root; a base for others has to be told.
_ROOT = ("", "0", "root", "0:0", "root:root")


def config_claim(before: ImageConfig, after: ImageConfig, allowed: frozenset[str]) -> Claim:
    """Return whether every field is equal or was meant to change; `allowed` names such fields."""
    wrong: list[str] = []
    meant: list[str] = []
    for field, old, new in _differences(before, after):
        (meant if field in allowed else wrong).append(f"{field}: {old} -> {new}")
    if wrong:
        return Claim(
            "config",
            "the configuration is the same",
            REFUTED,
            tuple(wrong),
            ("exec-form", "init", "user", "multi-stage"),
        )
    evidence = ("equal but for what was meant: " + "; ".join(meant),) if meant else ("every field is equal",)
    return Claim("config", "the configuration is the same but for what was meant to change", PROVEN, evidence)


def _differences(before: ImageConfig, after: ImageConfig) -> Iterable[tuple[str, str, str]]:
    for field in _SIMPLE:
        old, new = getattr(before, field), getattr(after, field)
        if field == "workdir":
            old, new = old or "/", new or "/"
        if field == "user" and old in _ROOT and new in _ROOT:
            continue
        if old != new:
            yield field, _text(old), _text(new)
    if before.labels != after.labels:
        yield "labels", _text(before.labels), _text(after.labels)
    if before.healthcheck != after.healthcheck:
        yield "healthcheck", _text(before.healthcheck), _text(after.healthcheck)
    if start_command(before) != start_command(after):
        yield "cmd", _text((*before.entrypoint, *before.cmd)), _text((*after.entrypoint, *after.cmd))
    lost = [f"{k}={v}" for k, v in before.env_map.items() if after.env_map.get(k) != v]
    new_env = [f"{k}={v}" for k, v in after.env_map.items() if before.env_map.get(k) != v]
    if lost or new_env:
        yield "env", _names(lost), _names(new_env)


def start_command(config: ImageConfig) -> tuple[str, ...]:
    """Return what starts, with `/bin/sh -c` around one plain command taken off."""
    argv = (*config.entrypoint, *config.cmd)
    if len(argv) == 3 and argv[:2] == ("/bin/sh", "-c"):
        try:
            words = shlex.split(argv[2])
        except ValueError:
            return argv
        if words and not any(mark in argv[2] for mark in "$`*?;&|<>(){}"):
            return tuple(words[1:] if words[0] == "exec" else words)
    return argv


def _names(entries: list[str]) -> str:
    # Names only: values of variables may be secrets.
    return ", ".join(sorted(entry.split("=", 1)[0] for entry in entries)) or "none"


def _text(value: object) -> str:
    return json.dumps(value) if value else "none"
