"""What the findings mean that only a built image shows."""

from __future__ import annotations

from typing import Final, NamedTuple

from jettison.image._compiled import FINDING_KINDS


class ImageFinding(NamedTuple):
    """One kind of finding. message: in one line; about: why and where it stands; todo: what to do."""

    code: str
    name: str
    message: str
    about: str
    todo: str


KINDS: Final = tuple(ImageFinding(code, **texts) for code, texts in FINDING_KINDS.items())


def kind_of(name: str) -> ImageFinding | None:
    """Return the kind with a code or a name, None when there is none."""
    return next((kind for kind in KINDS if name.lower() in (kind.code.lower(), kind.name)), None)
