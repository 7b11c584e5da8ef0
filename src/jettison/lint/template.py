"""Templates of Dockerfiles: texts that another program makes Dockerfiles of.

They lie beside what is made of them under a name of its kind, and no builder reads them: findings in them, and edits,
would be about words that are none.

Source: the marks of Jinja, Go templates, ERB and docker-library's jq-template, and the placeholders of cimg.
"""

from __future__ import annotations

import re
from typing import Final

_SIGNS: Final = (b"{{", b"{%", b"<%", b"%%")
_MARKS: Final = re.compile(
    rb"(?im)^[ \t]*(?:\{[{%]|<%|%%|\}\}[ \t]*$|FROM[ \t][^\n]{0,500}?(?:\{[{%]|<%|%%[A-Z_]{1,50}%%))"
)
_ENDINGS: Final = (
    ".template",
    ".tmpl",
    ".tpl",
    ".gotmpl",
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".mustache",
    ".hbs",
    ".in",
)


def is_template(data: bytes, path: str) -> bool:
    """Return whether a text is a template: lines that start with the marks of one, and its name or the parser says so.

    Here-documents and shell text of a valid file may hold such lines too.
    """
    if not any(sign in data for sign in _SIGNS) or _MARKS.search(data) is None:
        return False
    return path.lower().endswith(_ENDINGS) or _is_refused(data, path)


def _is_refused(data: bytes, path: str) -> bool:
    from jettison.syntax.refusals import refusals
    from jettison.syntax.tree import parse

    file = parse(data, path)
    return bool(file.errors) or any(True for node in file.instructions for _ in refusals(file, node))
