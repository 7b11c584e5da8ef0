"""R packages: the description that an installed one has at the top of its folder.

Source: Writing R Extensions, 1.1.1 "The DESCRIPTION file"; R adds the field Built when it installs a package.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded, paragraphs

WANTS: Final = {"name:DESCRIPTION": 1 << 20}
_FOLDER: Final = re.compile(r"(?:^|/)[A-Za-z][\w.]{0,200}/DESCRIPTION\Z")


def wanted(path: str) -> bool:
    """Return whether the file may describe a package; libraries lie anywhere, those of renv and packrat in a project."""
    return _FOLDER.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package with its version, nothing for one that is not installed."""
    fields = next(paragraphs(decoded(data)), {})
    name, version = clean(fields.get("package")), clean(fields.get("version"))
    # Of those that R comes with, not all say so.
    installed = "built" in fields or "/R/library/" in f"/{path}"
    folder = path.rpartition("/")[0]
    # R gives the folder of a package its name.
    if not name or not version or not installed or folder.rpartition("/")[2] != name:
        return []
    licence = clean(fields.get("license"), 80)
    return [Package("cran", name, version, licences=(licence,) if licence else (), path=path, folder=folder)]
