"""The part of HCL that Bake files are written in: blocks, attributes, and expressions that can be known.

What cannot be known without running Bake (functions, for-expressions) evaluates to UNKNOWN.
Source: HashiCorp's "HCL Native Syntax Specification".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from jettison.compose.problem import BuildFileError

MAX_DEPTH: Final = 40
MAX_TEMPLATES: Final = 5
_TOKEN: Final = re.compile(
    r"(?P<blank>[ \t\r]+|#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<newline>\n)|(?P<heredoc><<-?[A-Za-z_][\w-]*\r?\n)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<op>==|!=|<=|>=|&&|\|\||=>|\.\.\.|[-{}\[\](),.:=?!<>+*/%&|])",
    re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_BINARY: Final = frozenset(("==", "!=", "&&", "||", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"))
_OPENING: Final = ("(", "[", "{")
_CLOSING: Final = (")", "]", "}")
_LITERALS: Final = {"true": True, "false": False, "null": None}


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
Names = Callable[[str], object]
Token = tuple[str, Any, int]


class Block:
    """A block: its type, its labels, and its attributes as expressions."""

    __slots__ = ("attributes", "kind", "labels", "line")

    def __init__(self, kind: str, labels: tuple[str, ...], line: int) -> None:
        self.kind = kind
        self.labels = labels
        self.line = line
        self.attributes: dict[str, tuple[Any, int]] = {}


def read_hcl(text: str) -> tuple[list[Block], dict[str, tuple[Any, int]]]:
    """Return the blocks and the top-level attributes.

    Raises:
        BuildFileError: it is not HCL that is read here.
    """
    return _Parser(_tokens(text)).file()


def evaluate(expression: Any, names: Names) -> Any:
    """Return the value of an expression; UNKNOWN when it cannot be known."""
    kind = expression[0]
    if kind == "value":
        return expression[1]
    if kind == "name":
        return names(expression[1])
    if kind == "list":
        return [evaluate(item, names) for item in expression[1]]
    if kind == "object":
        return {key: evaluate(item, names) for key, item in expression[1]}
    if kind == "template":
        parts = [evaluate(part, names) for part in expression[1]]
        if any(part is UNKNOWN or isinstance(part, (list, dict)) for part in parts):
            return UNKNOWN
        return "".join(as_text(part) for part in parts)
    if kind == "if":
        test = evaluate(expression[1], names)
        return UNKNOWN if test is UNKNOWN else evaluate(expression[2] if test else expression[3], names)
    if kind == "binary":
        return _operate(expression[1], evaluate(expression[2], names), evaluate(expression[3], names))
    if kind == "get":
        value = evaluate(expression[1], names)
        return value.get(expression[2], UNKNOWN) if isinstance(value, dict) else UNKNOWN
    return UNKNOWN


def as_text(value: object) -> str:
    """Return a value as Bake writes it into a text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _operate(operator: str, left: Any, right: Any) -> Any:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if operator == "&&":
        return bool(left) and bool(right)
    return bool(left) or bool(right) if operator == "||" else UNKNOWN


def _tokens(text: str, line: int = 1, depth: int = 0) -> list[Token]:
    found: list[Token] = []
    position = 0
    while position < len(text):
        if text[position] == '"':
            parts, end = _template(text, position + 1, line, depth)
            found.append(("template", parts, line))
            line += text.count("\n", position, end)
            position = end
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            raise BuildFileError("not HCL: a character that has no meaning here", line)
        kind = match.lastgroup or ""
        end = match.end()
        if kind == "heredoc":
            body, end = _heredoc(text, match, line, depth)
            found.append(("template", body, line))
        elif kind != "blank":
            found.append((kind, match[0], line))
        line += text.count("\n", position, end)
        position = end
    found.append(("end", "", line))
    return list(_without_inner_newlines(found))


