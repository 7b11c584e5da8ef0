"""Values that each detector must find, made from its data: never a secret of anybody."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import tomllib
import zlib
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from jettison.secretscan import detectors
from jettison.secretscan.detectors import near_regex

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CLASSES = {
    "an": string.ascii_letters + string.digits,
    "hex": "0123456789abcdef",
    "dig": string.digits,
    "up": string.ascii_uppercase + string.digits,
}
_HOLE = re.compile(r"\{(crc|pair|pem|rsa|jwt|discord|uuid|(?:an|hex|dig|up):\d+)\}")


class Sample:
    """text: what must be found; value: the secret in it; path: of the file that may hold it."""

    def __init__(self, id: str, text: bytes, value: bytes, path: str) -> None:
        self.id, self.text, self.value, self.path = id, text, value, path


def raw_detectors() -> dict[str, Any]:
    """Return detectors.toml as it is."""
    return tomllib.loads(Path(detectors.__file__).with_name("detectors.toml").read_text(encoding="utf-8"))


def all_samples(seed: int = 7) -> list[Sample]:
    """Return one sample of each detector."""
    return [sample_of(entry, random.Random(f"{seed} {entry['id']}")) for entry in _entries()]


def _entries() -> list[dict[str, Any]]:
    raw = raw_detectors()
    return [*raw["shaped"], *(dict(entry, regex=near_regex(entry)) for entry in raw["near"]), *raw["settings"]]


def sample_of(entry: dict[str, Any], chance: random.Random) -> Sample:
    """Return a sample of one entry of detectors.toml."""
    if "sample" in entry:
        text = _HOLE.sub(lambda hole: _fill(hole[1], chance), entry["sample"])
    elif "near" in entry:
        name = entry["near"].split("|")[0].upper()
        text = f"{name}_API_KEY={made(entry['body'], chance)}"
    else:
        text = made(entry["regex"], chance)
    data = text.encode("latin-1")
    match = re.search(entry["regex"].encode(), data)
    assert match is not None, (entry["id"], text)
    value = match["secret"] if "secret" in match.re.groupindex and match["secret"] else match[0]
    return Sample(entry["id"], data, value, entry.get("sample_path", "srv/app/settings.conf"))


def github_token(chance: random.Random) -> str:
    """Return a token with the checksum of a real one."""
    return "ghp_" + _checked(chance)


def _checked(chance: random.Random) -> str:
    body = "".join(chance.choices(_CLASSES["an"], k=30))
    number, text = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        text = _BASE62[rest] + text
    return body + text.rjust(6, "0")


def _fill(hole: str, chance: random.Random) -> str:
    kind, _, length = hole.partition(":")
    if length:
        return "".join(chance.choices(_CLASSES[kind], k=int(length)))
    return {
        "crc": _checked,
        "pair": _pair,
        "pem": _pem,
        "rsa": lambda _: "RSA ",
        "jwt": _jwt,
        "discord": _discord,
        "uuid": _uuid,
    }[kind](chance)


def _uuid(chance: random.Random) -> str:
    text = "".join(chance.choices("0123456789abcdef", k=32))
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _pair(chance: random.Random) -> str:
    return base64.b64encode(b"bot:" + "".join(chance.choices(_CLASSES["an"], k=20)).encode()).decode()


def _pem(chance: random.Random) -> str:
    body = base64.b64encode(b"\x30\x82\x02\x5c\x02\x01\x00" + chance.randbytes(601)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"{lines}\n-----END RSA PRIVATE KEY-----\n"


def _jwt(chance: random.Random) -> str:
    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    head = part({"alg": "HS256", "typ": "JWT"})
    body = part({"sub": _fill("an:12", chance), "iat": 1})
    return f"{head}.{body}.{_fill('an:43', chance)}"


def _discord(chance: random.Random) -> str:
    first = base64.b64encode(b"1" + _fill("dig:17", chance).encode()).decode().rstrip("=")
    return f"{first}.{_fill('an:6', chance)}.{_fill('an:32', chance)}"


def made(regex: str, chance: random.Random, more: int = 0) -> str:
    """Return a text that a regex matches, each repetition as short as it may be, or up to so many longer."""
    return "".join(map(chr, _walk(_parser.parse(regex), chance, more)))


def _walk(parsed: Any, chance: random.Random, more: int) -> list[int]:
    found: list[int] = []
    for op, argument in parsed:
        name = str(op)
        if name == "LITERAL":
            found.append(argument)
        elif name == "IN":
            found.append(chance.choice(_choices(argument)))
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = argument
            for _ in range(chance.randint(least, min(most, least + more))):
                found += _walk(inner, chance, more)
        elif name == "SUBPATTERN":
            found += _walk(argument[3], chance, more)
        elif name == "BRANCH":
            found += _walk(chance.choice(argument[1]), chance, more)
        elif name == "NOT_LITERAL":
            found.append(ord("k"))
        elif name != "AT":
            raise ValueError(f"no sample for {name}")
    return found


def _choices(items: Any) -> list[int]:
    members: set[int] = set()
    negated = False
    for op, argument in items:
        name = str(op)
        if name == "LITERAL":
            members.add(argument)
        elif name == "RANGE":
            members.update(range(argument[0], argument[1] + 1))
        elif name == "NEGATE":
            negated = True
        elif "SPACE" in str(argument):
            members.update(b" \t\n\r") if negated else members.add(32)
        elif "WORD" in str(argument):
            members.update(_CLASSES["an"].encode())
    alphabet = _CLASSES["an"].encode()
    if negated:
        return [code for code in alphabet if code not in members]
    return sorted(members)
