"""What of an image is not in its slim form, why, which line brought it, and how that line would have avoided it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from jettison.image.waste import visible_contents
from jettison.knowledge.runtime_files import is_unread
from jettison.slim.records import Gone

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.needs import Needs

MIN_BYTES: Final = 16 * 1024
HIDDEN: Final = "deleted or overwritten by a later layer"
DOCUMENTATION: Final = "documentation, headers and the like of packages"
PACKAGES: Final = "packages that nothing started or loaded needs"
_ADVICE: Final = {
    HIDDEN: "delete in the RUN that writes, or set owner and mode with COPY --chown and --chmod",
    DOCUMENTATION: "a slim base image leaves them out",
    PACKAGES: "install them in a build stage only, and with --no-install-recommends",
    "left by installing or building": "remove caches and lists in the same RUN, or put them on a cache mount",
    "a program that only installs": "install in a build stage and COPY the result",
}
_DEFAULT: Final = "build in a stage of its own and COPY only the result"


def what_went(before: Image, after: Image, needs: Needs) -> tuple[Gone, ...]:
    """Return the kinds of files that went, the largest first; small remainders are not listed."""
    lines = [entry.created_by for entry in before.history if not entry.empty]
    count: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    visible: dict[int, int] = defaultdict(int)
    for _, entry in visible_contents(before):
        visible[entry.layer] += entry.size
    for path, entry in before.files.items():
        if path in after.files or entry.kind == "dir":
            continue
        cell = count[_reason(path, needs), entry.layer]
        cell[0] += 1
        cell[1] += entry.size if entry.original is None else 0
    for number, layer in enumerate(before.layers):
        hidden = layer.size_unpacked - visible[number]
        if hidden > MIN_BYTES:
            count[HIDDEN, number] = [0, hidden]
    found = [
        Gone(reason, lines[layer] if layer < len(lines) else "", files, size, _ADVICE.get(reason, _DEFAULT))
        for (reason, layer), (files, size) in count.items()
        if size >= MIN_BYTES
    ]
    return tuple(sorted(found, key=lambda gone: -gone.bytes))


def _reason(path: str, needs: Needs) -> str:
    if path in needs.unneeded:
        return needs.unneeded[path]
    owner = needs.debian.owner.get(path)
    if owner is not None and (owner in needs.packages or is_unread(path)):
        return DOCUMENTATION
    return PACKAGES if owner is not None else "left by installing or building"
