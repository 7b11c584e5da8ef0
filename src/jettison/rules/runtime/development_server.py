"""The container starts a development server.

Such servers reload on changes, show debuggers and source to visitors, and serve one request at a time; their
makers say that they are not for production.

`knowledge/start_commands.toml` lists them, with what takes their place.

Source: each tool's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding
from jettison.knowledge.start_commands import development_server
from jettison.rules.base import Example, Rule
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the start command of the final image when it is a development server."""
    final = model.final
    if final is None or (final.name and "dev" in final.name):
        return
    for stage, node in start_nodes(model, final):
        for command in model.shell_body(node, stage).commands:
            server = development_server([word.value for word in command.argv])
            if server is not None:
                yield RULE.at(node.span, f"{' '.join(server['words'])} is for development; use {server['instead']}")
                break


RULE = Rule(
    code="JT462",
    name="development-server",
    group="runtime",
    message="the container starts a development server",
    check=check,
    triggers=("cmd", "entrypoint"),
    effort=Effort.MEDIUM,
    examples=(
        Example(before='FROM python:3.12\nCMD ["flask", "run", "--host=0.0.0.0"]\n', lines=(2,)),
        Example(before="FROM node:20\nCMD npm run dev\n", lines=(2,)),
        Example(before="FROM python:3.12\nCMD python manage.py runserver 0.0.0.0:80\n", lines=(2,)),
        Example(
            before='FROM python:3.12\nCMD ["gunicorn", "app:app"]\nFROM node:20 AS dev\nCMD npm run dev\nFROM node:20\nCMD ["node", "vite.js"]\n'
        ),
    ),
)
