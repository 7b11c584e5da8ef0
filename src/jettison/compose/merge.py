"""Two definitions of one service become one: a service and what it extends, or a file and its override.

Source: the Compose specification, "Merge and override" and "extends".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.compose.node import Node

if TYPE_CHECKING:
    from jettison.compose.node import Budget

# What may be written as a table or as a list of NAME=VALUE, and is merged by name.
_BY_NAME: Final = frozenset(
    {
        "environment", "labels", "annotations", "sysctls", "extra_hosts", "storage_opt", "depends_on", "networks",
        "build.args", "build.labels", "build.additional_contexts", "build.extra_hosts",
    }
)  # fmt: skip
# A command is replaced whole.
_WHOLE: Final = frozenset({"command", "entrypoint", "healthcheck.test"})
_BY_TARGET: Final = frozenset({"volumes", "devices"})
_ALWAYS_LISTS: Final = frozenset({"env_file", "dns", "dns_search", "tmpfs"})


def merged(base: Node, over: Node, budget: Budget, path: str = "") -> Node:
    """Return a service, or a part of it at `path`, with what another definition of it overrides or adds.

    Raises:
        BuildFileError: the result is too large.
    """
    if over.tag in ("!override", "!reset") or path in _WHOLE or over.data is None:
        return over if over.data is not None or path in _WHOLE or over.tag else base
    base, over = _same_form(base, path), _same_form(over, path)
    if isinstance(base.data, dict) and isinstance(over.data, dict):
        return _merged_tables(base, over, budget, path)
    if isinstance(base.data, list) and isinstance(over.data, list):
        budget.take(len(base.data) + len(over.data), over.line)
        return Node(_joined_lists(base.data, over.data, path), over.line)
    return over


def _merged_tables(base: Node, over: Node, budget: Budget, path: str) -> Node:
    budget.take(len(base.data) + len(over.data), over.line)
    found: dict[str, Node] = dict(base.data)
    for name, node in over.data.items():
        if node.tag == "!reset":
            found.pop(name, None)
        elif name in found:
            # A variable without a value is one that the project's environment gives: it is no absence.
            known = path in _BY_NAME
            found[name] = (
                node if known and path != "depends_on" else merged(found[name], node, budget, _below(path, name))
            )
        else:
            found[name] = node
    return Node(found, over.line)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _same_form(node: Node, path: str) -> Node:
    """Return the long form of what has a short one."""
    if path == "build" and isinstance(node.data, str):
        return Node({"context": node}, node.line)
    if path in _ALWAYS_LISTS and isinstance(node.data, str):
        return Node([node], node.line)
    if path in _BY_NAME and isinstance(node.data, list):
        return Node(dict(_pair(item) for item in node.data if item.text), node.line)
    return node


def _pair(item: Node) -> tuple[str, Node]:
    name, equals, value = item.text.partition("=")
    return name, Node(value if equals else None, item.line, item.sure)


def _joined_lists(base: list[Node], over: list[Node], path: str) -> list[Node]:
    if path in _BY_TARGET:
        kept = {_target(node): node for node in (*base, *over)}
        return list(kept.values())
    if path in _ALWAYS_LISTS:
        return [*base, *over]
    seen: set[str] = set()
    # The same text twice is one entry; what has a long form stands for itself.
    return [node for node in (*base, *over) if not node.text or not (node.text in seen or seen.add(node.text))]  # type: ignore[func-returns-value]


def _target(node: Node) -> str:
    """Return the folder of the container that an entry in short or long form is about."""
    if not node.text:
        return getattr(node.get("target"), "text", "") or f"line {node.line}"
    parts = node.text.split(":")
    return parts[1] if len(parts) > 1 else parts[0]
