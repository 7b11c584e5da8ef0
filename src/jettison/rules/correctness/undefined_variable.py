"""An instruction uses a variable that nothing sets.

The frontend replaces it by nothing: `COPY $SCR /app` becomes `COPY /app`. An ARG above FROM is not seen in
a stage until the stage names it again.

Reported where the variable is surely not set: it is declared above FROM only, it looks like a typing
error of a known name, or the base is scratch or a plain distribution, which sets no more than PATH.
`${NAME:-default}` is never reported. HOME, the proxies and their like are set while a command runs, not where the
frontend replaces: `ENV PATH=$HOME/bin:$PATH` puts `/bin` there. TARGETARCH and the other arguments of the platform need
an ARG in the stage.

The text of a here-document of COPY or ADD is replaced, too, unless its name is quoted: `$uri` in a web server's
settings is gone then. Names in small letters are reported there on any base.

Source: Dockerfile reference, "Environment replacement", "Here-Documents"; BuildKit build checks, UndefinedVar.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix
from jettison.model.scope import PLATFORM_ARGS
from jettison.rules.base import Example, Rule
from jettison.rules.nearest import nearest
from jettison.span import Span
from jettison.syntax.expand import references
from jettison.syntax.words import Word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

_EXPANDED: Final = frozenset(
    ("ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "ARG")
)
# Commands of a build or of a container find these set (Dockerfile reference, "Predefined ARGs"): no typing errors.
_AT_RUN_TIME: Final = frozenset(
    "HTTP_PROXY http_proxy HTTPS_PROXY https_proxy FTP_PROXY ftp_proxy NO_PROXY no_proxy ALL_PROXY all_proxy "
    "SOURCE_DATE_EPOCH HOME HOSTNAME TERM USER SHELL PWD".split()
)
_FLAGS: Final = frozenset(("chown", "chmod"))
# Images whose configuration sets nothing but PATH.
_PLAIN: Final = frozenset("scratch debian ubuntu alpine busybox fedora centos rockylinux almalinux archlinux".split())


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each reference to a variable that is surely not set."""
    for stage in model.stages:
        plain = model.lineage(stage)[0].base.name in _PLAIN
        for node in stage.instructions:
            if node.keyword in _EXPANDED:
                yield from _in_node(model, stage, node, plain)


def _in_node(model: Model, stage: Stage, node: Instruction, plain: bool) -> Iterable[Finding]:
    known: set[str] | None = None
    for word in _words(node):
        if "$" not in word.raw:
            continue
        if known is None:
            scope = model.scope_at(node, stage)
            known = {*scope.env, *scope.args, *_declared(model, stage, node)}
        for name, start, end in references(word.raw, model.file.escape):
            if name in known or name == "PATH" or end - start > len(name) + 3:
                continue
            if not name[0].isalpha() and name[0] != "_":
                continue
            yield from _finding(model, word, (name, start, end), known, plain)
    if node.heredocs and node.keyword != "RUN":
        yield from _in_texts(model, stage, node, plain)


def _in_texts(model: Model, stage: Stage, node: Instruction, plain: bool) -> Iterable[Finding]:
    """Yield a finding for the first name that nothing sets in each here-document whose text is replaced."""
    for heredoc in node.heredocs:
        if not heredoc.expand or "$" not in heredoc.body:
            continue
        scope = model.scope_at(node, stage)
        known = {"PATH", *scope.env, *scope.args, *_declared(model, stage, node)}
        # Quotes are characters like others there.
        found = references(heredoc.body.replace("'", " "), model.file.escape)
        lost = [
            name
            for name, start, end in found
            if name not in known and (plain or name.islower()) and name[0].isalpha() and end - start <= len(name) + 3
        ]
        if lost:
            text = f"nothing sets {lost[0][:60]}, so that nothing stands in its place; quote the name: <<'{heredoc.name[:40]}'"
            yield RULE.at(heredoc.operator_span, text)


def _finding(model: Model, word: Word, place: tuple[str, int, int], known: set[str], plain: bool) -> Iterable[Finding]:
    name, start, end = place
    span = word.span
    exact = word.span.end - word.span.start == len(word.raw.encode("utf-8", "surrogateescape")) and word.raw.isascii()
    if exact:
        span = Span(word.span.start + start, word.span.start + end)
    if name in model.meta or any(name == n.value for node in model.meta_args for n, _ in node.pairs):
        yield RULE.at(span, f"{name[:60]} is declared above FROM only; the stage needs an ARG {name[:60]} of its own")
        return
    if name in PLATFORM_ARGS:
        yield RULE.at(span, f"{name} is set where the stage asks for it: ARG {name}")
        return
    near = nearest(name, sorted(known)) if name not in _AT_RUN_TIME else None
    if near:
        text = f"${near}" if end - start == len(name) + 1 else f"${{{near}}}"
        fix = Fix(f"Use {near}", (Edit(span, text),), UNSAFE) if exact else None
        yield RULE.at(span, f"nothing sets {name[:60]}; did you mean {near}?", fix)
    elif plain:
        yield RULE.at(span, f"nothing sets {name[:60]}")


def _words(node: Instruction) -> list[Word]:
    if node.pairs:
        return [value for _, value in node.pairs if value is not None]
    return [*_flag_values(node), *node.words] if node.flags else list(node.words)


def _flag_values(node: Instruction) -> Iterable[Word]:
    for flag in node.flags:
        if flag.name in _FLAGS and flag.value and flag.value_span is not None:
            yield Word(flag.value, flag.value, flag.value_span)


def _declared(model: Model, stage: Stage, node: Instruction) -> Iterable[str]:
    for each in model.lineage(stage):
        for other in each.instructions:
            if each is stage and other.span.start >= node.span.start:
                return
            if other.keyword == "ARG":
                yield from (name.value for name, _ in other.pairs)


RULE = Rule(
    code="JT707",
    name="undefined-variable",
    group="correctness",
    message="nothing sets this variable",
    check=check,
    triggers=("$",),
    foreign=("UndefinedVar",),
    differs="BuildKit knows the variables of the base image, which it pulls; this rule stays silent where the base may set the name.",
    examples=(
        Example(before="FROM alpine:3.20\nCOPY $SRC /app\n", lines=(2,)),
        Example(before="ARG V=1\nFROM node:20\nLABEL version=$V\n", lines=(3,)),
        Example(
            before="FROM node:20\nENV APP_HOME=/app\nWORKDIR $APP_HMOE\n",
            after="FROM node:20\nENV APP_HOME=/app\nWORKDIR $APP_HOME\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:12\nENV PATH=$HOME/bin:$PATH A=$http_proxy\nCOPY --chown=$OWNER a /a\n", lines=(2, 2, 3)
        ),
        Example(before="FROM node:20\nENV ARCH=$TARGETARCH\nARG TARGETOS\nENV OS=$TARGETOS DIR=$HOME\n", lines=(2,)),
        Example(
            before="FROM nginx:1.27\nCOPY <<E <<'F' /etc/nginx/conf.d/\nroot '$uri' \\$a $NGINX_VERSION;\nE\nroot $uri;\nF\n",
            lines=(2,),
        ),
        Example(before="FROM node:20\nENV PATH=$PATH:/x\nCOPY $SRC /app\nARG V\nLABEL a=$V b=${W:-1}\n"),
    ),
)
