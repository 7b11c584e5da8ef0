"""A Java runtime of only the modules that one program uses.

The list of modules is made where the program is, the runtime in a stage of its own: that stage reads nothing but the
list, so it stays in the cache as long as the list is the same, whatever changes in the program.

Source: JEP 282 (jlink); the jdeps and jlink manual pages of JDK 17.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.image.image import Image

FOLDER: Final = "/opt/java-runtime"
LIST: Final = "/opt/java-modules"
# Modules that programs reach by reflection alone, so that jdeps does not see them: TLS with elliptic curves,
# file systems in archives, sun.misc.Unsafe.
REFLECTED: Final = "jdk.crypto.ec,jdk.zipfs,jdk.unsupported"
# A tool that ends after a second gains nothing from the compiler for long runs: half of the processor's time.
_SHORT: Final = "-J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC"


class Linked(NamedTuple):
    """The parts of a linked runtime.

    argv: the start command with it; listing: a comment and the command that lists the modules; linking: the command that makes the
    runtime of that list; tool: path of jlink; libraries: of the JVM, in the image.
    """

    argv: tuple[str, ...]
    listing: tuple[str, str]
    linking: str
    tool: str
    libraries: tuple[str, ...]


def linked(image: Image, argv: Sequence[str]) -> Linked | None:
    """Return the linked runtime for `java ... -jar FILE`, or None where the image has no full JDK."""
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
    jdeps = f"/{home}/bin/jdeps {_SHORT} --print-module-deps --ignore-missing-deps --multi-release base"
    listing = ("# Last, the modules of the Java runtime that the program uses.\n", f"{jdeps} {jar} > {LIST}")
    linking = (
        f'/{home}/bin/jlink --add-modules "$(cat {LIST}),{REFLECTED}" --strip-java-debug-attributes \\\n'
        f"        --no-header-files --no-man-pages --compress=2 --output {FOLDER}\n"
    )
    return Linked((f"{FOLDER}/bin/java", *argv[1:]), listing, linking, tool, libraries)


def runtime_stage(java: Linked, base: str, name: str, program: str) -> str:
    """Return the stage that links the runtime. base: a FROM's words with the JDK; program: name of the stage with the list."""
    return (
        f"\n# A Java runtime of those modules alone: made anew when their list changes.\nFROM {base} AS {name}\n"
        f"COPY --from={program} {LIST} {LIST}\nRUN {java.linking}"
    )


def _is_core(path: str) -> bool:
    # The window system's libraries are loaded by the java.desktop module alone.
    return not any(name in path for name in ("awt", "font", "lcms", "jawt", "splash", "sound", "mlib", "javajpeg"))
