"""Values that look like a secret and are none, by allow.toml."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

# Longer values hold any short word by chance.
MAX_JUDGED: Final = 120
# A run of one character this long is no secret's.
_REPEATED: Final = re.compile(rb"(.)\1{7}")


def _data() -> dict[str, Any]:
    from jettison.secretscan._compiled import ALLOW

    return ALLOW


@cache
def _whole() -> frozenset[str]:
    return frozenset(_data()["stand_ins"]["values"])


@cache
def _words() -> tuple[str, ...]:
    return tuple(_data()["stand_ins"]["words"])


@cache
def _examples() -> frozenset[bytes]:
    return frozenset(value.encode() for value in _data()["examples"]["values"])


@cache
def _compiled(section: str, name: str) -> re.Pattern[str]:
    return re.compile(_data()[section][name])


def is_example(value: bytes) -> bool:
    """Return whether a value is one of vendors' documentation, says itself that it is an example, or is encrypted."""
    if value in _examples() or _compiled("encrypted", "pattern").match(value.decode("latin-1")):
        return True
    if len(value) > MAX_JUDGED:
        return False
    lowered = value.lower()
    return _REPEATED.search(value) is not None or any(word.encode() in lowered for word in _words())


def is_stand_in(value: bytes) -> bool:
    """Return whether the value of a password is a stand-in, a reference or a piece of code."""
    if len(value) > MAX_JUDGED:
        return False
    text = value.decode("latin-1").strip("\"' ")
    if text.lower() in _whole() or is_example(value):
        return True
    return _compiled("stand_ins", "pattern").fullmatch(text) is not None


def is_plain(value: bytes) -> bool:
    """Return whether a value is nothing but a word or a name."""
    return len(value) <= MAX_JUDGED and _compiled("stand_ins", "plain").fullmatch(value.decode("latin-1")) is not None


def is_documentation_host(host: bytes) -> bool:
    """Return whether an address leads to a host that only documentation names, or to the machine itself."""
    return _compiled("hosts", "pattern").fullmatch(host.decode("latin-1")) is not None


def _is_of(kind: str, path: str) -> bool:
    # A text without a path, as a Dockerfile's is here, needs none of these compiled.
    return path != "" and _compiled("paths", kind).search(path) is not None


def is_test_path(path: str) -> bool:
    """Return whether a file belongs to tests or examples."""
    return _is_of("tests", path)


def is_documentation_path(path: str) -> bool:
    """Return whether a file is documentation or a template."""
    return _is_of("documentation", path)


def is_third_party(path: str) -> bool:
    """Return whether a file belongs to a package that everybody can download, whoever installed it."""
    return _is_of("third_party", path)


def is_download(path: str) -> bool:
    """Return whether a file is a package in the cache of a package manager, as a registry gave it."""
    return _is_of("downloads", path)


def is_documentation_user(user: bytes) -> bool:
    """Return whether an address is that of a documentation's own user."""
    return user.lower().decode("latin-1") in _data()["users"]["values"]
