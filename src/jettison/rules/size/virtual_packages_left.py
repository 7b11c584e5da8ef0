"""Packages for building are put into a virtual package, which is never deleted.

`apk add --virtual .build-deps` gives packages a name so that `apk del .build-deps` takes them out again. It does so
only in the same RUN: without it, or in a later RUN, compilers and headers stay in the image.

End the same RUN with `apk del`.

Source: apk-add(8), --virtual; OCI image layer specification, "Whiteouts".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Finding, Fix, Impact
from jettison.rules.base import Example, Rule
from jettison.rules.edits import append_command

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

# A virtual package may as well name what the program needs (.run-deps): only these say that it is for building.
_BUILDING: Final = ("build", "dev", "compil", "fetch", "make", "temp", "tmp")
_RUNNING: Final = ("run", "persist")

_MAX_FINDINGS: Final = 50


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each virtual package for building that its own RUN does not delete."""
    told = 0
    for run in model.runs:
        if told >= _MAX_FINDINGS or not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            name = _virtual(call)
            if not name or _deletes(model, run, name):
                continue
            told += 1
            later = [r for r in model.runs if r.instruction.span.start > run.instruction.span.start]
            hidden = any(_deletes(model, other, name) for other in later)
            text = "is deleted in a later layer, its bytes stay" if hidden else "is never deleted"
            edit = None if any(r.stage is run.stage for r in later) else append_command(model, run, f"apk del {name}")
            fix = Fix("Delete it in the same RUN", (edit,), UNSAFE) if edit else None
            impact = Impact(bytes_saved=(2_000_000 * len(call.packages), 40_000_000 * len(call.packages)))
            yield RULE.at(call.command.span, f"{name[:60]} {text}", fix, impact)


def _virtual(call: PackageCall) -> str:
    if call.manager != "apk" or call.action != "install":
        return ""
    words = call.command.arguments
    for at, word in enumerate(words):
        name = ""
        if word in ("-t", "--virtual") and at + 1 < len(words):
            name = words[at + 1]
        elif word.startswith("--virtual="):
            name = word.partition("=")[2]
        lower = name.lower()
        if any(mark in lower for mark in _BUILDING) and not any(mark in lower for mark in _RUNNING):
            return name
    return ""


def _deletes(model: Model, run: Run, name: str) -> bool:
    return any(
        call.manager == "apk"
        and call.action == "remove"
        and any(word.value == name or "$" in word.value for word in call.packages)
        for call in model.facts(run)
    )


RULE = Rule(
    code="JT154",
    name="virtual-packages-left",
    group="size",
    message="a virtual package for building is never deleted",
    check=check,
    triggers=("apk",),
    examples=(
        Example(
            before="FROM alpine:3.20\nRUN apk add --no-cache --virtual .build-deps gcc musl-dev && make\n",
            after="FROM alpine:3.20\nRUN apk add --no-cache --virtual .build-deps gcc musl-dev && make && apk del .build-deps\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM alpine:3.20\nRUN apk add --no-cache -t .build gcc\nRUN make\nRUN apk del .build\n", lines=(2,)
        ),
        Example(before="FROM alpine:3.20\nRUN apk add --no-cache --virtual .build gcc && make && apk del .build\n"),
        Example(before="FROM alpine:3.20\nRUN apk add --no-cache --virtual .run-deps libpq\n"),
    ),
)
