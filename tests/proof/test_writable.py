"""Whether the user of an image may write where it might before."""

from __future__ import annotations

import pytest

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.proof.claims import PROVEN, REFUTED
from jettison.proof.writable import writable_claim

PASSWD = b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"
GIVEN = {"app": (0o755, 1000), "app/up": (0o755, 1000), "srv": (0o755, 0), "tmp": (0o1777, 0)}


def image(folders: dict[str, tuple[int, int]], user: str = "app") -> Image:
    """Return an image that runs in /app; folders: path -> (mode, owner)."""
    config = ImageConfig((), (), (), user, "/app", (), (), (), (), "", ())
    files = {path: FileEntry("dir", 0, mode, uid, uid, "", 0) for path, (mode, uid) in folders.items()}
    return Image(config, (), files, {}, {"etc/passwd": PASSWD}, {})


@pytest.mark.parametrize(
    ("after", "verdict", "said"),
    [
        (GIVEN, PROVEN, "3 folders, as app"),
        ({**GIVEN, "app/up": (0o755, 0)}, REFUTED, "/app/up cannot be written any more"),
        ({**GIVEN, "app/up": (0o775, 0)}, REFUTED, "/app/up cannot be written any more"),
        ({**GIVEN, "app/up": (0o777, 0)}, PROVEN, "3 folders"),
        # A folder that is not there at all is a matter of what the program needs, but the one that it runs in.
        ({path: how for path, how in GIVEN.items() if path != "app/up"}, PROVEN, "2 folders"),
        ({"tmp": (0o1777, 0)}, REFUTED, "/app cannot be written any more"),
    ],
)
def test_what_is_lost_is_refuted(after: dict[str, tuple[int, int]], verdict: str, said: str) -> None:
    claim = writable_claim(image(GIVEN), image(after))
    assert claim is not None and claim.verdict == verdict
    assert said in claim.evidence[0]


def test_root_and_another_user_are_no_matter_of_it() -> None:
    assert writable_claim(image(GIVEN, ""), image({}, "")) is None
    assert writable_claim(image(GIVEN), image({}, "10001")) is None
