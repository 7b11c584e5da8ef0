"""The lossless tree of a Dockerfile: nodes tile the file, so `render(parse(data)) == data`.

Any bytes give a tree. What is not understood becomes an ErrorNode with a place; nothing raises.
Semantics: the Dockerfile reference and the frontend's documented behaviour.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.span import SourceText, Span, make_span
from jettison.syntax import words as w
from jettison.syntax.tokens import Logical, heredoc_openings, line_end, read_heredoc, read_logical
from jettison.syntax.words import Flag, Heredoc, Word

KEYWORDS: Final = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
_DIRECTIVE: Final = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S(?:[^\r\n]*\S)?)[ \t]*\r?\n?\Z")
_DIRECTIVE_NAMES: Final = frozenset(("syntax", "escape", "check"))
_KEYWORD: Final = re.compile(r"\s*(\S+)")
_HEREDOC_KEYWORDS: Final = frozenset(("RUN", "COPY", "ADD"))
_BOM: Final = "\xef\xbb\xbf"
# The builders read a file line by line into a buffer of this size and refuse it otherwise (seen with
# BuildKit and with the classic builder: "dockerfile line greater than max allowed size of 65535").
MAX_LINE: Final = 65535
# The longest real files have some hundred; what follows is not read, so that time stays bounded.
MAX_INSTRUCTIONS: Final = 1500
MAX_NODES: Final = 40_000
# Linux starts no program with a longer argument (MAX_ARG_STRLEN), so no RUN of this length can work.
MAX_LOGICAL: Final = 128 * 1024
MAX_WORDS: Final = 50_000
_BLANKS: Final = " \t\r\v\f\n"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BLANK_LINES: Final = re.compile(r"(?:[ \t\r\v\f]*\n)+|[ \t\r\v\f]+\Z")


class Node:
    """A piece of the file. kind: "blank", "comment", "directive", "instruction" or "error"."""

    __slots__ = ("span",)
    kind = "blank"

    def __init__(self, span: Span) -> None:
        self.span = span


class Comment(Node):
    """A comment line; `text` is what follows the number sign."""

    __slots__ = ("text",)
    kind = "comment"

    def __init__(self, span: Span, text: str) -> None:
        super().__init__(span)
        self.text = text


class Directive(Node):
    """A parser directive such as `# escape=`."""

    __slots__ = ("name", "value", "value_span")
    kind = "directive"

    def __init__(self, span: Span, name: str, value: str, value_span: Span) -> None:
        super().__init__(span)
        self.name = name
        self.value = value
        self.value_span = value_span


class ErrorNode(Node):
    """A logical line that is no instruction.

    code: "unknown-instruction", "unterminated-heredoc", "missing-arguments", "nested-onbuild",
    "line-too-long", "instruction-too-long" or "too-many-instructions".
    """

    __slots__ = ("code", "keyword", "message")
    kind = "error"

    def __init__(self, span: Span, code: str, message: str, keyword: str) -> None:
        super().__init__(span)
        self.code = code
        self.message = message
        self.keyword = keyword


class Instruction(Node):
    """One instruction with everything that belongs to it, heredoc bodies included.

    form: "exec" or "shell" for RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD; "exec" where a JSON array
    is used elsewhere; else "". pairs: names and values of ENV, LABEL and ARG. args_span: flags and
    arguments; body_span: arguments only; both without newline and heredoc bodies.
    """

    __slots__ = (
        "args_span",
        "body_span",
        "end_line",
        "errors",
        "flags",
        "form",
        "heredocs",
        "inner_comments",
        "keyword",
        "keyword_span",
        "onbuild",
        "pairs",
        "start_line",
        "words",
    )
    kind = "instruction"

    def __init__(self, span: Span, keyword: str, keyword_span: Span) -> None:
        self.span = span
        self.keyword = keyword
        self.keyword_span = keyword_span
        self.flags: tuple[Flag, ...] = ()
        self.words: tuple[Word, ...] = ()
        self.form = ""
        self.heredocs: tuple[Heredoc, ...] = ()
        # Of an instruction without arguments they are set where that is told.
        self.args_span = self.body_span = keyword_span
        self.inner_comments: tuple[Span, ...] = ()
        self.pairs: tuple[tuple[Word, Word | None], ...] = ()
        self.onbuild: Instruction | None = None
        self.errors: tuple[str, ...] = ()
        self.start_line = 0
        self.end_line = 0

    def flag(self, name: str) -> Flag | None:
        """Return the first flag of this name."""
        return next((flag for flag in self.flags if flag.name == name), None)

    def __repr__(self) -> str:
        return f"Instruction({self.keyword}, line {self.start_line})"


class File:
    """A parsed file; `nodes` tile it from the first byte to the last."""

    __slots__ = ("directives", "errors", "escape", "instructions", "nodes", "source")

    def __init__(
        self, source: SourceText, nodes: tuple[Node, ...], directives: dict[str, Directive], escape: str
    ) -> None:
        self.source = source
        self.nodes = nodes
        self.directives = directives
        self.escape = escape
        # In order, without error nodes; most rules go over them.
        self.instructions = [node for node in nodes if isinstance(node, Instruction)]
        self.errors = [node for node in nodes if isinstance(node, ErrorNode)]

    @property
    def comments(self) -> list[Comment]:
        """Return the comment lines that stand between instructions."""
        return [node for node in self.nodes if isinstance(node, Comment)]


def render(file: File) -> bytes:
    """Return the bytes of the file, from its nodes."""
    data = file.source.data
    return b"".join(data[node.span.start : node.span.end] for node in file.nodes)


def parse(data: bytes, path: str = "Dockerfile") -> File:
    """Return the tree of `data`; never raises."""
    source = SourceText(data, path)
    text = data.decode("latin-1")
    nodes: list[Node] = []
    position = 0
    if text.startswith(_BOM):
        nodes.append(Node(Span(0, len(_BOM))))
        position = len(_BOM)
    directives, position = _read_directives(text, position, nodes)
    escape = "`" if "escape" in directives and directives["escape"].value == "`" else "\\"
    size = len(text)
    read = words = 0
    while position < size:
        if read >= MAX_INSTRUCTIONS or len(nodes) >= MAX_NODES or words >= MAX_WORDS:
            message = f"the file holds too many instructions; what follows the {read} read so far is not looked at"
            nodes.append(ErrorNode(Span(position, size), "too-many-instructions", message, ""))
            break
        node = _read_node(source, text, position, escape)
        nodes.append(node)
        if isinstance(node, Instruction):
            read += 1
            words += len(node.words)
        elif node.kind == "error":
            read += 1
        position = node.span.end
    return File(source, tuple(nodes), directives, escape)


def _read_directives(text: str, position: int, nodes: list[Node]) -> tuple[dict[str, Directive], int]:
    found: dict[str, Directive] = {}
    while position < len(text):
        end = line_end(text, position)
        match = _DIRECTIVE.match(text[position:end])
        if match is None:
            break
        name = match[1].lower()
        if name not in _DIRECTIVE_NAMES or name in found:
            break
        value_span = Span(position + match.start(2), position + match.end(2))
        node = Directive(Span(position, end), name, w.decode(match[2]), value_span)
        found[name] = node
        nodes.append(node)
        position = end
    return found, position


def _read_node(source: SourceText, text: str, start: int, escape: str) -> Node:
    first = text[start]
    if first in _BLANKS:
        blank = _BLANK_LINES.match(text, start)
        if blank is not None:
            return Node(make_span((start, blank.end())))
    end = line_end(text, start)
    if first not in _LETTERS:
        stripped = text[start:end].strip()
        if not stripped:
            return Node(make_span((start, end)))
        if stripped[0] == "#":
            return Comment(make_span((start, end)), w.decode(stripped[1:]))
    logical = read_logical(text, start, end, escape)
    if logical.end - start > MAX_LINE and _has_long_line(text, start, logical.end):
        return ErrorNode(Span(start, logical.end), *_LONG_LINE, "")
    match = _KEYWORD.match(logical.text)
    if match is None:
        return Node(Span(start, logical.end))
    if len(logical.text) > MAX_LOGICAL:
        message = f"the instruction is longer than {MAX_LOGICAL} bytes and is not looked at"
        return ErrorNode(Span(start, logical.end), "instruction-too-long", message, w.decode(match[1][:20]).upper())
    return _read_instruction(source, text, logical, make_span((start, logical.end)), match, escape)


def _read_instruction(
    source: SourceText, text: str, logical: Logical, span: Span, match: re.Match[str], escape: str
) -> Node:
    keyword = match[1].upper()
    if keyword not in KEYWORDS:
        keyword = w.decode(match[1]).upper()
        return ErrorNode(span, "unknown-instruction", f"unknown instruction {w.decode(match[1])[:60]}", keyword)
    node = Instruction(span, keyword, logical.span(match.start(1), match.end(1)))
    node.inner_comments = logical.comments
    problem = _fill(node, logical, match.end(1), escape) or _read_heredocs(node, text, logical, match.end(1), escape)
    if problem is not None:
        return ErrorNode(node.span, *problem, keyword)
    node.start_line = source.line(node.keyword_span.start)
    node.end_line = source.line(max(node.keyword_span.start, node.span.end - 1))
    if node.onbuild is not None:
        node.onbuild.span = Span(node.onbuild.span.start, node.span.end)
        node.onbuild.heredocs = node.heredocs
        node.onbuild.start_line, node.onbuild.end_line = node.start_line, node.end_line
    return node


_Problem = tuple[str, str]
_MAY_BE_BARE: Final = frozenset(("CMD", "ENTRYPOINT"))
_LONG_LINE: Final = ("line-too-long", f"a line is longer than {MAX_LINE} bytes, and builders refuse the file")


def _has_long_line(text: str, start: int, end: int) -> bool:
    position = start
    while end - position > MAX_LINE:
        after = line_end(text, position)
        if after - position > MAX_LINE and len(text[position:after].rstrip("\r\n")) > MAX_LINE:
            return True
        position = after
    return False


def _fill(node: Instruction, logical: Logical, start: int, escape: str) -> _Problem | None:
    begin = w.skip_blanks(logical.text, start)
    end = len(logical.text.rstrip())
    if end <= begin and node.keyword in _MAY_BE_BARE:
        # BuildKit takes it for an empty array.
        node.form = "exec"
        node.args_span = node.body_span = Span(node.keyword_span.end, node.keyword_span.end)
        return None
    if end <= begin:
        return "missing-arguments", f"{node.keyword} needs at least one argument"
    node.args_span = node.body_span = logical.span(begin, end)
    body = begin
    if logical.text.startswith("--", begin):
        node.flags, body = w.read_flags(logical, begin, escape)
        node.body_span = logical.span(min(body, end), end)
    if node.keyword == "ONBUILD":
        return _fill_onbuild(node, logical, body, escape)
    _fill_words(node, logical, body, end, escape)
    if not node.words and node.form != "exec":
        return "missing-arguments", f"{node.keyword} needs at least one argument"
    return None


def _fill_words(node: Instruction, logical: Logical, body: int, end: int, escape: str) -> None:
    keyword = node.keyword
    if keyword in w.NAME_VALUE or keyword == "ARG":
        read = w.arg_pairs if keyword == "ARG" else w.name_values
        node.pairs = tuple(read(logical, body, escape))
        node.words = tuple(word for pair in node.pairs for word in pair if word is not None)
        return
    if keyword == "HEALTHCHECK":
        _fill_healthcheck(node, logical, body, escape)
        return
    if logical.text.startswith("[", body) and keyword in w.JSON_FORM:
        found = w.json_words(logical, body)
        if found is not None:
            node.words, node.form = found, "exec"
            return
    if keyword in w.SHELL_FORM:
        node.form = "shell"
        if body < end:
            text = w.decode(logical.text[body:end])
            node.words = (Word(text, text, node.body_span),)
    elif keyword in w.ONE_STRING:
        node.words = w.whole(logical, body, escape, unquoted=True)
    else:
        node.words = w.split_words(logical, body, escape)


def _fill_healthcheck(node: Instruction, logical: Logical, body: int, escape: str) -> None:
    kind = w.split_words(logical, body, escape)[:1]
    if not kind:
        return
    after = logical.text.find(kind[0].raw, body) + len(kind[0].raw)
    rest = w.json_words(logical, after)
    if rest is not None:
        node.words, node.form = (*kind, *rest), "exec"
        return
    node.words = (*kind, *w.whole(logical, after, escape, unquoted=False))
    node.form = "shell" if kind[0].value.upper() == "CMD" else ""


def _fill_onbuild(node: Instruction, logical: Logical, body: int, escape: str) -> _Problem | None:
    match = _KEYWORD.match(logical.text, body)
    if match is None:
        return "missing-arguments", "ONBUILD needs an instruction"
    keyword = w.decode(match[1]).upper()
    if keyword in ("ONBUILD", "FROM", "MAINTAINER"):
        return "nested-onbuild", f"{keyword} is not allowed as an ONBUILD trigger"
    if keyword not in KEYWORDS:
        return "unknown-instruction", f"unknown instruction {w.decode(match[1])[:60]}"
    at = logical.span(match.start(1), match.end(1))
    node.onbuild = Instruction(Span(at.start, node.span.end), keyword, at)
    node.words = w.whole(logical, body, escape, unquoted=False)
    return _fill(node.onbuild, logical, match.end(1), escape)


def _read_heredocs(node: Instruction, text: str, logical: Logical, start: int, escape: str) -> _Problem | None:
    inner = node.onbuild or node
    if inner.keyword not in _HEREDOC_KEYWORDS or inner.form == "exec":
        return None
    openings = heredoc_openings(logical.text, start, escape) if "<<" in logical.text else ()
    if not openings:
        return None
    found: list[Heredoc] = []
    position = node.span.end
    for opening in openings:
        body = read_heredoc(text, position, opening.name, opening.strip_tabs)
        if not body.terminated:
            # What follows is most likely the body: to read it as instructions would only add noise.
            node.span = Span(node.span.start, len(text))
            return "unterminated-heredoc", f"here-document {w.decode(opening.name)[:60]} is never closed"
        found.append(
            Heredoc(
                w.decode(opening.name),
                _body_text(text[body.start : body.end], opening.strip_tabs),
                Span(body.start, body.end),
                logical.span(opening.start, opening.end),
                opening.strip_tabs,
                opening.expand,
                True,
                opening.fd,
            )
        )
        position = body.after
    long = _has_long_line(text, node.span.end, position)
    node.heredocs = tuple(found)
    node.span = Span(node.span.start, position)
    return _LONG_LINE if long else None


def _body_text(text: str, strip_tabs: bool) -> str:
    if strip_tabs:
        text = "".join(line.lstrip("\t") for line in text.splitlines(keepends=True))
    return w.decode(text)
