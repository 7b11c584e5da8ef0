"""The text of a build stage that puts a root file system together from whole Debian packages."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jettison.knowledge.runtime_files import LOADER_LIST, UNREAD_OF_PACKAGES
from jettison.rewrite.copies import copies
from jettison.rewrite.given import is_given

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.needs import Needs

# Files that no package owns and that programs ask for; missing ones are passed over.
SYSTEM: Final = (
    "/etc/group",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.conf.d/*.conf",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/timezone",
    "/home",
    "/root",
    "/run/lock",
    "/var/lock",
    "/var/run",
)
_PROGRAMS: Final = ("usr/bin/", "usr/sbin/", "etc/", "bin/", "sbin/")
COMMENT: Final = "# What the program needs of the base: these packages with their records, for scanners to see.\n"


def rootfs_stage(
    from_line: str, needs: Needs, image: Image, install: Sequence[str], packages: Sequence[str], accounts: str = ""
) -> str:
    """Return the text of the stage, without blank lines around it.

    from_line: "FROM ..." without a name; install: what apt has to bring, with versions where they are pinned;
    packages: what is kept as a whole; accounts: instructions that make users.
    """
    lines = [COMMENT, f"{from_line} AS rootfs\n"]
    if install:
        lines.append(apt_install(install))
    lines.append(accounts)
    lines.append("RUN set -eu; mkdir -p /rootfs/var/lib/dpkg/status.d /rootfs/tmp; chmod 1777 /rootfs/tmp; \\\n")
    lines.append('    for link in bin sbin lib lib64; do [ ! -L "/$link" ] || mkdir -p "/rootfs/usr/$link"; done; \\\n')
    lines.append('    for link in bin sbin lib lib64; do [ ! -L "/$link" ] || cp -a "/$link" /rootfs/; done; \\\n')
    lines.append("    record() { \\\n")
    lines.append('        dpkg-query -s "$1" > "/rootfs/var/lib/dpkg/status.d/$1"; \\\n')
    lines.append('        for sums in "/var/lib/dpkg/info/$1".md5sums "/var/lib/dpkg/info/$1":*.md5sums; do \\\n')
    lines.append('            [ ! -f "$sums" ] || cp "$sums" "/rootfs/var/lib/dpkg/status.d/$1.md5sums"; \\\n')
    lines.append("        done; \\\n    }; \\\n")
    lines.append("    for package in \\\n" + _wrapped(packages, 12))
    lines.append('    ; do record "$package"; dpkg-query -L "$package"; done > /tmp/listed; \\\n')
    if needs.apart:
        lines.append("    for package in \\\n" + _wrapped(sorted(needs.apart), 12))
        lines.append('    ; do record "$package"; done; \\\n')
    unread = "|".join((UNREAD_OF_PACKAGES, *needs.parts))
    lines.append(f"    grep -vE '{unread}' /tmp/listed > /tmp/wanted; \\\n")
    trees, single = _base_trees(needs, image)
    lines.append("    printf '%s\\n' \\\n" + _wrapped([*SYSTEM, *single], 8) + "        >> /tmp/wanted; \\\n")
    if trees:
        lines.append("    find \\\n" + _wrapped(trees, 8) + "        >> /tmp/wanted; \\\n")
    lines.append(
        '    sort -u /tmp/wanted | while read -r path; do [ ! -e "$path" ] && [ ! -L "$path" ] || echo "$path"; done \\\n'
        "        | tar -C / --no-recursion -cf - -T - 2>/dev/null | tar -C /rootfs --keep-directory-symlink -xf -; \\\n"
    )
    lines += _stranded(needs)
    lines.append("    ldconfig -r /rootfs\n")
    return "".join(lines)


def _stranded(needs: Needs) -> list[str]:
    """Return the commands for scripts whose interpreter is not kept: programs go, modules stay but do not start."""
    lines = []
    programs = [path for path in needs.stranded if path.startswith(_PROGRAMS)]
    modules = [path for path in needs.stranded if not path.startswith(_PROGRAMS)]
    for command, paths in (("rm -f", programs), ("chmod a-x", modules)):
        if paths:
            words = [shlex.quote(f"/rootfs/{path}") for path in paths]
            lines.append(f"    {command} \\\n" + _wrapped(words, 8) + "    ; \\\n")
    return lines


def apt_install(packages: Iterable[str]) -> str:
    """Return the RUN that installs packages and leaves no lists."""
    names = " ".join(shlex.quote(name) for name in packages)
    return (
        "RUN apt-get update \\\n"
        f"    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {names} \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n"
    )


def _base_trees(needs: Needs, image: Image) -> tuple[list[str], list[str]]:
    """Return (folders with all that is in them, single paths) of the base's unowned files that are kept."""
    sizes = {path: entry.size for path, entry in image.files.items() if entry.kind != "dir"}
    trees: list[str] = []
    single: list[str] = []
    for copy in copies(needs.base_files, sizes, ()):
        if copy.target.endswith("/"):
            single += copy.sources
        else:
            trees.append(copy.target)
    single += [path for paths in needs.apart.values() for path in paths]
    single += _owned_outer(needs, image)
    named = {path for path in single if f"/{path}" not in SYSTEM and path != LOADER_LIST}
    return [shlex.quote(f"/{path}") for path in sorted(trees)], [shlex.quote(f"/{path}") for path in sorted(named)]


def _owned_outer(needs: Needs, image: Image) -> set[str]:
    """Return the folders above those files that tar would make as root's, where they belong to another or others write."""
    outer = {path[:end] for path in needs.base_files for end in range(len(path)) if path[end] == "/"}
    return {path for path in outer if (e := image.files.get(path)) and e.kind == "dir" and is_given(e)}


def _wrapped(words: Iterable[str], indent: int, width: int = 110) -> str:
    lines: list[str] = []
    line = ""
    for word in words:
        if line and len(line) + len(word) + 1 > width - indent:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    return "".join(f"{' ' * indent}{line} \\\n" for line in lines if line)
