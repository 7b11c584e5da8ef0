"""Files that the original deleted after installing, where a base with a package manager installs them again.

Debian's Apache puts a page into /var/www/html when it is installed; a file that the original removed must not come back.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from jettison.knowledge.runtime_files import dropped, is_unread

if TYPE_CHECKING:
    from jettison.image.image import Image

# More than so many files are a clean-up, not a choice: they are left as the packages bring them.
MAX_FILES: Final = 20


def deleted_again(image: Image, base_layers: int, folders: Collection[str]) -> str:
    """Return the RUN that deletes them, or "": what the layers above the base brought and took away again.

    folders: those that packages make, without leading slashes.
    """
    if image.stack is None:
        return ""
    waste = dropped("of_program")
    paths = {
        each.path
        for each in image.stack.covered
        if each.replacement is None and each.entry.layer >= base_layers and each.entry.layer != each.by
    }
    paths = {path for path in paths if path not in image.files and posixpath.dirname(path) in folders}
    paths = {path for path in paths if not waste.match(path) and not is_unread(path)}
    if not paths or len(paths) > MAX_FILES:
        return ""
    return f"RUN rm -rf {' '.join(shlex.quote(f'/{path}') for path in sorted(paths))}\n"
