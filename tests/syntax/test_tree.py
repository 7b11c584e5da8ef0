"""What the tree says of each form of the language."""

from __future__ import annotations

import pytest

from jettison.syntax.dump import to_json
from jettison.syntax.expand import expand
from jettison.syntax.shell import commands
from jettison.syntax.tree import Instruction, parse


def one(text: str) -> Instruction:
    instructions = parse(text.encode()).instructions
    assert len(instructions) == 1
    return instructions[0]


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ('CMD ["a", "b c"]', "exec", ["a", "b c"]),
        ('CMD ["a", b]', "shell", ['["a", b]']),
        ("CMD ['a']", "shell", ["['a']"]),
        ('CMD [ "a\\n\\u0041" ]  ', "exec", ["a\nA"]),
        ('CMD ["\\u00e9\\ud83d\\ude00", "\\ud83d"]', "exec", ["é\U0001f600", "\ufffd"]),
        ("CMD a  b", "shell", ["a  b"]),
        ("RUN a \\\n  # note\n\n  b", "shell", ["a   b"]),
        ("run a", "shell", ["a"]),
        ('COPY --chown=a:b ["x y", "/z"]', "exec", ["x y", "/z"]),
        ('COPY "a" c /d', "", ["a", "c", "/d"]),
        ('COPY "a b" /d', "", ["a", "b", "/d"]),
        ('CMD ["a"] b', "exec", ["a"]),
        ("FROM --platform=$P a:b AS c", "", ["a:b", "AS", "c"]),
        ("HEALTHCHECK --interval=5s CMD curl x", "shell", ["CMD", "curl x"]),
        ('HEALTHCHECK CMD ["curl", "x"]', "exec", ["CMD", "curl", "x"]),
        ("HEALTHCHECK NONE", "", ["NONE"]),
        ("EXPOSE 80 443/udp", "", ["80", "443/udp"]),
        ("WORKDIR a b", "", ["a b"]),
        ('VOLUME ["/a", "/b"]', "exec", ["/a", "/b"]),
    ],
)
def test_forms(text: str, form: str, words: list[str]) -> None:
    node = one(text)
    assert node.form == form
    assert [word.value for word in node.words] == words


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ENV a b c", [("a", "b c")]),
        ('ENV a="b c" d=e\\ f', [("a", "b c"), ("d", "e f")]),
        ("LABEL a=1 \\\n  b=2", [("a", "1"), ("b", "2")]),
        ("ARG a=1 b", [("a", "1"), ("b", None)]),
        ("ENV a=", [("a", "")]),
    ],
)
def test_pairs(text: str, pairs: list[tuple[str, str | None]]) -> None:
    assert [(n.value, None if v is None else v.value) for n, v in one(text).pairs] == pairs


def test_heredocs_several_on_one_line() -> None:
    file = parse(b"COPY <<A <<-'B' /x/\none\nA\n\ttwo $x\n\tB\nRUN echo\n")
    first, second = file.instructions
    assert [(h.name, h.body, h.expand, h.strip_tabs) for h in first.heredocs] == [
        ("A", "one\n", True, False),
        ("B", "two $x\n", False, True),
    ]
    assert (first.start_line, first.end_line, second.start_line) == (1, 5, 6)


def test_heredoc_directly_followed_by_an_instruction() -> None:
    file = parse(b"FROM a\nRUN <<EOF\necho hi\nEOF\nCMD x\n")
    assert [node.keyword for node in file.instructions] == ["FROM", "RUN", "CMD"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("FROM a\nFOO b\nRUN c\n", "unknown-instruction", 2),
        ("FROM a\nRUN <<E\nx\n", "unterminated-heredoc", 2),
        ("FROM a\nRUN\n", "missing-arguments", 2),
        ("FROM a\nONBUILD ONBUILD RUN x\n", "nested-onbuild", 2),
    ],
)
def test_errors_have_a_place(text: str, code: str, line: int) -> None:
    file = parse(text.encode())
    assert [(e.code, file.source.line(e.span.start)) for e in file.errors] == [(code, line)]


@pytest.mark.parametrize("text", ["CMD", "ENTRYPOINT", "CMD \t\n", "ENTRYPOINT\nUSER 1\n", "ONBUILD CMD\n"])
def test_a_start_without_words_is_an_empty_array(text: str) -> None:
    # Seen with the engine's BuildKit, which builds such files.
    file = parse(f"FROM a\n{text}".encode())
    node = file.instructions[1].onbuild or file.instructions[1]
    assert not file.errors
    assert (node.form, node.words) == ("exec", ())


def test_directives_and_backtick_escape() -> None:
    file = parse(b"# syntax=docker/dockerfile:1\n# ESCAPE = `\nFROM a\nRUN dir `\n  c:\\\nCMD x\n")
    assert file.escape == "`"
    assert [word.value for word in file.instructions[1].words] == ["dir   c:\\"]
    assert len(file.instructions) == 3


def test_bom_and_crlf() -> None:
    file = parse(b"\xef\xbb\xbfFROM a\r\nRUN b \\\r\n  c\r\n")
    assert [node.keyword for node in file.instructions] == ["FROM", "RUN"]
    assert file.instructions[1].words[0].value == "b   c"


def test_onbuild_holds_an_instruction() -> None:
    node = one("ONBUILD COPY --from=x a /b")
    assert node.onbuild is not None
    assert (node.onbuild.keyword, [w.value for w in node.onbuild.words]) == ("COPY", ["a", "/b"])


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$b-${b}", "hello-hello"), ("${z:-q}", "q"), ("${e:-q}", "q"), ("${e-q}", ""), ("${b:+s}", "s"), ("${z+s}", ""),
        ("${b#h}", "ello"), ("${b##*l}", "o"), ("${b%l*}", "hel"), ("${b%%l*}", "he"), ("${b/l/L}", "heLlo"),
        ("${b//l/L}", "heLLo"), ("'$b'", "$b"), ('"$b"', "hello"), ("\\$b", "$b"), ("${z:-${b}}", "hello"), ("${b", "${b"),
    ],
)  # fmt: skip
def test_expansion(text: str, result: str) -> None:
    assert expand(text, {"b": "hello", "e": ""})[0] == result


def test_shell_spans_point_into_the_file() -> None:
    data = b"FROM a\nRUN x=1 sudo apt-get \\\n # c\n  install -y 'a b' && (cd /x; make) || true\n"
    file = parse(data)
    body = commands(file, file.instructions[1])
    assert [c.name for c in body.commands] == ["apt-get", "cd", "make", "true"]
    assert [c.operator_before for c in body.commands] == ["", "&&", ";", "||"]
    for command in body.commands:
        for word in command.argv:
            assert data[word.span.start : word.span.end].decode() == word.raw


def test_dump_is_plain_data() -> None:
    tree = to_json(parse(b"FROM a AS b\nRUN c\n"))
    assert tree["version"] == 1
    assert [node.get("keyword") for node in tree["nodes"]] == ["FROM", "RUN"]
