"""A Java runtime of only the modules that one program uses.

The list of modules is made where the program is, the runtime in a stage of its own: that stage reads nothing but the
list, so it stays in the cache as long as the list is the same, whatever changes in the program.

What jdeps says depends on the names that the classes refer to, on the libraries and on the JDK alone. Where the classes
lie beside the jar, its answer is kept on a cache mount under the digest of these: most changes of a source line name
nothing new, and spare the start of one more JVM.

Source: JEP 282 (jlink); the jdeps and jlink manual pages of JDK 17; the Java Virtual Machine Specification, 4.4.
"""

from __future__ import annotations

import posixpath
import re
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
_KEPT: Final = (
    "# Last, the modules of the Java runtime that the program uses. jdeps is asked again when the classes name others, or\n"
    "# a library or the JDK is another.\n"
)
_PLAIN: Final = re.compile(r"[\w./*+-]+")
# Options of java: source: the java manual page of JDK 17.
_CLASS_PATH: Final = ("-cp", "-classpath", "--class-path")
_VALUE_NEXT: Final = ("-p", "--module-path", "-m", "--module", "--add-modules", "--add-opens", "--add-exports", "--add-reads",
                      "--upgrade-module-path", "--source", "--patch-module", "--limit-modules")  # fmt: skip
_CLASS: Final = re.compile(r"(?!.*\.java\Z)[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")
ANSWERS: Final = "/jdeps-cache"
# Names of classes, packages and modules, as a class file holds them.
_NAMES: Final = "[[:alpha:]_$][[:alnum:]_$]*([/.][[:alnum:]_$]+)+"
# By how much a jar may be larger than the classes that it is made of: its directory and other small files.
_BESIDE: Final = 64 * 1024
_SETTINGS: Final = ("pom.xml", "build.gradle", "build.gradle.kts", "gradle.lockfile", "libs.versions.toml")
_MAX_PATHS: Final = 20
_MAX_FILES: Final = 5000
# Beside classes in a folder that is the project itself.
_ASIDE: Final = re.compile(r"/\.[^/]+|\.(?:java|kt|md|xml|gradle|kts)\Z|/(?:src|target|build|Dockerfile[^/]*)(?:/|\Z)")


class Linked(NamedTuple):
    """The parts of a linked runtime.

    argv: the start command with it; listing: a comment and the command that lists the modules; linking: the command that makes the
    runtime of that list; tool: path of jlink; libraries: of the JVM, in the image; roots: what the program is
    made of; files: those of its folders of classes; mount: flag that the listing needs, or "".
    """

    argv: tuple[str, ...]
    listing: tuple[str, str]
    linking: str
    tool: str
    libraries: tuple[str, ...]
    roots: tuple[str, ...]
    files: frozenset[str]
    mount: str = ""


def linked(image: Image, argv: Sequence[str], mounts: bool = False) -> Linked | None:
    """Return the linked runtime for `java ... -jar FILE` or `java -cp PATH CLASS`; None where the image has no full JDK.

    mounts: whether what jdeps said may be kept on a cache mount.
    """
    roots = _roots(image, argv) if argv and posixpath.basename(argv[0]) == "java" else ()
    tool = image.resolve("/usr/bin/jlink") or next((p for p in image.files if p.endswith("/bin/jlink")), None)
    if tool is None or not roots:
        return None
    jar = roots[0]
    files = _files_below(image, [root for root in roots if not root.endswith((".jar", ".JAR"))])
    if len(files) > _MAX_FILES:
        return None
    home = posixpath.dirname(posixpath.dirname(tool))
    if not any(path.startswith(f"{home}/jmods/") for path in image.files):
        return None
    libraries = tuple(path for path in image.elves if path.startswith(f"{home}/lib/") and _is_core(path))
    jdeps = f"/{home}/bin/jdeps {_SHORT} --print-module-deps --ignore-missing-deps --multi-release base"
    listing = (
        "# Last, the modules of the Java runtime that the program uses.\n",
        f"{jdeps} {' '.join(roots)} > {LIST}",
    )
    read = _read(image, jar, home) if mounts and "-jar" in argv else ""
    if read:
        listing = (_KEPT, _kept(f"{jdeps} {jar}", read))
    linking = (
        f'/{home}/bin/jlink --add-modules "$(cat {LIST}),{REFLECTED}" --strip-java-debug-attributes \\\n'
        f"        --no-header-files --no-man-pages --compress=2 --output {FOLDER}\n"
    )
    mount = f"--mount=type=cache,id=jdeps,target={ANSWERS} " if read else ""
    return Linked((f"{FOLDER}/bin/java", *argv[1:]), listing, linking, tool, libraries, roots, files, mount)


