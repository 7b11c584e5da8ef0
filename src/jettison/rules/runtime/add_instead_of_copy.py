"""ADD where COPY serves.

ADD also downloads and unpacks. Where neither is wanted, COPY says what happens and cannot surprise
when a file is one day an archive. The fix is safe where the build context or the name shows that no
source is an archive.

Source: Dockerfile reference, "ADD or COPY".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

_SPECIAL = re.compile(
    r"(?i)^(?:https?|ftp|git|ssh)://|^git@|\.git(?:#|$)|\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst)\b|\$"
)
# A pattern whose end says which kind of file fits.
_OPEN = re.compile(r"[*?\[](?!.*\.[A-Za-z0-9]+$)", re.DOTALL)
_ARCHIVE = re.compile(rb"\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|.{257}ustar", re.DOTALL)
_MAX_READ: Final = 50
_FLAGS = frozenset(("chown", "chmod", "link", "exclude"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ADD of plain local files."""
    for stage in model.stages:
        for node, later in stage.every("ADD"):
            if len(node.words) < 2 or node.heredocs or any(flag.name not in _FLAGS for flag in node.flags):
                continue
            sources = [word.value for word in node.words[:-1]]
            if not later and any("$" in source for source in sources):
                scope = model.scope_at(node, stage)
                sources = [scope.value(word.raw, model.file.escape) for word in node.words[:-1]]
            if any(not source or _SPECIAL.search(source) for source in sources):
                continue
            open_ones = any(_OPEN.search(posixpath.basename(source)) for source in sources)
            if open_ones and (later or not _takes_plain_files(model, node)):
                continue
            keyword = "copy" if model.source.text(node.keyword_span).islower() else "COPY"
            # What a variable or a pattern stands for may be another file in the next build.
            fixed = not open_ones and sources == [word.value for word in node.words[:-1]]
            context = None if later else model.context
            level = SAFE if fixed and all(_is_plain(context, source) for source in sources) else UNSAFE
            yield RULE.at(node.span, fix=Fix("Use COPY", (Edit(node.keyword_span, keyword),), level))


def _takes_plain_files(model: Model, node: Instruction) -> bool:
    """Return whether the build context shows what the patterns of an ADD take, and that none of it is an archive."""
    context = model.context
    if context is None:
        return False
    taken = [copied for copied in model.copied() if copied.node is node]
    if not all(copied.files for copied in taken) or sum(len(copied.files) for copied in taken) > _MAX_READ:
        return False
    files = [file.path for copied in taken for file in copied.files]
    return bool(files) and not any(_ARCHIVE.match(context.read(path, 512)) for path in files)


def _is_plain(context: BuildContext | None, path: str) -> bool:
    # ADD knows an archive by its content, whatever its name.
    name = posixpath.normpath(path).lstrip("/")
    if name == ".":
        return True
    if context is not None and context.exists(name):
        return not _ARCHIVE.match(context.read(name, 512))
    return "." in posixpath.basename(name).lstrip(".")


RULE = Rule(
    code="JT403",
    name="add-instead-of-copy",
    group="runtime",
    message="ADD where COPY serves",
    check=check,
    triggers=("add",),
    severity=Severity.LOW,
    foreign=("DL3020", "DS-0005", "CKV_DOCKER_4", "CIS-DI-0009", "9513a694-aa0d-41d8-be61-3271e056f36b"),
    examples=(
        Example(
            before="FROM debian:bookworm\nADD app.py /srv/\n",
            after="FROM debian:bookworm\nCOPY app.py /srv/\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nADD data /srv/\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nADD data /srv/\n",
            after="FROM debian:bookworm\nCOPY data /srv/\n",
            lines=(2,),
            files=(("data", "plain\n"),),
        ),
        Example(
            before="FROM debian:bookworm\nONBUILD ADD app.py /srv/\n",
            after="FROM debian:bookworm\nONBUILD COPY app.py /srv/\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nADD *.py schema.json /srv/\n",
            after="FROM debian:bookworm\nCOPY *.py schema.json /srv/\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nARG FILE=app.py\nADD $FILE /srv/\nADD $OTHER /srv/\n",
            after="FROM debian:bookworm\nARG FILE=app.py\nCOPY $FILE /srv/\nADD $OTHER /srv/\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nENV FILE=app.tar.gz\nADD $FILE /srv/\n"),
        Example(before="FROM debian:bookworm\nADD app* *.t?z a.[tz]* /srv/\n"),
        Example(
            before="FROM ruby:3.4\nADD Gemfile* ./\n",
            after="FROM ruby:3.4\nCOPY Gemfile* ./\n",
            lines=(2,),
            level=UNSAFE,
            files=(("Gemfile", "gem 'puma'\n"), ("Gemfile.lock", "puma\n")),
        ),
        Example(
            before="FROM debian:bookworm\nADD app* /srv/\n",
            files=(("app.ini", "a=1\n"), ("app.tar.zst", "\x28\x02\n"), ("app.gz", "BZh\n")),
        ),
        Example(before="FROM debian:bookworm\nADD app.tar.gz /srv/\nADD https://example.org/x /x\n"),
    ),
)
