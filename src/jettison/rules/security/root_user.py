"""The container runs as root.

Without USER the program is root inside the container: an attacker who takes it over owns every file
of the image and needs one kernel bug less to leave it.

Create a user, or name a numeric one, and switch to it before CMD. The fix does so with the tools of
the base image; it is not safe, since the program may write where only root can, or need a right. Where the image holds
gosu, su-exec or their like, whose purpose is that an entry script gives root up, and where s6-overlay's init is started,
there is no fix.

Source: Docker documentation, "Building best practices", USER.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Confidence, Effort, Finding, Fix
from jettison.knowledge.users import DROPS_ROOT, HELPERS, add_user, family, ready_user, runs_as_non_root
from jettison.model.scope import DEFAULT_SHELL
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_sources, before_start

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import BaseRef, Stage

_ID = 10001
# They start a server as root and keep it so, also where the file names no start of its own.
_SERVERS = frozenset(("tomcat", "tomee"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when the final image is known to run as root."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    base = model.lineage(final)[0].base
    user = scope.user.split(":", 1)[0]
    if user in ("root", "0"):
        node = next((n for n in reversed(final.instructions) if n.keyword == "USER"), final.from_)
        yield RULE.at(node.span, "the last USER is root")
    elif (
        not _sets_user(model, final)
        and (scope.cmd or scope.entrypoint or base.name in _SERVERS)
        and _root_by_default(base)
    ):
        helper = next((word for word in HELPERS if model.text_has(word)), "")
        if helper:
            # An entry script that has such a program needs root to begin with.
            text = f"no USER is set: the container starts as root, and may give that up by {helper.rstrip('-')}"
            yield RULE.at(final.from_.span, text)._replace(confidence=Confidence.LOW)
            return
        finding = RULE.at(final.from_.span, fix=_fix(model, final, base))
        # Who made a base outside the official images may have set a user there.
        message = f"no USER is set: the container runs as root unless {base.name} sets one"
        yield (finding if "/" not in base.name else finding._replace(confidence=Confidence.LOW, message=message))


def _sets_user(model: Model, final: Stage) -> bool:
    # A USER whose variable is empty here counts too: its value comes with the build.
    return any(node.keyword == "USER" for stage in model.lineage(final) for node in stage.instructions)


def _root_by_default(base: BaseRef) -> bool:
    return not base.unresolved and not runs_as_non_root(base.name, base.tag)


def _fix(model: Model, stage: Stage, base: BaseRef) -> Fix | None:
    kind = family(base.name, base.tag)
    ready = ready_user(base.name)
    # A server's own folders belong to root: another user needs more than a line.
    if (
        kind is None
        or base.name in _SERVERS
        or _drops_root_itself(model, stage)
        or model.end_scope(stage).shell != DEFAULT_SHELL
    ):
        return None
    if ready is not None:
        name, numbers = ready
        return Fix(f"Run as the image's user {name}", (before_start(model, stage, (f"USER {numbers}",)),), UNSAFE)
    if kind == "empty":
        return Fix("Run as a numeric user", (before_start(model, stage, (f"USER {_ID}:{_ID}",)),), UNSAFE)
    add, use = add_user(kind, _ID), f"USER {_ID}:{_ID}"
    # Before the sources, so that a change of them adds the user no second time.
    early = before_sources(model, stage, add)
    edits = (before_start(model, stage, (add, use)),) if early is None else (early, before_start(model, stage, (use,)))
    return Fix("Add a user and run as it", edits, UNSAFE)


def _drops_root_itself(model: Model, stage: Stage) -> bool:
    """Return whether the start command is a server that needs root to begin with and gives it up for its workers."""
    scope = model.end_scope(stage)
    for node in (scope.entrypoint, scope.cmd):
        if node is not None:
            words = [word.value for command in model.shell_body(node, stage).commands for word in command.full_argv]
            if any(word in DROPS_ROOT or word.rsplit("/", 1)[-1] in DROPS_ROOT for word in words):
                return True
    return False


RULE = Rule(
    code="JT301",
    name="root-user",
    group="security",
    message="no USER is set: the container runs as root",
    check=check,
    triggers=("from",),
    effort=Effort.MEDIUM,
    foreign=(
        "DL3002",
        "DS-0002",
        "CKV_DOCKER_3",
        "tally/stateful-root-runtime",
        "CKV_DOCKER_8",
        "CIS-DI-0001",
        "fd54f200-402c-4333-a5a4-36ef6709af2f",
        "67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae",
    ),
    examples=(
        Example(
            before='FROM node:18-slim\nWORKDIR /srv\n# start\nCMD ["node", "app.js"]\n',
            after='FROM node:18-slim\nWORKDIR /srv\nUSER 1000:1000\n# start\nCMD ["node", "app.js"]\n',
            lines=(1,),
            level=UNSAFE,
        ),
        Example(
            before='FROM alpine:3.20\nCMD ["sleep", "1"]\n',
            after='FROM alpine:3.20\nRUN addgroup -S -g 10001 app && adduser -S -D -H -u 10001 -G app app\nUSER 10001:10001\nCMD ["sleep", "1"]\n',
            lines=(1,),
            level=UNSAFE,
        ),
        Example(
            before='FROM python:3.13-slim\nWORKDIR /srv\n# all of it\nCOPY . .\nCMD ["python", "a.py"]\n',
            after='FROM python:3.13-slim\nWORKDIR /srv\nRUN groupadd --system --gid 10001 app && useradd --system --uid 10001 --gid app --no-create-home --shell /usr/sbin/nologin app\n# all of it\nCOPY . .\nUSER 10001:10001\nCMD ["python", "a.py"]\n',
            lines=(1,),
            level=UNSAFE,
        ),
        Example(
            before='FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]',
            after='FROM scratch\nCOPY app /app\nUSER 10001:10001\nENTRYPOINT ["/app"]',
            lines=(1,),
            level=UNSAFE,
        ),
        Example(before="FROM tomcat:10\nCOPY app.war /usr/local/tomcat/webapps/\n", lines=(1,)),
        Example(before='FROM debian:bookworm\nCMD ["apachectl", "-D", "FOREGROUND"]\n', lines=(1,)),
        Example(before='FROM debian:bookworm\nCMD ["/init"]\n', lines=(1,)),
        Example(before='FROM alpine:3.20\nRUN apk add --no-cache su-exec\nENTRYPOINT ["/entry.sh"]\n', lines=(1,)),
        Example(before='FROM debian:bookworm\nUSER root\nCMD ["sleep", "1"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nUSER 10001\nCMD ["sleep", "1"]\n'),
        Example(before='FROM gcr.io/distroless/static-debian12:nonroot\nCMD ["/app"]\n'),
    ),
)