def _roots(image: Image, argv: Sequence[str]) -> tuple[str, ...]:
    """Return what jdeps has to look at: the jar, or all of the class path; () where it is not plain."""
    workdir = posixpath.join("/", image.config.workdir)
    if "-jar" in argv[:-1]:
        jar = posixpath.normpath(posixpath.join(workdir, argv[argv.index("-jar") + 1]))
        return (jar,) if image.find(jar) is not None else ()
    path = image.config.env_map.get("CLASSPATH", ".")
    words = iter(argv[1:])
    for word in words:
        if word in _CLASS_PATH:
            path = next(words, "")
        elif not word.startswith("-"):
            return _on_path(image, workdir, path) if _CLASS.fullmatch(word) else ()
        elif word in _VALUE_NEXT:
            return ()
    return ()


def _files_below(image: Image, folders: Sequence[str]) -> frozenset[str]:
    """Return the files of folders of classes, without sources and what is no part of a program."""
    starts = tuple(f"{folder.strip('/')}/" for folder in folders)
    if not starts:
        return frozenset()
    below = (path for path, entry in image.files.items() if path.startswith(starts) and entry.kind == "file")
    return frozenset(path for path in below if path.endswith(".class") or not _ASIDE.search(f"/{path}"))


def _on_path(image: Image, workdir: str, path: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in path.split(":"):
        place = posixpath.normpath(posixpath.join(workdir, part.removesuffix("*") or "."))
        if part.endswith("*"):
            # As the launcher takes it: the archives right in the folder.
            jars = (f"/{name}" for name in image.files if name.endswith((".jar", ".JAR")))
            found += sorted(name for name in jars if posixpath.dirname(name) == place)
        elif image.find(place) is not None:
            found.append(place)
    # A whole file system is no class path that jdeps could walk.
    plain = all(_PLAIN.fullmatch(place) and place != "/" for place in found)
    return tuple(dict.fromkeys(found)) if plain and len(found) <= _MAX_PATHS else ()


def _kept(jdeps: str, read: str) -> str:
    """Return the command that writes the list, from what was said of the same names before; read: what to take the digest of."""
    return (
        f"answer={ANSWERS}/$({{ {read}; }} | sha256sum | cut -c-64) \\\n"
        f"    && {{ test -s $answer || {{ {jdeps} > $answer.new && mv $answer.new $answer; }}; }} \\\n"
        f"    && cp $answer {LIST}"
    )


def _read(image: Image, jar: str, home: str) -> str:
    """Return the commands that write all that the answer depends on, "" where not all of it is known.

    A jar that is larger than the classes below the working folder has libraries inside; what Maven or Gradle may put into
    it tomorrow stands in their files.
    """
    workdir, place = image.config.workdir.strip("/"), posixpath.dirname(jar).strip("/")
    below = [path for path in image.files if path.startswith(f"{workdir}/")] if workdir else []
    classes = sum(image.files[path].size for path in below if path.endswith(".class"))
    entry = image.find(jar)
    if entry is None or not classes or entry.size > classes + _BESIDE or not f"{place}/".startswith(f"{workdir}/"):
        return ""
    jars = [path for path in below if path.endswith(".jar") and path != jar.strip("/")]
    folders = sorted({posixpath.dirname(path) for path in jars})
    settings = sorted(path for path in below if posixpath.basename(path) in _SETTINGS)
    paths = [f"{home}/release", *settings, *(f"{folder}/*.jar" for folder in folders)]
    if place in folders or f"{home}/release" not in image.files or len(paths) > _MAX_PATHS:
        return ""
    if not all(_PLAIN.fullmatch(path) for path in (workdir, *paths)):
        return ""
    names = f"grep -rhoaE --include='*.class' '{_NAMES}' /{workdir} | sort -u"
    return f"cat {' '.join(f'/{path}' for path in paths)}; {names}"


def runtime_stage(java: Linked, base: str, name: str, program: str) -> str:
    """Return the stage that links the runtime. base: a FROM's words with the JDK; program: name of the stage with the list."""
    return (
        f"\n# A Java runtime of those modules alone: made anew when their list changes.\nFROM {base} AS {name}\n"
        f"COPY --from={program} {LIST} {LIST}\nRUN {java.linking}"
    )


def _is_core(path: str) -> bool:
    # The window system's libraries are loaded by the java.desktop module alone.
    return not any(name in path for name in ("awt", "font", "lcms", "jawt", "splash", "sound", "mlib", "javajpeg"))
