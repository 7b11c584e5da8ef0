"""Whether the start command is there, seen from the files alone."""

from __future__ import annotations

import pytest

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED
from jettison.proof.closure import entry_claim


def image(files: dict[str, int], user: str = "") -> Image:
    """Return an image that starts /srv/app; files: path -> mode."""
    config = ImageConfig((), ("/srv/app",), (), user, "", (), (), (), (), "", ())
    kinds = {path: FileEntry("file", 1, mode, 0, 0, "", 0) for path, mode in files.items()}
    folder = {"srv": FileEntry("dir", 0, 0o755, 0, 0, "", 0)}
    return Image(config, (), {**folder, **kinds}, {}, {}, {})


@pytest.mark.parametrize(
    ("before", "after", "verdict", "said"),
    [
        ({"srv/app": 0o755}, {"srv/app": 0o755}, PROVEN, "/srv/app, as root"),
        ({"srv/app": 0o755}, {}, REFUTED, "/srv/app is not in the image"),
        ({"srv/app": 0o755}, {"srv/app": 0o644}, REFUTED, "may not pass /srv/app"),
        # What the original lacks too, a rewrite need not bring.
        ({}, {}, NOT_PROVEN, "/srv/app is not in the image; in the original it is the same"),
        ({}, {"srv/app": 0o644}, REFUTED, "may not pass"),
        ({}, {"srv/app": 0o755}, PROVEN, "as root"),
    ],
)
def test_what_is_started(before: dict[str, int], after: dict[str, int], verdict: str, said: str) -> None:
    claim = entry_claim(image(before), image(after))
    assert claim.verdict == verdict
    assert said in claim.evidence[0]
    assert bool(claim.causes) is (verdict == REFUTED)
