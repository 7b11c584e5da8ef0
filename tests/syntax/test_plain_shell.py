"""What is read without the grammar is what the grammar reads, for every text that is read so at all."""

from __future__ import annotations

import os
import time
import timeit
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jettison.syntax import shell
from jettison.syntax.plain_shell import plain_commands
from jettison.syntax.shell_command import Command
from jettison.syntax.shell_grammar import grammar_commands
from jettison.syntax.tree import parse

PIECES = (
    *"a b1 -x --a=b A=b A= =b == = ~ ~/a * /x/*.so + , % @ : . .. ./a/b a-b_c 12 1.2 - --".split(),
    *"'a b' \"a b\" '' \"\" \"a$B\" \"${A}b\" $A ${A} a$A$B 'a'\"b\"c $A/b x=$A A=$B A='c d' if time ! { } [ ] #".split(),
    *"sudo env exec test export A+=b A=b=c a==b ** *.* a~b ~a 'a\nb' \"a\nb\" $1 $ \\ \" '".split(),
    *(" ", "  ", "\t", "\n", "\n\n", " \\\n ", "\\\n", " \\\n\\\n ", " && ", "&&", " || ", " | ", "|", " ; ", ";", ";\n", "; ;"),
    *(" > a", " >> $A/b", " 2>&1", " 2>/dev/null", " > 'a b'", ">a", " < a", " &> a", " 1>&2", " 22> a", " > a b", " >& a", " > ", "a#", "-#a", "#a"),
    *("export A=b", "export A", "export A=$B:/c", "unset A", "readonly A='b c'", "export -p", "export a-b", " && export A=b ; "),
    *(" &&\n", " && \\\n  ", " |\n", " & ", ">", "é"),
)  # fmt: skip


def shown(command: Command) -> tuple[object, ...]:
    words = [(word.value, word.raw, word.span) for word in command.full_argv]
    where = command.in_pipeline, command.in_subshell, command.in_condition
    called = [word.raw for word in command.argv]
    return words, called, command.span, command.operator_before, where, command.assignments, command.redirects


def assert_the_same(text: bytes) -> bool:
    """Return whether the text was read without the grammar."""
    plain = plain_commands(text, 7, shell.MAX_COMMANDS)
    if plain is None:
        return False
    read, odd = grammar_commands(text, 7, shell.MAX_COMMANDS)
    assert not odd
    assert list(map(shown, plain)) == list(map(shown, read))
    return True


@example("a > aa$A$B~")
@example("A=$B/$A/c d")
@example("A=a$A$B. C=d e")
@example("a|b|c&&d")
@example("a && b > c | d")
@example("a - 1>2")
@example("a \\\n- 1>2")
@example("A=b B=c\na")
@example("A=b B=c\nexport")
@example("a > b c 2>&1 d")
@example("export A=|b")
@example("a >b - 1>2")
@example("a|b|c\nd && e")
@example("A=b B=c\nC=d e")
@example("a; b\nc|d|e f\ng >h || i")
@example("a|A=b C=d\ne >f")
@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_pieces_in_any_order(text: str) -> None:
    assert_the_same(text.encode())


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from(PIECES), st.sampled_from((" ", " ", " ", " && ", "; ", " | ", "\n"))), max_size=12
    )
)
def test_pieces_as_words(pairs: list[tuple[str, str]]) -> None:
    assert_the_same("".join(piece + gap for piece, gap in pairs).encode())


@pytest.mark.parametrize(
    "text",
    [
        "apt-get update && apt-get install -y --no-install-recommends \\\n    curl \\\n    git=1:2.* && rm -rf /var/lib/apt/lists/*",
        "A=b make -j4 CC=gcc; ./run 'x y' \"$HOME/a\" | tee log || true",
        "a\nb && c; d\ne\n",
        "a > b && c 2>/dev/null || d | e >> 'f g' 2>&1",
        "export A=b C='d e' && curl -#sSL $A; unset A",
        "a > b c",
        "a && b > c | d",
        "a | b | c && d",
        "PATH=$HOME/$A/bin a > $B/$C/d",
        "a - 2>/dev/null | b",
    ],
)
def test_common_texts_need_no_grammar(text: str) -> None:
    assert assert_the_same(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "A=b > c d",
        "a>b",
        "a 2#",
        "A=#'b c'",
        "A=b c:d",
        "a\n\\\nb",
        "export -p",
        "a $(b)",
        "(a)",
        "if a; then b; fi",
        "a & b",
        "a &&",
        "&& a",
        "a ;; b",
        "a # b",
        "a 'b",
        "! a",
        "a == b",
        "",
    ],
)
def test_the_rest_is_left_to_the_grammar(text: str) -> None:
    plain = plain_commands(text.encode(), 0, shell.MAX_COMMANDS)
    assert plain is None or (text == "" and plain == [])


@pytest.mark.parametrize(
    "text", ['"' + "a" * 50_000, "a'" * 25_001, "\\\n" * 30_000 + ">", "$A" * 20_000 + "(", "a " * 50_000]
)
def test_long_texts_take_no_time(text: str) -> None:
    read = partial(plain_commands, text.encode(), 0, shell.MAX_COMMANDS)
    assert min(timeit.repeat(read, timer=time.process_time, number=1, repeat=3)) < 0.5


@pytest.mark.skipif(not os.environ.get("JETTISON_CORPUS"), reason="JETTISON_CORPUS names no folder of Dockerfiles")
def test_the_corpus() -> None:
    read = total = 0
    for path in sorted(Path(os.environ["JETTISON_CORPUS"]).rglob("*ockerfile*")):
        file = parse(path.read_bytes(), str(path)) if path.is_file() else None
        for node in file.instructions if file else ():
            if node.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK") and node.form != "exec" and node.words:
                for _, text in shell.shell_texts(file, node):  # type: ignore[arg-type]
                    total += 1
                    read += assert_the_same(text)
    assert read * 2 > total
