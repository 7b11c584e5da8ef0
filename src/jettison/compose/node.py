"""A value of a Compose file with its variables replaced, and the place where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jettison.compose.problem import BuildFileError

if TYPE_CHECKING:
    from jettison.compose.interpolate import Interpolator
    from jettison.settings.yaml_text import Value

MAX_NODES: Final = 200_000


class Node:
    """`data` is None, a str, a list of Node, or a dict str -> Node.

    line: counts from 1, in the first file of its project; sure: all its variables had a value; tag: `!reset`, `!override` or "".
    """

    __slots__ = ("data", "line", "sure", "tag")

    def __init__(self, data: Any, line: int, sure: bool = True, tag: str = "") -> None:
        self.data = data
        self.line = line
        self.sure = sure
        self.tag = tag

    def get(self, key: str) -> Node | None:
        """Return the value of a key of a mapping; None when it is no mapping or has no such key."""
        return self.data.get(key) if isinstance(self.data, dict) else None

    @property
    def text(self) -> str:
        """Return the text of a scalar, else an empty one."""
        return self.data if isinstance(self.data, str) else ""

    @property
    def items(self) -> list[Node]:
        """Return the elements of a list; nothing of anything else."""
        return self.data if isinstance(self.data, list) else []

    @property
    def table(self) -> dict[str, Node]:
        """Return the entries of a mapping; nothing of anything else."""
        return self.data if isinstance(self.data, dict) else {}


class Budget:
    """How many more values the files of one project may bring, so that neither files nor merges multiply without end."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_NODES

    def take(self, number: int, line: int) -> None:
        """Count values. Raises BuildFileError when there are too many."""
        self.left -= number
        if self.left < 0:
            raise BuildFileError("with what it extends and includes it expands to too much", line)


def filled(value: Value, interpolate: Interpolator, budget: Budget, line: int = 0) -> Node:
    """Return a value with the variables in its texts replaced; names of keys stay as they are written.

    line: what every value says of its place where the file is another than the first.

    Raises:
        BuildFileError: there is too much of it.
    """
    budget.take(1, value.line)
    data: Any = value.data
    sure = True
    if isinstance(data, str):
        interpolate.incomplete = False
        data = interpolate(data)
        sure = not interpolate.incomplete
    elif isinstance(data, list):
        data = [filled(each, interpolate, budget, line) for each in data]
    elif isinstance(data, dict):
        data = {name: filled(each, interpolate, budget, line) for name, each in data.items()}
    return Node(data, line or value.line, sure, value.tag)