def _without_inner_newlines(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens without the newlines between ( and ), which HCL ignores."""
    brackets: list[str] = []
    for token in tokens:
        kind, value, _ = token
        if kind == "newline" and brackets and brackets[-1] == "(":
            continue
        if kind == "op" and value in _OPENING:
            brackets.append(value)
        elif kind == "op" and value in _CLOSING and brackets:
            brackets.pop()
        yield token


def _heredoc(text: str, match: re.Match[str], line: int, depth: int) -> tuple[list[Any], int]:
    mark = match[0].lstrip("<-").strip()
    end = re.compile(rf"^[ \t]*{re.escape(mark)}[ \t]*\r?$", re.MULTILINE).search(text, match.end())
    if end is None:
        raise BuildFileError(f"not HCL: the text after <<{mark} has no end", line)
    body = text[match.end() : end.start()]
    if match[0].startswith("<<-"):
        lines = body.split("\n")
        indent = min((len(row) - len(row.lstrip(" \t")) for row in lines if row.strip()), default=0)
        body = "\n".join(row[indent:] for row in lines)
    return _pieces(body, line, depth), end.end()


def _template(text: str, position: int, line: int, depth: int) -> tuple[list[Any], int]:
    """Return the parts of a quoted text and where it ends; strings inside of `${}` may hold quotes."""
    start = position
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 2
        elif text.startswith(("${", "%{"), position) and not text.startswith(("$${", "%%{"), position - 1):
            position = _interpolation_end(text, position + 2, line)
        elif char == '"':
            return _pieces(text[start:position], line, depth, True), position + 1
        elif char == "\n":
            break
        else:
            position += 1
    raise BuildFileError("not HCL: a quoted text has no end", line)


def _interpolation_end(text: str, position: int, line: int) -> int:
    depth, quoted = 1, False
    while position < len(text):
        char = text[position]
        if quoted and char == "\\":
            position += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted and char == "{":
            depth += 1
        elif not quoted and char == "}":
            depth -= 1
            if not depth:
                return position + 1
        position += 1
    raise BuildFileError("not HCL: ${ has no end", line)


def _pieces(text: str, line: int, depth: int, escapes: bool = False) -> list[Any]:
    parts: list[Any] = []
    plain: list[str] = []
    position = 0
    while position < len(text):
        if escapes and text[position] == "\\" and position + 1 < len(text):
            plain.append(_ESCAPES.get(text[position + 1], text[position + 1]))
            position += 2
        elif text.startswith(("$${", "%%{"), position):
            plain.append(text[position + 1 : position + 3])
            position += 3
        elif text.startswith(("${", "%{"), position):
            end = _interpolation_end(text, position + 2, line)
            parts.append(("value", "".join(plain)))
            plain = []
            inner = text[position + 2 : end - 1]
            known = text[position] == "$" and depth < MAX_TEMPLATES
            parts.append(_Parser(_tokens(inner, line, depth + 1)).whole() if known else ("unknown",))
            position = end
        else:
            plain.append(text[position])
            position += 1
    return [*parts, ("value", "".join(plain))]


class _Parser:
    __slots__ = ("at", "depth", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def file(self) -> tuple[list[Block], dict[str, tuple[Any, int]]]:
        blocks: list[Block] = []
        top = Block("", (), 1)
        while self._skip_newlines()[0] != "end":
            block = self._item(top)
            if block is not None:
                blocks.append(block)
        return blocks, top.attributes

    def whole(self) -> Any:
        self._skip_newlines()
        return self._expression()

    def _item(self, into: Block) -> Block | None:
        """Read an attribute into a block, or return the block that stands here."""
        kind, name, line = self._take()
        if kind not in ("name", "template"):
            raise BuildFileError(f"not HCL: a name was expected, not {str(name)[:20]!r}", line)
        if self._peek()[1] == "=":
            self.at += 1
            into.attributes[name if kind == "name" else _plain(name)] = (self._expression(), line)
            return None
        labels: list[str] = []
        while self._peek()[0] in ("name", "template"):
            label_kind, label, _ = self._take()
            labels.append(label if label_kind == "name" else _plain(label))
        block = Block(str(name), tuple(labels), line)
        self._expect("{")
        self._deeper(line)
        while self._skip_newlines()[1] != "}":
            if self._peek()[0] == "end":
                raise BuildFileError("not HCL: a block has no end", line)
            self._item(block)
        self.at += 1
        self.depth -= 1
        return block

    def _expression(self) -> Any:
        self._deeper(self._peek()[2])
        left = self._operand()
        while self._peek()[0] == "op" and self._peek()[1] in _BINARY:
            operator = self._take()[1]
            self._skip_newlines()
            left = ("binary", operator, left, self._operand())
        if self._peek()[:2] == ("op", "?"):
            self.at += 1
            chosen = self._expression()
            self._skip_newlines()
            self._expect(":")
            left = ("if", left, chosen, self._expression())
        self.depth -= 1
        return left

    def _operand(self) -> Any:
        kind, value, line = self._take()
        if kind == "template":
            return self._after(("template", value))
        if kind == "number":
            return ("value", float(value) if "." in value or "e" in value.lower() else int(value[:30]))
        if kind == "name":
            if self._peek()[:2] == ("op", "("):
                self._balanced()
                return self._after(("unknown",))
            return ("value", _LITERALS[value]) if value in _LITERALS else self._after(("name", value))
        if value in ("!", "-"):
            self._deeper(line)
            self._operand()
            self.depth -= 1
            return ("unknown",)
        if value in _OPENING:
            return self._bracketed(value)
        raise BuildFileError(f"not HCL: a value was expected, not {str(value)[:20]!r}", line)

    def _bracketed(self, opening: str) -> Any:
        if self._skip_newlines()[:2] == ("name", "for"):
            self.at -= 1
            while self._peek()[1] != opening:
                self.at -= 1
            self._balanced()
            return self._after(("unknown",))
        if opening == "(":
            inner = self._expression()
            self._skip_newlines()
            self._expect(")")
            return self._after(inner)
        return self._after(self._list() if opening == "[" else self._object())

    def _list(self) -> Any:
        items: list[Any] = []
        while self._skip_newlines()[1] != "]":
            items.append(self._expression())
            if self._skip_newlines()[1] == ",":
                self.at += 1
            elif self._peek()[1] != "]":
                raise BuildFileError("not HCL: , or ] was expected", self._peek()[2])
        self.at += 1
        return ("list", items)

    def _object(self) -> Any:
        items: list[tuple[str, Any]] = []
        while self._skip_newlines()[1] != "}":
            kind, key, line = self._take()
            if kind not in ("name", "template", "number"):
                raise BuildFileError("not HCL: a key was expected", line)
            if self._peek()[1] not in ("=", ":"):
                raise BuildFileError("not HCL: = was expected", line)
            self.at += 1
            self._skip_newlines()
            items.append((key if kind != "template" else _plain(key), self._expression()))
            if self._peek()[1] == ",":
                self.at += 1
        self.at += 1
        return ("object", items)

    def _after(self, value: Any) -> Any:
        """Read what follows a value: attributes and indexes."""
        while True:
            following = self._peek()[1] if self._peek()[0] == "op" else ""
            if following == ".":
                self.at += 1
                value = ("get", value, str(self._take()[1]))
            elif following == "[":
                self._balanced()
                value = ("unknown",)
            else:
                return value

    def _balanced(self) -> None:
        line, depth = self._peek()[2], 0
        while True:
            kind, value, _ = self._take()
            if kind == "end":
                raise BuildFileError("not HCL: a bracket has no end", line)
            if kind == "op":
                depth += (value in _OPENING) - (value in _CLOSING)
                if depth == 0:
                    return

    def _deeper(self, line: int) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BuildFileError("not HCL that is read here: nested too deeply", line)

    def _peek(self) -> Token:
        return self.tokens[self.at]

    def _take(self) -> Token:
        token = self.tokens[self.at]
        if token[0] != "end":
            self.at += 1
        return token

    def _skip_newlines(self) -> Token:
        while self.tokens[self.at][0] == "newline":
            self.at += 1
        return self.tokens[self.at]

    def _expect(self, value: str) -> None:
        kind, found, line = self._take()
        if kind != "op" or found != value:
            raise BuildFileError(f"not HCL: {value} was expected, not {str(found)[:20]!r}", line)


def _plain(parts: list[Any]) -> str:
    return "".join(str(part[1]) for part in parts if part[0] == "value")
