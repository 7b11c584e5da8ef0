"""The image starts a development server.

Such servers are made for one person at a desk: they serve one request at a time, show source code and
consoles to whoever causes an error, watch files for changes, and compile while the first visitor waits.
Their own documentation says not to use them in production.

Build the program in the image and start it with a server made for production. The table of commands is
`knowledge/start_commands.toml`; the fix knows `go run` without flags; `npm start` and its kin are looked up in package.json. Stages named dev,
test or debug are left alone.

Source: documentation of each tool, for example Flask's "Deploying to Production".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from jettison.findings import SHOW, UNSAFE, Confidence, Edit, Effort, Finding, Fix
from jettison.knowledge.start_commands import DEVELOPMENT, development_server
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.start import StartCommand

_MANAGERS: Final = frozenset(("npm", "yarn", "pnpm", "bun"))
_MAX_JSON: Final = 256 * 1024
_DESKS: Final = ("dev", "test", "debug", "local")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each development server among the commands that start the final image."""
    name = (model.final.name or "") if model.final else ""
    path = model.path.lower().replace("\\", "/").rsplit("/", 1)
    if name.startswith(_DESKS) or any(mark in path[-1] for mark in _DESKS) or path[0].endswith(".devcontainer"):
        return
    for start in model.start_commands():
        facts = development_server(start.argv) or _rails(model, start) or _script(model, start)
        if facts is not None:
            title = " ".join(facts["words"])
            edits = _edits(model, start)
            fix = Fix(f"Use {facts['instead']}", edits, UNSAFE if edits else SHOW)
            yield RULE.at(start.span, f"{title} is a development server; use {facts['instead']}", fix)


def _edits(model: Model, start: StartCommand) -> tuple[Edit, ...]:
    if start.argv[:2] != ("go", "run") or not start.alone:
        return ()
    from jettison.rules.compiled_start import built_before_start

    return built_before_start(model, start.node)


def _rails(model: Model, start: StartCommand) -> dict[str, Any] | None:
    words = [word.rsplit("/", 1)[-1] for word in start.argv]
    if "rails" not in words[:4] or not any(word in ("s", "server") for word in words[1:5]) or model.final is None:
        return None
    env = model.end_scope(model.final).env
    mode = env.get("RAILS_ENV") or env.get("RACK_ENV") or "development"
    chosen = any(word in ("-e", "--environment") or word.startswith(("-e", "--environment=")) for word in words)
    return dict(DEVELOPMENT["rails"], words=["rails", "server"]) if mode == "development" and not chosen else None


def _script(model: Model, start: StartCommand) -> dict[str, Any] | None:
    """Return the development server that a script of package.json starts."""
    words = [word for word in start.argv[1:] if not word.startswith("-")]
    if start.program not in _MANAGERS or not words or model.context is None:
        return None
    name = words[1] if words[0] in ("run", "run-script") and len(words) > 1 else words[0]
    import json

    try:
        scripts = json.loads(model.context.read("package.json", _MAX_JSON)).get("scripts", {})
        text = scripts.get(name, "")
    except (ValueError, AttributeError, RecursionError):
        return None
    for part in str(text)[:2000].replace("||", "&&").replace(";", "&&").split("&&"):
        argv = [word for word in part.split() if "=" not in word and word not in ("cross-env", "npx", "exec")]
        facts = development_server(argv) if argv else None
        if facts is not None:
            return facts
    return None


RULE = Rule(
    code="JT462",
    name="development-server",
    group="runtime",
    message="the image starts a development server",
    check=check,
    triggers=("cmd", "entrypoint"),
    confidence=Confidence.MEDIUM,
    effort=Effort.MEDIUM,
    examples=(
        Example(before='FROM python:3.12-slim\nCMD ["flask", "run", "--host=0.0.0.0"]\n', lines=(2,)),
        Example(
            before="FROM python:3.12-slim\nCMD python manage.py migrate && python manage.py runserver 0.0.0.0:8000\n",
            lines=(2,),
        ),
        Example(
            before='FROM node:20-slim\nCMD ["npm", "start"]\n',
            lines=(2,),
            files=(("package.json", '{"scripts": {"start": "NODE_ENV=production react-scripts start"}}'),),
        ),
        Example(
            before='FROM node:20-slim\nCMD ["npm", "start"]\n',
            files=(("package.json", '{"scripts": {"start": "node server.js"}}'),),
        ),
        Example(before='FROM ruby:3.3\nCMD ["bundle", "exec", "rails", "server", "-b", "0.0.0.0"]\n', lines=(2,)),
        Example(before='FROM ruby:3.3\nENV RAILS_ENV=production\nCMD ["rails", "server"]\n'),
        Example(
            before='FROM golang:1.25\nWORKDIR /src\nCOPY main.go .\nCMD ["go", "run", "main.go", "-v"]\n',
            after='FROM golang:1.25\nWORKDIR /src\nCOPY main.go .\nRUN go build -o /usr/local/bin/app main.go\nCMD ["/usr/local/bin/app", "-v"]\n',
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before="FROM golang:1.25\nWORKDIR /src\nCOPY . .\nCMD go run ./cmd/shop\n",
            after='FROM golang:1.25\nWORKDIR /src\nCOPY . .\nRUN go build -o /usr/local/bin/shop ./cmd/shop\nCMD ["/usr/local/bin/shop"]\n',
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before='FROM golang:1.25\nWORKDIR /src\nCOPY . .\n\nUSER 1000\nCMD ["go", "run", "."]\n',
            after='FROM golang:1.25\nWORKDIR /src\nCOPY . .\nRUN go build -o /usr/local/bin/app .\n\nUSER 1000\nCMD ["/usr/local/bin/app"]\n',
            lines=(6,),
            level=UNSAFE,
        ),
        Example(before='FROM golang:1.25\nUSER 1000\nCOPY . .\nCMD ["go", "run", "."]\n', lines=(4,)),
        Example(before='FROM golang:1.25\nCOPY . .\nCMD ["go", "run", "-race", "."]\n', lines=(3,)),
        Example(before='FROM python:3.12-slim AS dev\nCMD ["flask", "run"]\n'),
        Example(
            before='FROM node:20-slim AS build\nRUN vite build\nFROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n'
        ),
    ),
)
