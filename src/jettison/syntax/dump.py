"""The tree as plain data for `jettison ast`; the format is version 1."""

from __future__ import annotations

from typing import Any

from jettison.span import Span
from jettison.syntax.tree import Comment, Directive, ErrorNode, File, Instruction, Node


def to_json(file: File) -> dict[str, Any]:
    """Return the file as data that json can write."""
    return {
        "version": 1,
        "path": file.source.path,
        "escape": file.escape,
        "directives": [{"name": d.name, "value": d.value} for d in file.directives.values()],
        "nodes": [_node(file, node) for node in file.nodes],
    }


def _node(file: File, node: Node) -> dict[str, Any]:
    start = file.source.line(node.span.start)
    end = file.source.line(max(node.span.start, node.span.end - 1))
    data: dict[str, Any] = {"kind": node.kind, "start_line": start, "end_line": end, "span": list(node.span)}
    if isinstance(node, Instruction):
        data.update(_instruction(node))
    elif isinstance(node, ErrorNode):
        data.update(keyword=node.keyword, code=node.code, message=node.message)
    elif isinstance(node, Comment):
        data.update(text=node.text)
    elif isinstance(node, Directive):
        data.update(name=node.name, value=node.value)
    return data


def _instruction(node: Instruction) -> dict[str, Any]:
    return {
        "keyword": node.keyword,
        "flags": [{"name": f.name, "value": f.value, "span": list(f.span)} for f in node.flags],
        "args": [word.value for word in node.words],
        "form": node.form,
        "pairs": [[name.value, None if value is None else value.value] for name, value in node.pairs],
        "heredocs": [_heredoc(h.name, h.body, h.expand, h.strip_tabs, h.body_span) for h in node.heredocs],
        "onbuild": None if node.onbuild is None else _instruction(node.onbuild),
    }


def _heredoc(name: str, body: str, expand: bool, strip_tabs: bool, span: Span) -> dict[str, Any]:
    return {"name": name, "body": body, "expand": expand, "strip_tabs": strip_tabs, "span": list(span)}
