"""What the grammar is known to get wrong is read as a shell reads it."""

from __future__ import annotations

import pytest

from jettison.syntax.shell_command import Command
from jettison.syntax.shell_grammar import grammar_commands


def read(text: str) -> list[Command]:
    found, odd = grammar_commands(text.encode(), 0, 100)
    assert not odd
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("curl > out -sSL $(a)", [["curl", "-sSL", "$(a)"], ["a"]]),
        ('wget -qO - 2>/dev/null "$(a)" | sh', [["wget", "-qO", "-", '"$(a)"'], ["a"], ["sh"]]),
        ("P=$A/$B/bin make $(a)", [["make", "$(a)"], ["a"]]),
        ("cp $A/$B-c/d `a`", [["cp", "$A/$B-c/d", "`a`"], ["a"]]),
        ("P=$A/$B/bin", []),
        ("cat <<E > x && a\nb\nE\nc", [["cat"], ["a"], ["c"]]),
        ("> $A/x a b", [["a", "b"]]),
        ("A=b C=$(d)\n> x", [["d"]]),
        ("cat <<< 'a\nb' c", [["cat", "c"]]),
        ("curl $(u) | tar x | c\nd && e", [["curl", "$(u)"], ["u"], ["tar", "x"], ["c"], ["d"], ["e"]]),
    ],
)
def test_words(text: str, words: list[list[str]]) -> None:
    assert [[word.raw for word in command.full_argv] for command in read(text)] == words


@pytest.mark.parametrize(
    ("text", "piped"),
    [
        ("a | b | c && d", "abc"),
        ("a && b > x | c && d", "bc"),
        ("a || b | c | d || e | f && (g)", "bcdef"),
        ("cat <<E | a && b\nc\nE\nd | e", ["cat", *"ade"]),
        ("(a; b) | c", "abc"),
        ("! a | b; c", "ab"),
    ],
)
def test_pipelines(text: str, piped: str | list[str]) -> None:
    assert [command.name for command in read(text) if command.in_pipeline] == list(piped)


@pytest.mark.parametrize(
    ("text", "redirects"),
    [
        ("a > $A/$B/c d", [(">", "$A/$B/c")]),
        ("a 2>&1 b >> 'c d'", [(">&", "1"), (">>", "c d")]),
        ("a && b < c | d", [("<", "c")]),
        ("cat <<E > x\nb\nE", [(">", "x")]),
        ("> x a", [(">", "x")]),
    ],
)
def test_redirections_belong_to_their_command(text: str, redirects: list[tuple[str, str]]) -> None:
    found = [command for command in read(text) if command.redirects]
    assert [command.redirects for command in found] == [tuple(redirects)]


def test_assignments_of_the_line_before_are_none_of_a_command() -> None:
    first, second = read("A=b B=c\nd\nE=f g")
    assert (first.assignments, first.span) == ((), (8, 9))
    assert (second.assignments, second.name) == ((("E", "f"),), "g")


def test_the_value_of_an_assignment_is_whole() -> None:
    (command,) = read("A=$B/$C/d E=f g")
    assert command.assignments == (("A", "$B/$C/d"), ("E", "f"))


@pytest.mark.parametrize("text", ["a && " * 20_000 + "a", "a > b " * 20_000, "a | b > c && " * 10_000 + "d"])
def test_long_rows_take_linear_time(text: str) -> None:
    assert len(grammar_commands(text.encode(), 0, 2500)[0]) in (1, 2500)
