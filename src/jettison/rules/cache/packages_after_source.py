"""The project's files are copied before packages are installed that are named on the command line.

Those packages do not depend on the project. Behind `COPY . .` they are downloaded and installed again after every
change of any file: packages of the distribution, and those of `pip install NAME`, `npm install -g NAME` and their like.

Install them first, then copy. The fix moves the COPY behind the RUN where nothing else stands in between that needs it,
and where no file of the project decides what is installed (as a `*.gem`, a `.npmrc` or a `rust-toolchain` does).

Source: Docker documentation, "Optimize cache usage in builds", "Order your layers".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Impact
from jettison.knowledge.context_contents import PROJECT_CODE
from jettison.rules.base import Example, Rule
from jettison.rules.edits import and_blank, blank_below, own_lines
from jettison.rules.manifests_first import independent
from jettison.span import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

_BETWEEN: Final = frozenset(("LABEL", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "HEALTHCHECK", "VOLUME"))
_WHOLE: Final = (".", "./", "/")
# Where packages and the settings of their managers lie: what is copied there may steer an install, or be steered by it.
_OF_PACKAGES: Final = ("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "run", "sbin", "sys", "usr", "var")
_OWN_BELOW: Final = ("usr/src/", "usr/app/", "usr/local/app/", "usr/share/nginx/", "var/www/", "var/app/", "var/task/")
_LEFT_BEHIND: Final = ("tmp", "var/tmp")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first RUN of each stage that only installs named packages behind a copy of the project."""
    for stage in model.stages:
        if not model.reaches_final(stage):
            continue
        nodes = stage.instructions
        copied = None
        for at, node in enumerate(nodes):
            if _copies_project(model, node):
                copied = at
            elif copied is not None and _installs(model, node, copy := nodes[copied]):
                yield RULE.at(
                    node.keyword_span,
                    f"these packages are installed again whenever a file of line {copy.start_line} changes",
                    _fix(model, stage, copy, nodes[copied + 1 :], at - copied - 1),
                    Impact(seconds_saved=(5.0, 90.0)),
                )
                break


def _copies_project(model: Model, node: Instruction) -> bool:
    """Return whether an instruction copies all of the project, or nothing but program text of it."""
    if node.keyword not in ("COPY", "ADD") or node.flag("from") or len(node.words) < 2 or node.heredocs:
        return False
    *sources, target = (word.value for word in node.words)
    if len(sources) == 1 and sources[0] in _WHOLE:
        # Onto / it may well bring the package manager's own settings.
        return target not in ("/", "/.", "/etc", "/etc/")
    return all(source.endswith(PROJECT_CODE) and "://" not in source for source in sources)


def _installs(model: Model, node: Instruction, copy: Instruction) -> bool:
    """Return whether a RUN installs packages, and would do so above the copy as well."""
    if node.keyword != "RUN":
        return False
    calls = model.facts(model.run_at[node.span.start])
    named = any(call.packages and call.action in ("install", "build") for call in calls)
    return named and independent(model, node, copy)


def _fix(model: Model, stage: Stage, copy: Instruction, below: Sequence[Instruction], first: int) -> Fix | None:
    """Return the fix that moves a copy down; first: which of the instructions below it is the install."""
    if not _is_apart(model, stage, copy) or any(not _passable(model, copy, node) for node in below[:first]):
        return None
    run = below[first]
    for node in below[first + 1 :]:
        if _installs(model, node, copy):
            run = node
        elif not _passable(model, copy, node):
            break
    source, target = own_lines(model, copy), run.span.end
    text = model.source.text(source)
    if not text.endswith("\n") or not model.source.data[:target].endswith(b"\n"):
        return None
    text = model.source.text(blank_below(model, source.end)) + text
    return Fix("Copy after that RUN", (Edit(and_blank(model, source), ""), Edit(Span(target, target), text)), UNSAFE)


def _is_apart(model: Model, stage: Stage, copy: Instruction) -> bool:
    """Return whether a copy writes to no place of packages, as far as that is known."""
    scope = model.scope_at(copy, stage)
    target = scope.value(copy.words[-1].raw, model.file.escape)
    if "$" in target:
        return False
    place = posixpath.normpath(posixpath.join("/", scope.workdir, target)).strip("/")
    inside = f"{place}/"
    if place:
        own = inside.startswith(_OWN_BELOW) or inside.partition("/")[0] not in (*_OF_PACKAGES, *_LEFT_BEHIND)
        return own and not inside.startswith(tuple(f"{each}/" for each in _LEFT_BEHIND))
    # The root, or the working folder of the base.
    copied = model.files_of(copy)
    return not any(file.path.partition("/")[0] in _OF_PACKAGES for file in copied)


