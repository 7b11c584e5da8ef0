"""Whether the engine's own Dockerfile frontend accepts a text, found out without its bases and without a step run.

The text is put to the engine with `scratch` for every image that would have to be fetched. The frontend reads,
checks and translates the whole file before its first step starts: then the build is stopped.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.engine.base import BuildRequest
from jettison.errors import BuildError
from jettison.findings import Edit
from jettison.model.dockerfile import build_model
from jettison.span import Span
from jettison.syntax.edit import apply
from jettison.syntax.tree import Directive, parse

if TYPE_CHECKING:
    from jettison.engine.base import Engine, Event
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

# Something to do for a file that would only set metadata.
_LAST_STEP: Final = b"\nWORKDIR /jettison\n"
SECONDS: Final = 60.0


class _Translated(Exception):
    """The frontend is done: a step of the file began."""


def refusal(engine: Engine, dockerfile: bytes) -> str | None:
    """Return why the frontend of the engine refuses a text, None when it accepts it.

    A `# syntax=` line is left out, since its frontend would have to be fetched. A file without a stage is
    put as it is.

    Raises:
        EngineError: the engine cannot be asked, or takes longer than 60 s.
    """
    tag = f"jettison/probe:{secrets.token_hex(4)}"
    try:
        with tempfile.TemporaryDirectory(prefix="jettison-probe-") as context:
            request = BuildRequest(
                context, without_bases(dockerfile), None, tag, timeout_seconds=SECONDS, no_cache=True
            )
            engine.build(request, _stop_at_a_step)
    except _Translated:
        return None
    except BuildError as error:
        return str(error)
    finally:
        engine.remove_image(tag)
    return None


def _stop_at_a_step(event: Event) -> None:
    if event.kind == "step" and not event.text.startswith("[internal]"):
        raise _Translated


def without_bases(dockerfile: bytes) -> bytes:
    """Return the text with `scratch` for each image that no stage of it makes, and with a last step."""
    file = parse(dockerfile)
    model = build_model(file)
    edits = [
        Edit(stage.base.span, "scratch")
        for stage in model.stages
        if stage.base.stage is None and not stage.base.is_scratch
    ]
    names = {stage.name for stage in model.stages} | {str(stage.index) for stage in model.stages}
    edits += [edit for node in model.instructions("COPY", "ADD", "RUN") for edit in _foreign(model, node, names)]
    for node in file.nodes:
        if isinstance(node, Directive) and node.name == "syntax":
            # The whole line: after a blank one, a directive that follows would be a comment.
            edits.append(Edit(file.source.line_span(file.source.line(node.span.start)), ""))
    return apply(dockerfile, edits) + (_LAST_STEP if model.stages else b"")


def _foreign(model: Model, node: Instruction, names: set[str | None]) -> Iterator[Edit]:
    """Yield what takes an image's name out of --from=IMAGE and --mount=...,from=IMAGE."""
    for flag in node.flags:
        text = model.source.text(flag.span)
        for part in text.partition("=")[2].split(","):
            value = part.removeprefix("from=") if flag.name == "mount" else part
            if value == part and flag.name != "from":
                continue
            if value.lower() in names or value.isdigit() or not value:
                continue
            start = flag.span.start + len(text[: text.index(part) + len(part) - len(value)].encode())
            yield Edit(Span(start, start + len(value.encode())), "scratch")
