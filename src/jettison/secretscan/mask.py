"""What may be shown of a secret: the public mark of its kind, never a part of the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

MASK: Final = "***"
# A shorter value would take half of an ordinary text with it, and tells an attacker nothing new.
MIN_VALUE: Final = 4


def mask_value(value: bytes, prefixes: tuple[bytes, ...]) -> str:
    """Return a text for a value: the literal prefix that all values of this kind share, and stars."""
    shared = max((prefix for prefix in prefixes if value.startswith(prefix)), key=len, default=b"")
    return shared.decode("ascii", "replace") + MASK


class Redactor:
    """Replaces known secrets in any text, in the plain form and as base64 and URLs write them."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = {form for value in values if len(value) >= MIN_VALUE for form in _forms(value)}
        self._values = sorted(forms, key=lambda form: (-len(form), form))

    def __call__(self, text: str) -> str:
        """Return the text without the secrets."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text

    def all(self, value: Any) -> Any:
        """Return JSON data with every text in it redacted, keys too."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list):
            return [self.all(item) for item in value]
        if isinstance(value, dict):
            return {self(str(key)): self.all(item) for key, item in value.items()}
        return value


def _forms(value: str) -> Iterator[str]:
    # Imported here: `jettison check` has no secret to encode as a rule, and starts faster without them.
    import base64
    from urllib.parse import quote

    yield value
    yield quote(value, safe="")
    yield value.replace("\\", "\\\\").replace('"', '\\"')
    data = value.encode("utf-8", "surrogateescape")
    for phase in range(3):
        # The characters that the value decides wherever it begins in a group of three bytes.
        whole = base64.b64encode(b"\0" * phase + data).decode()
        form = whole[(0, 2, 3)[phase] : (phase + len(data)) * 8 // 6]
        if len(form) >= 8:
            yield form
            yield form.replace("+", "-").replace("/", "_")
