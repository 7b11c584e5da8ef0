"""The port of a program whose Dockerfile names none, from its own text."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.model.context import read_context
from jettison.project.detect import detect


@pytest.mark.parametrize(
    ("name", "text", "port"),
    [
        ("app.js", "const port = process.env.PORT || 3001;\n", 3001),
        ("app.js", "server.listen(process.env.PORT ?? '8081')\n", 8081),
        ("app.py", "port = int(os.environ.get('PORT') or 5005)\n", 5005),
        ("app.py", "port = int(os.environ.get('PORT', 5006))\n", 5006),
        ("app.js", "app.listen(3002)\n", 3002),
        ("app.js", "const transport = 1 || 2000\n", None),
    ],
)
def test_the_default_of_the_variable_is_the_port(name: str, text: str, port: int | None, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / ("package.json" if name.endswith("js") else "requirements.txt")).write_text("{}\n")
    assert detect(read_context(str(tmp_path))).port == port


def test_where_there_is_no_program_the_pages_are_what_changes(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("a {}\n")
    (tmp_path / "index.html").write_text('<script>fetch("http://localhost:3000")</script>\n')
    found = detect(read_context(str(tmp_path)))
    assert (found.sources, found.port) == (("index.html", "style.css"), None)
    (tmp_path / "app.js").write_text("document.title = 'a'\n")
    assert detect(read_context(str(tmp_path))).sources == ("app.js",)


def test_sources_of_go_alone_need_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "server.go").write_text("package main\n")
    assert detect(read_context(str(tmp_path))).ecosystem == "go"
    (tmp_path / "tool.c").write_text("int main(void) { return 0; }\n")
    assert detect(read_context(str(tmp_path))).ecosystem == ""
