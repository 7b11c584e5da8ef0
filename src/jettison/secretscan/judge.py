"""Whether a match of a detector is a secret: form, checksum, entropy, stand-ins, and where it stands."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from jettison.knowledge.secret_marks import is_literal_secret
from jettison.named_tuple import NamedTuple
from jettison.secretscan import values
from jettison.secretscan.detectors import Detector, load_detectors

# A generator's shortest passwords; runs of letters and of digits in it, of which a word with a number behind has two.
LEAST_MADE: Final = 12
LEAST_RUNS: Final = 4
_RUN = re.compile(rb"[A-Za-z]+|[0-9]+")
_HASH = re.compile(rb"\$[0-9a-z]{1,4}\$")
LONGEST_NAME: Final = 80
_EXPANSION = re.compile(rb"\$\{\w*:?\Z")
_WORD = re.compile(rb"[A-Za-z0-9_+/=-]")


class Judged(NamedTuple):
    """level: index in detectors.LEVELS; verified: a checksum or a parse proves the form."""

    level: int
    verified: bool


def judge(detector: Detector, match: re.Match[bytes], data: bytes | memoryview) -> Judged | None:
    """Return how sure a match is, None when it is no secret."""
    groups = match.re.groupindex
    value = match["secret"] if "secret" in groups else match[0]
    if value is None:
        value = match[0]
    if detector.near and not _is_setting(match, data):
        return None
    if value[:1] in (b"?", b"+") and "secret" in groups and _is_asked_for(match.start("secret"), data):
        return None
    # Loaded when something was found: most configurations have nothing to judge.
    from jettison.secretscan.checks import CHECKS, DOUBTFUL, LIKELY, PROVEN, entropy

    if detector.entropy and entropy(value) < detector.entropy:
        return None
    level, verified = detector.level, False
    if detector.check:
        verdict = CHECKS[detector.check](value)
        if verdict is None:
            return None
        verified = verdict == PROVEN
        if verdict in (DOUBTFUL, LIKELY):
            level = min(level, verdict)
    if verified:
        return Judged(level, True) if not values.is_example(value) else None
    if detector.path:
        # A hash begins like a reference to a variable.
        text = value.decode("latin-1")
        literal = _HASH.match(value) is not None or is_literal_secret(text)
        if not literal and "$" in text:
            # A password of a generator has any sign.
            literal = is_literal_secret(text.replace("$", "")) and not values.is_stand_in(value)
        return Judged(level, False) if literal and not values.is_example(value) else None
    chosen_by_people = detector.near and not detector.entropy
    if "host" in groups or "user" in groups or chosen_by_people or detector.level < 2:
        if values.is_stand_in(value):
            return None
        if values.is_plain(value) or ("user" in groups and _same(match["user"], value)):
            level = 0
        if "user" in groups and values.is_documentation_user(match["user"]) and not _is_made(value):
            level = 0
        if "host" in groups and values.is_documentation_host(match["host"]):
            level = 0
    elif values.is_example(value):
        return None
    return Judged(level, False)


def _same(user: bytes, value: bytes) -> bool:
    # postgres:postgres and the like: what an image for tests is started with.
    return user.lower() == value.lower()


def _is_made(value: bytes) -> bool:
    from jettison.secretscan.checks import chosen_password

    # What a generator gives out is no documentation's password, whoever the user is.
    return len(value) >= LEAST_MADE and len(_RUN.findall(value)) >= LEAST_RUNS and chosen_password(value) is not None


@cache
def _names() -> re.Pattern[bytes]:
    return re.compile(b"(?i)" + load_detectors().names.encode())


def _is_setting(match: re.Match[bytes], data: bytes | memoryview) -> bool:
    """Return whether the name is a secret's, and the value ends where the match does."""
    if _names().search(match["name"]) is None:
        return False
    following = bytes(data[match.end() : match.end() + 1])
    return _WORD.match(following) is None


def _is_asked_for(at: int, data: bytes | memoryview) -> bool:
    """Return whether there stands what a shell or Compose says of a variable, as in ${NAME:?is not set}."""
    return _EXPANSION.search(bytes(data[max(0, at - LONGEST_NAME) : at])) is not None


def lowered(level: int, path: str, shaped: bool, verified: bool) -> int:
    """Return the level of a finding by the file it is in.

    Among tests and documentation what has a mark of its own loses one step, the rest two; so it does in a cache of
    downloaded packages, in which nothing tells the one from the other; in other people's packages everything loses
    one. A proven checksum is a real token wherever it stands.
    """
    if verified:
        return level
    steps = 1 if values.is_third_party(path) else 0
    if values.is_test_path(path) or values.is_documentation_path(path) or values.is_download(path):
        steps += 1 if shaped else 2
    return max(0, level - steps)
