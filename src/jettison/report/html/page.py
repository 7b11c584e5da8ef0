"""A whole page in one file: nothing is loaded, and the policy in its head forbids it.

Style and script are allowed by the hash of their text alone, so that no text of an image can run, even if
an escape were forgotten. The data is JSON in a script element that browsers do not run.

Source: Content Security Policy Level 3, "hash-source"; HTML standard, "data block".
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jettison import __version__
from jettison.report.html.parts import esc

# What could end a script element, or a line in an old reader of JavaScript.
_IN_SCRIPT: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230072b2' "
    "d='M1 1h9v14H1z'/%3E%3Cpath fill='%23d55e00' d='M11 1h4v6h-4z'/%3E%3Cpath fill='%2356b4e9' d='M11 8h4v7h-4z'/%3E%3C/svg%3E"
)
SCRIPTS: Final = ("squarify.js", "treemap.js", "tables.js", "page.js")


def render_page(title: str, kicker: str, body: str, data: dict[str, Any] | None = None) -> str:
    """Return the page. title: plain text; kicker: one plain line above it; body: markup; data: for the script."""
    style = asset("page.css")
    script = "\n".join(asset(name) for name in SCRIPTS)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="{_ICON}">\n'
        f"<title>{esc(title)} - Jettison</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the report</a>\n'
        f'<header class="top"><div><p class="kicker">{esc(kicker)}</p><h1>{esc(title)}</h1></div>'
        '<button id="theme" type="button" hidden>Dark</button></header>\n'
        f'<main id="main">\n{body}</main>\n'
        f"<footer>Jettison {esc(__version__)}. This page holds all of its data and loads nothing.</footer>\n"
        f'<script type="application/json" id="data">{script_json(data or {})}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def script_json(data: dict[str, Any]) -> str:
    """Return JSON that may stand in a script element: ASCII, without any character that means something there."""
    return json.dumps(data, separators=(",", ":")).translate(_IN_SCRIPT)


@cache
def asset(name: str) -> str:
    """Return the text of a style sheet or script of this package."""
    return files("jettison.report.html").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
