"""The builds of a Bake file, in HCL or JSON: targets with what they inherit, variables and matrices.

Source: Docker's documentation, "Bake file reference".
"""

from __future__ import annotations

import os
from itertools import product
from typing import Any, Final

from jettison.compose.hcl import UNKNOWN, Block, as_text, evaluate, read_hcl
from jettison.compose.problem import BuildFileError
from jettison.compose.project import is_remote, joined
from jettison.lint.build import Build

MAX_BYTES: Final = 1024 * 1024
MAX_INHERITED: Final = 64
MAX_MATRIX: Final = 64
MAX_TARGETS: Final = 1000
MAX_ABOVE: Final = 8


def read_bake(path: str, data: bytes) -> tuple[list[Build], list[tuple[int, str]]]:
    """Return the builds of all targets that are not only there to be inherited.

    Raises:
        BuildFileError: the file is neither HCL nor JSON that Bake would read.
    """
    if len(data) > MAX_BYTES:
        raise BuildFileError(f"larger than {MAX_BYTES} bytes")
    text = data.decode("utf-8-sig", "replace")
    blocks, top = _from_json(text) if path.lower().endswith(".json") else read_hcl(text)
    reader = _Reader(path, blocks, top)
    for name in list(reader.targets)[:MAX_TARGETS]:
        if name not in reader.only_inherited:
            reader.add(name)
    return reader.builds, reader.problems


class _Reader:
    __slots__ = ("_open", "builds", "folder", "only_inherited", "path", "problems", "targets", "top", "variables")

    def __init__(self, path: str, blocks: list[Block], top: dict[str, tuple[Any, int]]) -> None:
        self.path = path
        self.folder = os.path.dirname(path)
        self.builds: list[Build] = []
        self.problems: list[tuple[int, str]] = []
        self.top = top
        self._open: set[str] = set()
        self.targets = {b.labels[0]: b for b in blocks if b.kind == "target" and b.labels}
        self.variables = {b.labels[0]: b.attributes.get("default") for b in blocks if b.kind == "variable" and b.labels}
        grouped = {n for b in blocks if b.kind == "group" for n in self._names(b, "targets")}
        inherited = {n for b in self.targets.values() for n in self._names(b, "inherits")}
        self.only_inherited = inherited - grouped

    def _names(self, block: Block, attribute: str) -> list[str]:
        found = evaluate(block.attributes[attribute][0], self._value) if attribute in block.attributes else []
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []

    def _value(self, name: str) -> object:
        if name in os.environ and name in self.variables:
            return os.environ[name]
        expression = self.variables[name] if name in self.variables else self.top.get(name)
        if name in self._open:
            return UNKNOWN
        if expression is None:
            return "" if name in self.variables else UNKNOWN
        self._open.add(name)
        try:
            return evaluate(expression[0], self._value)
        finally:
            self._open.discard(name)

    def add(self, name: str) -> None:
        fields: dict[str, Any] = {}
        for block in self._lineage(name):
            for key, (expression, _) in block.attributes.items():
                if key in ("args", "contexts") and key in fields:
                    fields[key] = [*fields[key], expression]
                else:
                    fields[key] = [expression] if key in ("args", "contexts") else expression
        rows = self._matrix(fields.get("matrix"))
        for row in rows:
            self._add(name, fields, row)

    def _lineage(self, name: str) -> list[Block]:
        """Return what a target inherits, farthest first, and the target itself."""
        found: list[Block] = []
        waiting, seen = [name], set()
        while waiting and len(found) < MAX_INHERITED:
            current = waiting.pop()
            block = self.targets.get(current)
            if current in seen:
                continue
            seen.add(current)
            if block is None:
                # Targets such as docker-metadata-action come from another file at build time.
                continue
            found.append(block)
            waiting.extend(self._names(block, "inherits"))
        return found[::-1]

    def _matrix(self, expression: Any) -> list[dict[str, object]]:
        table = evaluate(expression, self._value) if expression is not None else {}
        if not isinstance(table, dict) or not all(isinstance(values, list) for values in table.values()):
            return [{}]
        size = 1
        for values in table.values():
            size *= len(values)
        if not 0 < size <= MAX_MATRIX:
            return [{}]
        return [dict(zip(table, row, strict=True)) for row in product(*table.values())]

    def _add(self, name: str, fields: dict[str, Any], row: dict[str, object]) -> None:
        def value(key: str) -> object:
            return row[key] if key in row else self._value(key)

        def text(key: str, default: str) -> str | None:
            found = evaluate(fields[key], value) if key in fields else default
            return None if found is UNKNOWN or isinstance(found, (list, dict)) else as_text(found) or default

        def table(key: str) -> dict[str, str]:
            tables = [evaluate(expression, value) for expression in fields.get(key, ())]
            pairs = {k: v for found in tables if isinstance(found, dict) for k, v in found.items()}
            return {k: as_text(v) for k, v in pairs.items() if v is not None and not _is_open(v)}

        context, named = text("context", "."), text("dockerfile", "Dockerfile")
        inline = text("dockerfile-inline", "") if "dockerfile-inline" in fields else None
        if context is None or named is None or (is_remote(context) and not context.startswith("cwd://")):
            return
        stated = bool({"context", "dockerfile"} & fields.keys())
        local = context.removeprefix("cwd://") or "."
        root = self._context(local, named) if stated and inline is None else joined(self.folder, local)
        file = joined(root, named)
        if inline is None and not stated and not os.path.exists(file):
            # A target that says nothing of a Dockerfile is completed elsewhere.
            return
        self.builds.append(
            Build(
                dockerfile=f"{self.path}#{name}" if inline is not None else file,
                context=root,
                target=text("target", "") or None,
                args=tuple(sorted(table("args").items())),
                contexts=tuple(sorted(table("contexts"))),
                inline=inline,
                origin=f"{self.path}: target {name}",
                origin_path=self.path,
                line=self.targets[name].line,
            )
        )

    def _context(self, context: str, dockerfile: str) -> str:
        """Return the folder that a context means.

        Bake reads it relative to the folder that it is called in, which is seldom another than the file's own or
        one above it in the same repository: the nearest that holds the Dockerfile is taken.
        """
        folder = self.folder
        for _ in range(MAX_ABOVE):
            if os.path.exists(joined(joined(folder, context), dockerfile)):
                return joined(folder, context)
            if os.path.exists(joined(folder, ".git")) or os.path.isabs(context):
                break
            folder = joined(folder, "..")
        return joined(self.folder, context)


