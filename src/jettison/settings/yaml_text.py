"""YAML of a stranger, read safely: bounded in size, depth and aliases, nothing constructed, lines kept.

Every scalar stays the text that was written, but an unquoted null; who reads it knows what it must be.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

MAX_BYTES: Final = 1024 * 1024
MAX_NODES: Final = 100_000
MAX_DEPTH: Final = 60
_NULL: Final = "tag:yaml.org,2002:null"
_MERGE: Final = "tag:yaml.org,2002:merge"
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """The text is not YAML that is read here; `line` counts from 1, 0 is unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Value:
    """A value and where it stands. `data` is None, a str, a list of Value, or a dict str -> Value.

    `line` and `column` count from 1; `key_lines` of a mapping: the line of each key; `tag`: one of the file's own,
    as `!reset`, else "".
    """

    __slots__ = ("column", "data", "end_line", "key_lines", "line", "style", "tag")

    def __init__(self, data: Any, line: int, column: int, end_line: int, style: str) -> None:
        self.data = data
        self.line = line
        self.column = column
        self.end_line = end_line
        self.style = style
        self.tag = ""
        self.key_lines: dict[str, int] = {}

    def get(self, key: str) -> Value | None:
        """Return the value of a key of a mapping; None when it is no mapping or has no such key."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    @property
    def text(self) -> str | None:
        """Return the text of a scalar, else None."""
        return self.data if isinstance(self.data, str) else None


def read_yaml(data: bytes) -> Value | None:
    """Return the first document, None when there is none.

    Raises:
        YamlError: it is not YAML, too large, too deep, or expands to too much.
    """
    if len(data) > MAX_BYTES:
        raise YamlError(f"larger than {MAX_BYTES} bytes")
    if _deepest(data) > MAX_DEPTH * 2:
        raise YamlError("nested too deeply")
    try:
        loader = _Loader(data)
        try:
            node = loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(f"not YAML: {error.problem or error.context}", mark.line + 1 if mark else 0) from error
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise YamlError("not YAML: a character that YAML does not allow") from error
    except RecursionError as error:
        raise YamlError("nested too deeply") from error
    return None if node is None else _Walk().value(node, 0)


def _deepest(data: bytes) -> int:
    """Return how deep brackets nest; block style cannot be deep without being large."""
    depth = most = 0
    for byte in data:
        if byte in b"[{":
            depth += 1
            most = max(most, depth)
        elif byte in b"]}":
            depth = max(0, depth - 1)
    return most


class _Walk:
    """Turns nodes into values and counts them, so that aliases cannot multiply without end."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def value(self, node: Any, depth: int) -> Value:
        self.count += 1
        line = node.start_mark.line + 1
        if self.count > MAX_NODES:
            raise YamlError("its aliases expand to too much", line)
        if depth > MAX_DEPTH:
            raise YamlError("nested too deeply", line)
        found = Value(None, line, node.start_mark.column + 1, node.end_mark.line + 1, "")
        if node.tag and node.tag.startswith("!"):
            found.tag = node.tag
        if isinstance(node, yaml.ScalarNode):
            found.style = node.style or ""
            found.data = None if node.tag == _NULL else node.value
        elif isinstance(node, yaml.SequenceNode):
            found.data = [self.value(item, depth + 1) for item in node.value]
        else:
            found.data = {}
            self._fill(found, node, depth)
        return found

    def _fill(self, found: Value, node: Any, depth: int) -> None:
        merged: list[Value] = []
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise YamlError("a key must be a text", key.start_mark.line + 1)
            value = self.value(item, depth + 1)
            if key.tag == _MERGE or (key.value == "<<" and not key.style):
                merged += value.data if isinstance(value.data, list) else [value]
                continue
            found.data[key.value] = value
            found.key_lines[key.value] = key.start_mark.line + 1
        for source in merged:
            if isinstance(source.data, dict):
                for name, value in source.data.items():
                    if name not in found.data:
                        found.data[name] = value
                        found.key_lines[name] = source.key_lines.get(name, value.line)
