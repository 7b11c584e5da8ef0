"""What wrote a layer, where a build put several instructions into one (`--squash`, Buildah without `--layers`).

Its history gives that layer to the last of them, be it one that writes no file, or to an entry of its own without a text;
those in front of it are said to have made none.

Source: OCI image specification, "History"; the histories that Buildah and the classic builder write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.image.image import HistoryEntry

# Instructions that write no file.
SETTINGS: Final = frozenset(
    ("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL", "STOPSIGNAL", "USER", "VOLUME")
)  # fmt: skip
# A shell and its options, as in `/bin/bash -o pipefail -c #(nop) `.
_NOP: Final = r"\S{1,80} (?:(?:[-/]\S{1,20}|pipefail) ){1,6}#\(nop\)\s+"
_SETTING: Final = re.compile(rf"(?:{_NOP})?(?:{'|'.join(sorted(SETTINGS))})(?:\s|\Z)")
_WRAPPING: Final = re.compile(
    rf"{_NOP}|(?:RUN )?(?:\|\d{{1,3}} [^\n]{{0,4000}}? ?)?/\S{{0,60}}sh (?:-\w{{1,8}} ){{1,4}}"
)


def layer_texts(history: Sequence[HistoryEntry]) -> list[str]:
    """Return what wrote each layer, as the builder noted it; of a layer of several steps all those that may have."""
    texts: list[str] = []
    steps: list[str] = []
    for entry in history:
        text = entry.created_by
        if entry.empty:
            if text and not _SETTING.match(text):
                steps.append(text)
            continue
        texts.append(_together(steps) if steps and is_setting(text) else text)
        steps = []
    return texts


def is_setting(created_by: str) -> bool:
    """Return whether an entry's instruction wrote no file, or is none."""
    return not created_by or _SETTING.match(created_by) is not None


def _together(steps: list[str]) -> str:
    if len(steps) == 1:
        return steps[0]
    return f"{len(steps)} steps in one layer: {'; '.join(map(_plain, steps))}"


def _plain(step: str) -> str:
    """Return a step without what the builder put in front of it."""
    wrapping = _WRAPPING.match(step)
    return step[wrapping.end() :].strip() if wrapping else step.strip()
