"""A package manager's cache stays in the layer.

Package managers keep what they downloaded. Nothing in the image uses it again.

What Maven, Gradle, Go, Cargo, NuGet and Mix keep is reported once, at the last RUN that uses them, where the image
does not start them and its base is no toolchain (that is single-stage-build).

Tell the manager not to keep it (apk --no-cache, pip --no-cache-dir), clean in the same RUN
(dnf, npm, yarn, conda and others), or put the folder on a cache mount, which also makes rebuilds faster.
The table of managers, their caches and clean commands is `knowledge/package_managers.toml`.

Source: the manual of each package manager.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Impact
from jettison.knowledge.bases import FAMILIES
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import append_command, as_another, command_after, insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

# apt in Debian's images deletes its downloads itself; its lists are the subject of package-lists-left.
_OTHER_RULES = frozenset(("apt",))
# What they keep may serve the next RUN or the program itself: only the last word of the image is looked at.
_BUILDERS = frozenset(("maven", "gradle", "go", "cargo", "hex", "nuget"))
# Their caches hold what the program needs at run time.
_NEEDED = _BUILDERS | {"pipenv"}

_WORDS = ("mvn", "gradle", "go ", "cargo", "mix ", "dotnet ")

_MAX_LOOKS = 50


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each install of the final image that leaves a cache."""
    for run in model.every_run:
        if not model.in_final_image(run.stage):
            continue
        for manager, calls in _leaving(model, run).items():
            edits = _edits(model, run, calls)
            guess = MANAGERS[manager]["bytes"]
            yield RULE.at(
                calls[0].command.span,
                f"the {manager} cache stays in this layer",
                Fix(f"Leave no {manager} cache", edits, SAFE) if edits else None,
                Impact(bytes_saved=(guess // 2, guess * 2)),
            )
    yield from _builders(model)


def _leaving(model: Model, run: Run) -> dict[str, list[PackageCall]]:
    """Return manager -> the calls of a RUN that leave its cache."""
    found: dict[str, list[PackageCall]] = {}
    looks = 0
    for call in model.facts(run):
        if call.action not in ("install", "upgrade") or call.manager in _OTHER_RULES | _NEEDED:
            continue
        # The rest of a long RUN is not looked at: each look goes over all its commands.
        looks += 1
        if looks > _MAX_LOOKS:
            break
        if not _covered(model, run, call):
            found.setdefault(call.manager, []).append(call)
    return found


def _builders(model: Model) -> Iterable[Finding]:
    final = model.final
    if final is None or not any(map(model.text_has, _WORDS)):
        return
    base = model.lineage(final)[0].base
    if base.unresolved or (base.name in FAMILIES and FAMILIES[base.name]["toolchain"]):
        return
    # A program that was published brings its packages along: dotnet app.dll
    starts = {
        "a published program" if start.program == "dotnet" and ".dll" in " ".join(start.argv) else start.program
        for start in model.start_commands()
    }
    last: dict[str, tuple[Run, PackageCall]] = {}
    for run in model.runs:
        for call in model.facts(run) if model.in_final_image(run.stage) else ():
            if call.manager in _BUILDERS and call.action in ("install", "build"):
                last[call.manager] = run, call
    for manager, (run, call) in last.items():
        facts = MANAGERS[manager]
        if starts and not starts.intersection(facts["programs"]) and not _covered(model, run, call):
            guess = facts["bytes"]
            text = f"what {manager} downloaded and compiled stays in the image"
            yield RULE.at(call.command.span, text, impact=Impact(bytes_saved=(guess // 4, guess * 2)))


def _edits(model: Model, run: Run, calls: list[PackageCall]) -> tuple[Edit, ...]:
    """Return what makes the calls of one manager leave nothing; empty when one of them cannot be made to."""
    if run.has_error:
        return ()
    facts = MANAGERS[calls[0].manager]
    if facts["clean"]:
        # The cache is that of the user who installed.
        clean = as_another(model, calls[-1].command) + _clean(calls[-1])
        if _may_be_gone(model, run, calls[-1]):
            edit = command_after(model, run, calls[-1].command, clean)
        else:
            edit = append_command(model, run, clean)
        return (edit,) if edit else ()
    verbs = {verb for verb, action in facts["actions"].items() if action in ("install", "upgrade")}
    edits = []
    for call in calls:
        words = next((i for i, word in enumerate(call.command.argv) if i and word.value in verbs), 0)
        if not words or not facts["no_cache"][0]:
            return ()
        edits.append(insert_word(call.command, words + 1, facts["no_cache"][0][0]))
    return tuple(edits)


def _clean(call: PackageCall) -> str:
    """Return the command that cleans, with the program as the call names it: /opt/conda/bin/mamba may be on no PATH."""
    text: str = MANAGERS[call.manager]["clean"]
    program, _, rest = text.partition(" ")
    called = call.command.argv[0]
    same = program in MANAGERS[call.manager]["programs"] and call.command.name in MANAGERS[call.manager]["programs"]
    return f"{called.raw} {rest}" if same else text


def _may_be_gone(model: Model, run: Run, last: PackageCall) -> bool:
    """Return whether the end of a RUN may no longer have the package manager that it calls."""
    start = last.command.span.start
    # /usr/lib/node_modules/npm, /opt/yarn-v1*, composer.phar
    gone = re.compile(
        rf"(?:^|/){re.escape(last.command.name)}(?:[*]|-v?[\d*$][^/]*|\.\w+)?/?\Z|/lib/node_modules(?:/\*?)?\Z"
    )
    removed = (call for call in model.facts(run) if call.action == "remove" and call.manager != last.manager)
    if any(call.command.span.start > start for call in removed):
        return True
    return any(
        c.name in ("rm", "unlink") and any(gone.search(word) for word in c.arguments)
        for c in run.commands
        if c.span.start > start
    )


def _covered(model: Model, run: Run, call: PackageCall) -> bool:
    manager = call.manager
    facts = MANAGERS[manager]
    scope = model.scope_at(run.instruction, run.stage)
    flags, variables = facts["no_cache"]
    if any(flag in call.flags for flag in flags):
        return True
    given = {**scope.args, **scope.env, **dict(call.command.assignments)}
    if any(_says_yes(manager, given.get(name, "")) for name in variables):
        return True
    if any(given[name] in run.cache_targets for name in facts["moved"] if name in given):
        return True
    folders = facts["cache"]
    if any(
        folder.startswith(target.rstrip("/")) or target.startswith(folder)
        for folder in folders
        for target in run.cache_targets
    ):
        return True
    if any(other.manager == manager and other.action == "clean" for other in model.facts(run)):
        return True
    marks = (*folders, ".cache", ".npm", "/cache/*.gem")
    removed = [a for c in run.commands if c.name == "rm" for a in c.arguments]
    if any(mark in a for a in removed for mark in marks):
        return True
    # A folder above the cache: `rm -rf /var/cache/*`, `rm -rf /opt/conda`.
    above = tuple(a.removesuffix("*").rstrip("/") + "/" for a in removed if a[:1] == "/" and a.strip("/*"))
    return any(folder.startswith(above) for folder in folders) if above else False


def _says_yes(manager: str, value: str) -> bool:
    # pip turns its cache off for every value, "off" and "0" included (its option handling says so).
    return value != "" and (manager == "pip" or value.lower() not in ("0", "off", "false"))


RULE = Rule(
    code="JT105",
    name="package-cache-left",
    group="size",
    message="a package manager's cache stays in this layer",
    check=check,
    triggers=(
        "install",
        "npm",
        "add",
        "sync",
        "create",
        "bundle",
        "yarn",
        "pacman",
        "zypper",
        "update",
        "upgrade",
        *_WORDS,
    ),
    differs="Caches on a cache mount, and any value of PIP_NO_CACHE_DIR, count: pip turns its cache off for each.",
    foreign=(
        "DL3019",
        "DL3032",
        "DL3036",
        "DL3040",
        "DL3042",
        "DL3060",
        "DS-0015",
        "DS-0019",
        "DS-0020",
        "DS-0025",
        "tally/ruby/leftover-bundler-cache",
        "DKL-DI-0004",
        "00481784-25aa-4a55-8633-3136dfcf4f37",
        "295acb63-9246-4b21-b441-7c1f1fb62dc0",
        "f2f903fb-b977-461e-98d7-b3e2185c6118",
        "38300d1a-feb2-4a48-936a-d1ef1cd24313",
        "ae9c56a6-3ed1-4ac0-9b54-31267f51151d",
    ),
    examples=(
        Example(
            before="FROM python:3.11-slim\nRUN pip install flask==3.0.0\n",
            after="FROM python:3.11-slim\nRUN pip install --no-cache-dir flask==3.0.0\n",
            lines=(2,),
        ),
        # pip takes the beginning of an option for the whole.
        Example(before="FROM python:3.11-slim\nRUN pip install --no-cache flask==3.0.0\n"),
        Example(
            before="FROM alpine:3.20\nRUN apk add curl\n",
            after="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
            lines=(2,),
        ),
        Example(
            before="FROM node:18-slim\nRUN npm ci\n",
            after="FROM node:18-slim\nRUN npm ci && npm cache clean --force\n",
            lines=(2,),
        ),
        Example(
            before="FROM alpine:3.20\nRUN apk add --no-cache -t .b npm && npm i -g y && apk del .b\n",
            after="FROM alpine:3.20\nRUN apk add --no-cache -t .b npm && npm i -g y && npm cache clean --force && apk del .b\n",
            lines=(2,),
        ),
        Example(
            before="FROM node:20\nRUN npm ci \\\n    && rm -rf /usr/local/lib/node_modules/npm\n",
            after="FROM node:20\nRUN npm ci && npm cache clean --force \\\n    && rm -rf /usr/local/lib/node_modules/npm\n",
            lines=(2,),
        ),
        Example(
            before="FROM continuumio/miniconda3\nRUN conda install -y a && rm -rf /tmp/conda-tmp\n",
            after="FROM continuumio/miniconda3\nRUN conda install -y a && rm -rf /tmp/conda-tmp && conda clean -afy\n",
            lines=(2,),
        ),
        Example(
            before="FROM cimg/node:20.1\nRUN sudo -H npm install -g yarn\n",
            after="FROM cimg/node:20.1\nRUN sudo -H npm install -g yarn && sudo -H npm cache clean --force\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:12\nRUN ./get-conda /opt/conda && /opt/conda/bin/mamba create -y -p /srv python=3.12\n",
            after="FROM debian:12\nRUN ./get-conda /opt/conda && /opt/conda/bin/mamba create -y -p /srv python=3.12 && /opt/conda/bin/mamba clean -afy\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:12\nRUN ./get-conda /opt/conda && /opt/conda/bin/mamba create -y -p /srv python=3.12 && rm -rf /opt/conda\n"
        ),
        Example(
            before="FROM node:22\nRUN npm ci && rm -rf /usr/local/lib/node_modules\n",
            after="FROM node:22\nRUN npm ci && npm cache clean --force && rm -rf /usr/local/lib/node_modules\n",
            lines=(2,),
        ),
        Example(before="FROM fedora:42\nRUN dnf install -y curl && rm -rf /var/cache/* /var/log/*\n"),
        Example(before="FROM ruby:3.3\nRUN yarn --version && bundle --version && npm -v\n"),
        Example(before="FROM alpine:3.20\nRUN apk add --no-network --virtual .rundeps $runDeps\n"),
        Example(before="FROM node:20\nRUN npm ci || apk del npm\nRUN npm ci && exit 0\n", lines=(2, 3)),
        Example(
            before="FROM python:3.11-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.0.0\n"
        ),
        Example(before="FROM python:3.11-slim\nENV PIP_NO_CACHE_DIR=off\nRUN pip install flask==3.0.0\n"),
        Example(before='FROM debian:bookworm\nRUN go mod download\nRUN go build -o /app .\nCMD ["/app"]\n', lines=(3,)),
        Example(before='FROM debian:bookworm\nRUN mvn package\nCMD ["mvn", "spring-boot:run"]\n'),
        Example(
            before="FROM python:3.11 AS build\nRUN pip install build\nFROM python:3.11-slim\nCOPY --from=build /x /x\n"
        ),
    ),
)
