"""Links are followed in one way, whoever asks: the merged files, an image, the owners of files."""

from __future__ import annotations

import time

import pytest

from image.archives import old_layout, tar_of
from image.test_archive import read
from jettison.image.image import FileEntry
from jettison.inventory.links import MAX_LINKS, followed


def entry(kind: str, link: str = "") -> FileEntry:
    return FileEntry(kind, 0, 0o755, 0, 0, link, 0)


def chain(length: int) -> dict[str, FileEntry]:
    """Return l0 -> l1 -> ... -> l<length>, which is a folder with a file."""
    files = {f"l{number}": entry("link", f"l{number + 1}") for number in range(length)}
    return {**files, f"l{length}": entry("dir"), f"l{length}/x": entry("file")}


def test_as_many_links_as_a_system_follows() -> None:
    assert followed("l0/x", chain(MAX_LINKS), there=True) == f"l{MAX_LINKS}/x"
    assert followed("l0/x", chain(MAX_LINKS + 1)) is None


@pytest.mark.parametrize(
    ("path", "real", "there"),
    [
        ("bin/sh", "usr/bin/sh", "usr/bin/sh"),
        ("abs/bin/sh", "usr/bin/sh", "usr/bin/sh"),
        ("up/bin/sh", "usr/bin/sh", "usr/bin/sh"),
        ("bin/../lib", "usr/lib", None),
        ("usr//bin/./sh", "usr/bin/sh", "usr/bin/sh"),
        ("bin/new/file", "usr/bin/new/file", None),
        ("loop/x", None, None),
        ("deep/x", None, None),
        ("..", "", ""),
    ],
)
def test_where_a_path_leads(path: str, real: str | None, there: str | None) -> None:
    files = {
        "usr": entry("dir"),
        "usr/bin": entry("dir"),
        "usr/bin/sh": entry("file"),
        "bin": entry("link", "usr/bin"),
        "abs": entry("link", "/usr"),
        "up": entry("link", "../../../usr"),
        "loop": entry("link", "loop"),
        "deep": entry("link", "a/" * 100),
    }
    assert (followed(path, files), followed(path, files, there=True)) == (real, there)


def test_links_that_lead_to_links_end_soon() -> None:
    files = {f"{number}": entry("link", f"{number + 1}/" * 60) for number in range(100)}
    start = time.process_time()
    for _ in range(100):
        followed("0", files)
    assert time.process_time() - start < 5


def test_a_package_and_the_image_agree_on_where_a_file_is() -> None:
    """A file below more links than a system follows is nobody's, and lies where its name says."""
    links = [(f"l{number}", "link", f"l{number + 1}") for number in range(MAX_LINKS + 1)]
    image = read(old_layout(tar_of(*links), tar_of(("l0/x", "file", b"x"), ("l1/y", "file", b"y"))))
    assert {path for path, entry in image.files.items() if entry.kind == "file"} == {"l0/x", f"l{MAX_LINKS + 1}/y"}
