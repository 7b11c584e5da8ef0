"""A Java runtime of only the modules that one program uses, linked in the build stage.

Source: JEP 282 (jlink); the jdeps and jlink manual pages of JDK 17.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.image.image import Image

FOLDER: Final = "/opt/java-runtime"
CACHE: Final = "/var/cache/java-runtime"
# Modules that programs reach by reflection alone, so that jdeps does not see them: TLS with elliptic curves,
# file systems in archives, sun.misc.Unsafe.
REFLECTED: Final = "jdk.crypto.ec,jdk.zipfs,jdk.unsupported"


class Linked(NamedTuple):
    """argv: the start command with the linked runtime; run: the RUN that links it; libraries: of the JVM, in the image."""

    argv: tuple[str, ...]
    run: str
    libraries: tuple[str, ...]


def linked(image: Image, argv: Sequence[str], mounts: bool = False) -> Linked | None:
    """Return the linked runtime for `java ... -jar FILE`, or None where the image has no full JDK.

    mounts: whether a runtime may be kept on a cache mount, so that a change of a source line links none again.
    """
    if not argv or posixpath.basename(argv[0]) != "java" or "-jar" not in argv[:-1]:
        return None
    jar = posixpath.normpath(posixpath.join("/", image.config.workdir, argv[argv.index("-jar") + 1]))
    tool = image.resolve("/usr/bin/jlink") or next((p for p in image.files if p.endswith("/bin/jlink")), None)
    if tool is None or image.find(jar) is None:
        return None
    home = posixpath.dirname(posixpath.dirname(tool))
    if not any(path.startswith(f"{home}/jmods/") for path in image.files):
        return None
    libraries = tuple(path for path in image.elves if path.startswith(f"{home}/lib/") and _is_core(path))
    jdeps = f"/{home}/bin/jdeps --print-module-deps --ignore-missing-deps --multi-release base {jar}"
    jlink = f'/{home}/bin/jlink --add-modules "$modules,{REFLECTED}" --strip-java-debug-attributes'
    options = "--no-header-files --no-man-pages --compress=2 --output"
    run = "# Only those modules of the Java runtime that the program uses.\n"
    if mounts:
        run += (
            f"RUN --mount=type=cache,target={CACHE},sharing=locked modules=$({jdeps}) \\\n"
            f'    && made={CACHE}/$(echo "$modules" | cat - /{home}/release | sha256sum | cut -c 1-32) \\\n'
            f'    && if [ ! -d "$made" ]; then rm -rf "$made.part" && {jlink} \\\n'
            f'        {options} "$made.part" && mv "$made.part" "$made"; fi \\\n'
            f'    && cp -a "$made" {FOLDER}\n'
        )
    else:
        run += f"RUN modules=$({jdeps}) \\\n    && {jlink} \\\n        {options} {FOLDER}\n"
    return Linked((f"{FOLDER}/bin/java", *argv[1:]), run, libraries)


def _is_core(path: str) -> bool:
    # The window system's libraries are loaded by the java.desktop module alone.
    return not any(name in path for name in ("awt", "font", "lcms", "jawt", "splash", "sound", "mlib", "javajpeg"))
