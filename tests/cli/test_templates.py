"""Templates of Dockerfiles beside what is made of them: left out of folders, looked at when named."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.cli.discover import is_dockerfile_name
from jettison.cli.main import main
from jettison.lint.template import is_template

JINJA = b'{% if base == "alpine" %}\nFROM alpine:3.20 as a\n{% else %}\nFROM debian:12 as a\n{% endif %}\nRUN true\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile.j2", JINJA),
        ("Dockerfile", JINJA),
        (
            "Dockerfile.template",
            b"FROM debian:12\nRUN true; \\\n{{ if x then ( -}}\n\ttrue; \\\n{{ ) else ( -}}\n\tfalse\n",
        ),
        ("Dockerfile.template", b"FROM cimg/%%PARENT%%:2026.03\nRUN true\n"),
        ("Dockerfile.linux", b'{{ _ "a comment" }}FROM {{base}}\n{{InsertTemplate("x")}}\n'),
    ],
)
def test_templates(name: str, text: bytes) -> None:
    assert is_template(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # What a valid file writes, and what docker inspect is asked.
        ("Dockerfile", b"FROM debian:12\nCOPY <<EOF /x\n{% if a %}\n{{ b }}\n{% endif %}\nEOF\n"),
        ("Dockerfile", b"FROM debian:12\nRUN docker inspect -f '{{.Id}}' x\n"),
        ("Dockerfile", b"FROM debian:12\nRNU true\n"),
        ("Dockerfile.template", b"FROM node:0.0.0\nRUN echo 50%%\n"),
    ],
)
def test_no_templates(name: str, text: bytes) -> None:
    assert not is_template(text, name)


@pytest.mark.parametrize("command", ["check", "fix", "fmt"])
def test_left_out_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    (tmp_path / "Dockerfile.j2").write_bytes(JINJA)
    assert main([command, str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert "a template of a Dockerfile is left out" in captured.err and "Dockerfile.j2" in captured.err
    assert (tmp_path / "Dockerfile.j2").read_bytes() == JINJA


def test_looked_at_when_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile.j2").write_bytes(JINJA)
    assert main(["check", str(tmp_path / "Dockerfile.j2")]) == 1
    captured = capsys.readouterr()
    assert "unknown instruction {%" in captured.out and not captured.err


def test_a_workflow_is_no_dockerfile() -> None:
    assert not is_dockerfile_name("dockerfile.yaml")
    assert is_dockerfile_name("Dockerfile.alpine")
