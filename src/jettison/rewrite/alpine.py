"""Alpine as the base of the final stage: small, with a shell and a package manager, and another C library.

A program that needs no library runs on it as it is. One whose dependencies are built for musl is built anew there: whether
they are, the build decides, and the proof what that comes to.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from jettison.knowledge.musl_bases import APK, C_LIBRARY, HOLDS, apk_add
from jettison.knowledge.runtime_files import ALWAYS

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.needs import Needs
    from jettison.rewrite.multistage import Job


def is_static(image: Image, needs: Needs) -> bool:
    """Return whether the project's own programs need neither a library nor a package that Alpine has not got as such."""
    own = [elf for path in needs.own if (elf := image.elves.get(path)) is not None]
    if not own or any(elf.interpreter or elf.needed for elf in own) or needs.shell:
        return False
    rest = {*needs.packages, *needs.apart} - {*ALWAYS, *HOLDS, *APK, "openssl"}
    return all(any(fnmatchcase(package, pattern) for pattern in C_LIBRARY) for package in rest)


def alpine_setup(needs: Needs) -> str:
    """Return the RUN that brings what a static program needs beside itself, "" for nothing."""
    return apk_add([apk for package, apk in APK.items() if package in needs.packages])


def builds_on_musl(job: Job, packages: tuple[str, ...], folder: str = "") -> bool:
    """Return whether a project may be built anew on musl: it takes no system package, and has no native addon.

    packages: those that its runtime stage installs; folder: name of the one that addons lie in, "" where what is
    installed comes as built for either C library.
    """
    calls = (call for run in job.model.runs for call in job.model.facts(run))
    if packages or "alpine" in job.without or any(call.manager == "apt" for call in calls):
        return False
    image = job.evidence.image
    if image is None or not folder:
        return True
    return not any(folder in path.split("/") and "musl" not in path for path in image.elves)
