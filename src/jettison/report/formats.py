"""The formats of `check`, each a module with `render(reports, palette)`, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette

FORMATS: Final = {
    "text": "check_text",
    "json": "check_json",
    "sarif": "check_sarif",
    "github": "check_github",
    "gitlab": "check_gitlab",
    "junit": "check_junit",
    "checkstyle": "check_checkstyle",
    "sonarqube": "check_sonarqube",
    "markdown": "check_markdown",
    "html": "check_html",
}


def render(name: str, reports: Sequence[FileReport], palette: Palette) -> str:
    """Return the findings of all files in the format of this name."""
    text: str = import_module(f"jettison.report.{FORMATS[name]}").render(reports, palette)
    return text
