"""Variables in Compose files: `$NAME`, `${NAME}`, `${NAME:-default}` and the other forms.

Source: Docker's documentation, "Interpolation" in the Compose file reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MAX_NESTING: Final = 8
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Interpolator:
    """Replaces variables; `incomplete` is set when one without a value and without a default was met."""

    __slots__ = ("_values", "incomplete")

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.incomplete = False

    def __call__(self, text: str, depth: int = 0) -> str:
        """Return the text with its variables replaced."""
        if "$" not in text or depth > MAX_NESTING:
            return text
        out: list[str] = []
        position = 0
        while (at := text.find("$", position)) >= 0:
            out.append(text[position:at])
            after = text[at + 1 : at + 2]
            if after == "$":
                out.append("$")
                position = at + 2
            elif after == "{":
                end = _closing(text, at + 2)
                out.append(self._braced(text[at + 2 : end], depth))
                position = end + 1
            else:
                match = _NAME.match(text, at + 1)
                out.append(self._value(match[0]) if match else "$")
                position = match.end() if match else at + 1
        out.append(text[position:])
        return "".join(out)

    def _value(self, name: str) -> str:
        if name not in self._values:
            self.incomplete = True
        return self._values.get(name, "")

    def _braced(self, body: str, depth: int) -> str:
        match = _NAME.match(body)
        if match is None:
            self.incomplete = True
            return ""
        name, rest = match[0], body[match.end() :]
        has_value = bool(self._values.get(name)) if rest.startswith(":") else name in self._values
        operator, word = rest.lstrip(":")[:1], rest.lstrip(":")[1:]
        if operator == "-":
            return self._values[name] if has_value else self(word, depth + 1)
        if operator == "+":
            return self(word, depth + 1) if has_value else ""
        return self._value(name)


def _closing(text: str, position: int) -> int:
    depth = 1
    while position < len(text):
        if text.startswith("${", position):
            depth += 1
            position += 1
        elif text[position] == "}":
            depth -= 1
            if not depth:
                return position
        position += 1
    return len(text)
