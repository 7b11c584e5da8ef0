"""A large file is copied into the image, and nothing speaks of it.

Dumps, recordings, archives, installers and logs lie in project folders by accident and travel into the image
with `COPY .`: they are stored, pushed and pulled with every release.

Leave it out with .dockerignore. Reported are files of such a kind from 5 MB (setting `limit_megabytes`) that
come with a folder, whose name is neither in the Dockerfile nor in the project's own text files.

Source: Docker documentation, "Build context".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Impact
from jettison.knowledge.context_contents import SELDOM_USED
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import BuildContext, ContextFile
    from jettison.model.dockerfile import Model

_SUFFIXES = tuple(SELDOM_USED["suffixes"])
# Reading stops here: in a larger project nothing can be said, and nothing is.
_MAX_TEXT_FILE, _MAX_TEXT, _MAX_FILES = 256 * 1024, 4 * 1024 * 1024, 2_000
_SHOWN = 3


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each copy into the final image that takes such files."""
    context = model.context
    if context is None:
        return
    limit = int(RULE.option(model, "limit_megabytes")) * 1_000_000
    told: set[str] = set()
    for copy in model.copied():
        if copy.named or copy.mount or not model.in_final_image(copy.stage):
            continue
        files = [file for file in copy.files if file.size >= limit and _seldom_used(file) and file.path not in told]
        names = unnamed(context, [file for file in files if not model.text_has(_name(file).lower())])
        if names:
            told.update(file.path for file in names)
            size = sum(file.size for file in names)
            shown = ", ".join(file.path[-60:] for file in names[:_SHOWN])
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            text = f"{shown}{more}: {size / 1_000_000:.0f} MB that nothing names"
            yield RULE.at(copy.span, text, impact=Impact((size, size), None, (size, size), "measured"))


def _name(file: ContextFile) -> str:
    return file.path.rsplit("/", 1)[-1]


def _seldom_used(file: ContextFile) -> bool:
    name = _name(file).lower()
    return name.endswith(_SUFFIXES) or name in SELDOM_USED["names"]


def unnamed(context: BuildContext, files: list[ContextFile]) -> list[ContextFile]:
    """Return the files that no text file of the context names; none where there is too much to read."""
    if not files:
        return []
    texts = [file for file in context.files() if 0 < file.size <= _MAX_TEXT_FILE]
    if len(texts) > _MAX_FILES or sum(file.size for file in texts) > _MAX_TEXT:
        return []
    left = {_name(file).encode("utf-8", "surrogateescape"): file for file in files}
    for text in texts:
        data = context.read(text.path, _MAX_TEXT_FILE)
        for name in [name for name in left if name in data]:
            del left[name]
        if not left:
            return []
    return sorted(left.values(), key=lambda file: (-file.size, file.path))


RULE = Rule(
    code="JT150",
    name="unused-large-file",
    group="size",
    message="a large file is copied and nothing speaks of it",
    check=check,
    needs_context=True,
    triggers=("copy", "add"),
    confidence=Confidence.MEDIUM,
    options={"limit_megabytes": 5},
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY . /srv\n",
            lines=(2,),
            files=(("backup/2023.sql", "x" * 1_100_000), ("app.py", "print()\n")),
            options={"limit_megabytes": 1},
        ),
        Example(
            before="FROM debian:bookworm\nCOPY . /srv\n",
            files=(("seed.sql", "x" * 1_100_000), ("app.py", "open('seed.sql')\n")),
            options={"limit_megabytes": 1},
        ),
        Example(
            before="FROM debian:bookworm\nCOPY seed.sql /srv/\n",
            files=(("seed.sql", "x" * 1_100_000),),
            options={"limit_megabytes": 1},
        ),
    ),
)
