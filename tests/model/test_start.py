"""What starts the program: shells, small inits and changes of user are seen through."""

from __future__ import annotations

import pytest

from jettison.model.dockerfile import build_model
from jettison.syntax.tree import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('CMD ["node", "x"]\n', [("exec", ("node", "x"), "")]),
        ("CMD a && exec b c\n", [("shell", ("a",), ""), ("shell", ("b", "c"), "&&")]),
        ('ENTRYPOINT ["tini", "-g", "--", "gosu", "app", "serve"]\n', [("exec", ("serve",), "")]),
        ('ENTRYPOINT ["tini", "--"]\nCMD ["sh", "-ec", "a & b"]\n', [("script", ("a",), ""), ("script", ("b",), "&")]),
        ('CMD ["sh", "-c", "\\ud800; x"]\n', [("script", ("\ufffd",), ""), ("script", ("x",), ";")]),
        ('CMD []\nENTRYPOINT [""]\n', [("exec", ("",), "")]),
        ("RUN true\n", []),
    ],
)
def test_start_commands(text: str, expected: list[tuple[str, tuple[str, ...], str]]) -> None:
    model = build_model(parse(b"FROM debian:bookworm\n" + text.encode()))

    assert [(start.form, start.argv, start.operator) for start in model.start_commands()] == expected