def _is_open(value: object) -> bool:
    return value is UNKNOWN or isinstance(value, (list, dict))


def _from_json(text: str) -> tuple[list[Block], dict[str, tuple[Any, int]]]:
    import json

    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BuildFileError(f"not JSON: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise BuildFileError("not JSON that can be read") from error
    if not isinstance(data, dict):
        raise BuildFileError("no Bake file: an object was expected", 1)
    blocks: list[Block] = []
    for kind in ("variable", "target", "group"):
        table = data.get(kind, {})
        for name, fields in table.items() if isinstance(table, dict) else ():
            line = text.count("\n", 0, max(0, text.find(json.dumps(name)))) + 1
            block = Block(kind, (name,), line)
            given = fields if isinstance(fields, dict) else {}
            block.attributes = {key: (_expression(value), line) for key, value in given.items()}
            blocks.append(block)
    return blocks, {}


def _expression(value: Any, depth: int = 0) -> Any:
    """Return a JSON value as an expression; texts in JSON are templates as well."""
    if depth > 20:
        return ("unknown",)
    if isinstance(value, str):
        if "${" not in value:
            return ("value", value)
        _, top = read_hcl(f"x = {_quoted(value)}\n")
        return top["x"][0]
    if isinstance(value, list):
        return ("list", [_expression(item, depth + 1) for item in value])
    if isinstance(value, dict):
        return ("object", [(key, _expression(item, depth + 1)) for key, item in value.items()])
    return ("value", value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", " ") + '"'
