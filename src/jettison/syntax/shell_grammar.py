"""Shell text read by the grammar of tree-sitter-bash, and what that grammar gets wrong put right.

Known of it: it ends a word at a second variable (`A=$B/$C/d`), takes arguments after a redirection for more files
(`curl > out URL`), loses a lone `-` before a redirection with a number, joins assignments and the end of a pipeline with
the next line, and groups `a | b | c && d` and `a && b > c | d` otherwise than a shell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jettison.span import make_span
from jettison.syntax.shell_command import DECLARATIONS, Command, literal
from jettison.syntax.words import Word

if TYPE_CHECKING:
    import tree_sitter

_CONDITIONS: Final = frozenset(
    (
        "if_statement",
        "while_statement",
        "for_statement",
        "case_statement",
        "function_definition",
        "c_style_for_statement",
    )
)
_SUBSHELLS: Final = frozenset(("subshell", "command_substitution"))
_SUBSTITUTIONS: Final = (b"$(", b"`", b"<(", b">(")
_OPERATORS: Final = frozenset(("&&", "||", "|", "|&", ";", "&", "\n"))
_PIPES: Final = frozenset(("|", "|&"))
# Read as one row of statements and operators: how they are grouped in the tree says nothing.
_ROWS: Final = frozenset(("list", "pipeline", "redirected_statement", "heredoc_redirect"))
_REDIRECTS: Final = frozenset(("file_redirect", "herestring_redirect", "heredoc_redirect"))
_BESIDE: Final = _REDIRECTS | {"heredoc_body"}
_FILE_OPERATORS: Final = frozenset((">", ">>", "<", ">&", "<&", "&>", "&>>", ">|", "<&-", ">&-"))
_ASSIGNMENT: Final = re.compile(rb"[A-Za-z_]\w*\+?=")
_parser: tree_sitter.Parser | None = None

_Place = tuple[int, int]


class _Statement:
    """A node that holds a command or more, with what stands around it."""

    __slots__ = ("condition", "end", "line", "node", "operator", "pipe", "piped_on", "redirects", "sub", "words")

    def __init__(self, node: tree_sitter.Node, operator: str, pipe: bool, sub: bool, condition: bool) -> None:
        self.node = node
        self.end = node.end_byte
        self.operator = operator
        # The operator before the whole row.
        self.line = operator
        self.pipe = pipe
        self.piped_on = False
        self.sub = sub
        self.condition = condition
        self.redirects: list[tuple[str, str]] = []
        # Arguments that the grammar takes for a part of a redirection.
        self.words: list[_Place] = []


def grammar_commands(text: bytes, base: int, most: int) -> tuple[list[Command], bool]:
    """Return at most `most` commands of a text that starts at `base` in its file, and whether parts made no sense."""
    root = _get_parser().parse(text).root_node
    found: list[Command] = []
    waiting = [_Statement(root, "", False, False, False)]
    # Commands inside the words of others stand in substitutions alone.
    nested = any(map(text.__contains__, _SUBSTITUTIONS))
    while waiting and len(found) < most:
        this = waiting.pop()
        kind = this.node.type
        if kind == "command":
            found += _commands(this, text, base)
            if not nested:
                continue
        waiting.extend(reversed(_row(this, text) if kind in _ROWS else _inside(this, kind)))
    return found, root.has_error


def _inside(this: _Statement, kind: str) -> list[_Statement]:
    sub = this.sub or kind in _SUBSHELLS
    condition = this.condition or kind in _CONDITIONS
    before = this.operator
    found = []
    for child in this.node.children:
        # A leaf holds no command: only operators between commands are of interest.
        if child.child_count:
            found.append(_Statement(child, before, this.pipe, sub, condition))
        elif (operator := child.type) in _OPERATORS:
            before = operator
    return found


def _row(this: _Statement, text: bytes) -> list[_Statement]:
    """Return the statements of a row; what redirections hold besides their files goes to the statement before."""
    waiting = [this.node]
    found: list[_Statement] = []
    last: _Statement | None = None
    before = this.operator
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind in _ROWS:
            waiting.extend(reversed(node.children))
        elif kind in _OPERATORS:
            before = kind
            if last is not None and kind in _PIPES:
                last.pipe = last.piped_on = True
        elif kind in _BESIDE:
            if last is not None:
                _add_redirect(last, node, text)
            if node.child_count:
                found.append(_Statement(node, before, this.pipe, this.sub, this.condition))
        elif node.child_count:
            last = _Statement(node, before, this.pipe or before in _PIPES, this.sub, this.condition)
            last.line = this.operator
            found.append(last)
    return found


def _add_redirect(to: _Statement, node: tree_sitter.Node, text: bytes) -> None:
    if node.type != "file_redirect":
        return
    operator = ""
    files: list[_Place] = []
    for child in node.children:
        if child.type in _FILE_OPERATORS:
            operator = child.type
        elif operator:
            _join(files, child.start_byte, child.end_byte)
    if not files:
        return
    to.redirects.append((operator, literal(_text(text, files[0]))))
    if text[to.end : node.start_byte].replace(b"\\\n", b"").strip() == b"-":
        lone = text.index(b"-", to.end)
        to.words.append((lone, lone + 1))
    to.end = max(to.end, node.end_byte)
    to.words += files[1:]


def _join(places: list[_Place], start: int, end: int) -> None:
    """Add a place; what touches the one before is a part of the same word."""
    if places and places[-1][1] == start:
        places[-1] = places[-1][0], end
    else:
        places.append((start, end))


def _text(text: bytes, place: _Place) -> str:
    return text[place[0] : place[1]].decode("utf-8", "replace")


def _commands(this: _Statement, text: bytes, base: int) -> list[Command]:
    """Return the command of a node, or those of its lines; none where nothing but assignments is left of one."""
    node = this.node
    found: list[Command] = []
    words: list[_Place] = []
    assigned: list[_Place] = []
    start = seen = node.start_byte
    for child in node.children:
        at, before, seen = child.start_byte, seen, child.end_byte
        if assigned and not words and _is_next_line(text, before, at):
            assigned, start = [], at
        if child.type in _REDIRECTS:
            _add_redirect(this, child, text)
        elif words and not _is_next_line(text, before, at):
            _join(words, at, child.end_byte)
        elif not words and (child.type == "variable_assignment" or _goes_on(assigned, text, at)):
            _join(assigned, at, child.end_byte)
        else:
            if words:
                found.append(_made(this, text, base, words, assigned, (start, words[-1][1])))
                found[-1].in_pipeline = this.operator in _PIPES
                words, assigned, start = [], [], at
                this.operator, this.pipe = this.line, this.piped_on
            words.append((at, child.end_byte))
    words += this.words
    if not (words or this.redirects):
        return found
    if words and start > node.start_byte and _text(text, words[0]) in DECLARATIONS:
        return found
    end = max(node.end_byte, *(place[1] for place in this.words)) if this.words else node.end_byte
    last = _made(this, text, base, words, assigned, (start, end))
    last.redirects = tuple(this.redirects)
    return [*found, last]


def _made(
    this: _Statement, text: bytes, base: int, words: list[_Place], assigned: list[_Place], place: _Place
) -> Command:
    made = []
    for start, end in words:
        raw = _text(text, (start, end))
        made.append(Word(literal(raw), raw, make_span((base + start, base + end))))
    command = Command(tuple(made), make_span((base + place[0], base + place[1])), this.operator)
    command.assignments = tuple([_assignment(_text(text, place)) for place in assigned])
    command.in_pipeline, command.in_subshell, command.in_condition = this.pipe, this.sub, this.condition
    return command


def _is_next_line(text: bytes, before: int, start: int) -> bool:
    return start - before > 0 and b"\n" in text[before:start].replace(b"\\\n", b"")


def _goes_on(assigned: list[_Place], text: bytes, start: int) -> bool:
    """Return whether more of the last assignment, or one more, is at `start`, though the grammar says a program is."""
    return bool(assigned) and (assigned[-1][1] == start or _ASSIGNMENT.match(text, start) is not None)


def _assignment(raw: str) -> tuple[str, str]:
    name, _, value = raw.partition("=")
    return name, value


def _get_parser() -> tree_sitter.Parser:
    global _parser
    if _parser is None:
        import tree_sitter

        _parser = tree_sitter.Parser(tree_sitter.Language(_language()))
    return _parser


def _language() -> Any:
    # The package's own __init__ pulls importlib.resources (15 ms); its binding alone does not.
    import sys
    from importlib.machinery import ExtensionFileLoader, PathFinder

    package = PathFinder.find_spec("tree_sitter_bash")
    for folder in (package.submodule_search_locations or ()) if package else ():
        spec = PathFinder.find_spec("tree_sitter_bash._binding", [folder])
        if spec is not None and isinstance(spec.loader, ExtensionFileLoader):
            module = sys.modules.get(spec.name) or spec.loader.create_module(spec)
            spec.loader.exec_module(module)
            return module.language()
    import tree_sitter_bash

    return tree_sitter_bash.language()
