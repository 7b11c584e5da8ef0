"""What installing again would bring back."""

from __future__ import annotations

from jettison.image.image import FileEntry, Image, ImageConfig
from jettison.image.stack import Covered, Stack
from jettison.rewrite.deleted import MAX_FILES, deleted_again

CONFIG = ImageConfig((), ("apachectl",), (), "", "/", (), (), (), (), "", ())
FOLDERS = {"var/www/html", "var/cache", "usr/share/doc/tool"}


def image(deleted: dict[str, tuple[int, int]]) -> Image:
    """Return an image; deleted: path -> (the layer that wrote it, the layer that deleted it)."""
    stack = Stack()
    stack.covered = [
        Covered(path, FileEntry("file", 1, 0o644, 0, 0, "", wrote), by, None) for path, (wrote, by) in deleted.items()
    ]
    return Image(CONFIG, (), {}, {}, {}, {}, stack=stack)


def test_what_was_deleted_after_installing_is_deleted_again() -> None:
    found = image({"var/www/html/index.html": (1, 2), "app/download.tar": (1, 2), "var/cache/x": (1, 2)})
    assert deleted_again(found, 1, FOLDERS) == "RUN rm -rf /var/www/html/index.html\n"


def test_what_the_base_had_and_a_great_clean_up_are_left() -> None:
    assert deleted_again(image({"var/www/html/index.html": (0, 2)}), 1, FOLDERS) == ""
    many = {f"var/www/html/{number}": (1, 2) for number in range(MAX_FILES + 1)}
    assert deleted_again(image(many), 1, FOLDERS) == ""