def _passable(model: Model, copy: Instruction, node: Instruction) -> bool:
    """Return whether the copy may go below an instruction that stands before the RUN."""
    if node.keyword in _BETWEEN:
        return True
    if node.keyword in ("ENV", "ARG"):
        return "$" not in model.source.text(copy.args_span)
    if node.keyword == "WORKDIR":
        return copy.words[-1].raw.startswith("/")
    return node.keyword == "RUN" and independent(model, node, copy)


RULE = Rule(
    code="JT232",
    name="packages-after-source",
    group="cache",
    message="packages that need no file of the project are installed after its files are copied",
    check=check,
    triggers=("copy", "add"),
    examples=(
        Example(
            before="FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y libpq5\n",
            after="FROM python:3.12-slim\nWORKDIR /app\nRUN apt-get update && apt-get install -y libpq5\nCOPY . .\n",
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nCOPY . /app\nWORKDIR /app\nRUN apt-get update\nRUN apt-get install -y libpq5\n",
            after="FROM debian:bookworm\nWORKDIR /app\nRUN apt-get update\nRUN apt-get install -y libpq5\nCOPY . /app\n",
            lines=(5,),
            level=UNSAFE,
        ),
        Example(
            before='FROM python:3.12\n\n# our code\nCOPY . /app\n\nRUN pip install flask==3.0 "gunicorn>=22"\n\nCMD ["x"]\n',
            after='FROM python:3.12\n\nRUN pip install flask==3.0 "gunicorn>=22"\n\n# our code\nCOPY . /app\n\nCMD ["x"]\n',
            lines=(6,),
            level=UNSAFE,
        ),
        Example(
            before="FROM node:22\nWORKDIR /app\nCOPY server.js lib.js ./\nRUN npm install -g @scope/cli pm2@5\nRUN apt-get update\nRUN node x\n",
            after="FROM node:22\nWORKDIR /app\nRUN npm install -g @scope/cli pm2@5\nCOPY server.js lib.js ./\nRUN apt-get update\nRUN node x\n",
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before="FROM ruby:3.3\nADD . /app\nWORKDIR /app\nRUN gem install rails\nRUN gem install puma:6 && rm -rf /tmp/*\n",
            after="FROM ruby:3.3\nWORKDIR /app\nRUN gem install rails\nRUN gem install puma:6 && rm -rf /tmp/*\nADD . /app\n",
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before="FROM ruby:3.3\nADD . /app\nRUN gem install mine\n",
            files=(("pkg/mine-1.gem", "x"),),
        ),
        Example(
            before="FROM golang:1.23\nCOPY . /src\nRUN go install example.com/tool@latest\nRUN go build /src\n",
            after="FROM golang:1.23\nRUN go install example.com/tool@latest\nCOPY . /src\nRUN go build /src\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nCOPY . /etc/apt/\nRUN apt-get update && apt-get install -y curl\n", lines=(3,)
        ),
        Example(before="FROM python:3.12\nCOPY . /app\nUSER app\nRUN pip install flask\n", lines=(4,)),
        Example(before="FROM python:3.12\nCOPY . .\nRUN pip install . && pip install flask.whl\n"),
        Example(before="FROM python:3.12\nCOPY . .\nRUN pip install -t lib flask\n"),
        Example(before="FROM python:3.12\nCOPY . .\nRUN pip install flask > log.txt\n"),
        Example(before="FROM node:22\nCOPY . .\nRUN npm install express\n"),
        Example(before="FROM alpine:3.20\nCOPY . .\nRUN apk add curl && rm -rf tests\n"),
        Example(before="FROM alpine:3.20\nCOPY . .\nWORKDIR /app\nRUN apk add --no-cache curl\n", lines=(4,)),
        Example(before="FROM alpine:3.20\nCOPY . .\nRUN apk add --no-cache curl && make\n"),
        Example(before="FROM debian:bookworm\nCOPY . /app\nRUN apt-get install -y /app/x.deb\n"),
    ),
)
