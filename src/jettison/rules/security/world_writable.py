"""Files that everyone may write.

Whoever gets into the container, as any user, can replace the program it runs. Give the files to the user who
needs them: COPY --chown, or chmod for the owner and group only.

/tmp and folders with the sticky bit are meant to be open and are not reported, nor is what the same RUN removes.

Source: CIS Docker Benchmark, 4.x; chmod(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run

_OCTAL: Final = re.compile(r"0?([0-7]?)[0-7][0-7]([2367])\Z")
_RECURSIVE: Final = re.compile(r"(?:^| )-[a-zA-Z]*[rR]")
_SYMBOLIC: Final = re.compile(r"(?:^|,)(?:[ug]*[oa][ugoa]*)?[+=][rwxX]*w")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each mode that lets others write."""
    for run in model.every_run:
        if not model.in_final_image(run.stage):
            continue
        for command in run.commands:
            if command.name != "chmod":
                continue
            words = [
                word
                for word in command.argv[1:]
                if not word.value.startswith("--") and word.value not in ("-R", "-v", "-f", "-Rf", "-fR", "-c")
            ]
            if len(words) < 2 or not is_open(words[0].value):
                continue
            if not all(_is_temporary(w.value) or _is_removed(run, w.value) for w in words[1:]):
                yield RULE.at(words[0].span, f"mode {words[0].value[:20]}: everyone may write {words[1].value[:60]}")
    for node, _ in model.every("COPY", "ADD"):
        flag = node.flag("chmod")
        if flag is not None and flag.value and is_open(flag.value) and model.in_final_image(model.stage_of(node)):
            yield RULE.at(flag.span, f"mode {flag.value[:20]}: everyone may write what is copied")


def _is_removed(run: Run, path: str) -> bool:
    """Return whether the same RUN removes this very path, so that it is in no image."""
    return any(
        c.name == "rm" and path in c.arguments and _RECURSIVE.search(" ".join(c.arguments)) for c in run.commands
    )


def is_open(mode: str) -> bool:
    """Return whether a chmod mode lets others write and has no sticky bit."""
    octal = _OCTAL.match(mode)
    if octal:
        return octal[1] not in ("1", "3", "5", "7")
    return (
        not mode[:1].isdigit()
        and "t" not in mode
        and _SYMBOLIC.search(mode) is not None
        and not mode.startswith(("u", "g", "+"))
    )


def _is_temporary(path: str) -> bool:
    return path.rstrip("/") in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")


RULE = Rule(
    code="JT323",
    name="world-writable",
    group="security",
    message="files that everyone may write",
    check=check,
    triggers=("chmod",),
    foreign=("tally/world-writable-state-path-workaround",),
    examples=(
        Example(before="FROM debian:bookworm\nRUN chmod -R 777 /srv\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nCOPY --chmod=0666 a /a\nRUN chmod a+rw /a\n", lines=(2, 3)),
        Example(before='FROM debian:bookworm\nRUN t="$(mktemp -d)" && chmod 777 "$t" && a "$t" && rm -rf "$t"\n'),
        Example(before="FROM debian:bookworm\nONBUILD COPY --chmod=777 . /srv/\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN chmod 755 /srv && chmod 1777 /tmp && chmod u+w /a && chmod +x /b\n"),
    ),
)
