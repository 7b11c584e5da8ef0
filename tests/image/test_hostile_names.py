"""Names, links and whiteouts that lead astray: nothing is outside the image, and the tree is the one umoci unpacks.

umoci (a Debian package) is the independent reference wherever it accepts a layer. Where it does not, the layer
must still give either a tree within the root or an error of our own.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from jettison.errors import ImageError
from jettison.image.collect import InventoryCollector
from jettison.image.image import Image
from jettison.image.source import open_image

from .archives import tar_of
from .layouts import Layout
from .registries import need

Member = tuple[str, str, bytes | str]


def f(name: str, content: bytes = b"x") -> Member:
    return name, "file", content


def d(name: str) -> Member:
    return name, "dir", b""


def ln(name: str, target: str) -> Member:
    return name, "link", target


def hl(name: str, target: str) -> Member:
    return name, "hardlink", target


def wh(name: str) -> Member:
    return name, "file", b""


ROOT = [
    d("etc"),
    f("etc/passwd", b"root"),
    d("usr"),
    d("usr/bin"),
    f("usr/bin/tool", b"tool"),
    d("d"),
    f("d/a", b"aa"),
    f("d/b", b"b"),
]
OUT = [
    "../out", "../../out", "a/../../out", "/../out", "./../out", "d/../../../etc/new", "/abs", "//abs", "///abs",
    "./dot", ".//dot", "d//c", "d/./c", "d/../c", "..", ".", "/", "./", "...", "d/...", "..a", "a..", "d/..c", " ",
    "d/ ", "\\..\\out", "C:\\out", "d/../d/../d/c", "../../../../../../../../etc/shadow", "usr/../../etc/new",
]  # fmt: skip

CASES: dict[str, list[list[Member]]] = {
    **{f"name {name!r}": [ROOT, [f(name, b"out")]] for name in OUT},
    **{f"folder {name!r}": [ROOT, [d(name)]] for name in OUT[:12]},
    **{f"whiteout {name!r}": [ROOT, [wh(name)]] for name in (
        ".wh.d", "d/.wh.a", ".wh.etc", ".wh.nothing", "nothing/.wh.x", "d/.wh..wh..opq", ".wh..wh..opq", "etc/.wh..wh..opq",
        "./.wh.d", "d/../.wh.etc", "/.wh.d", "../.wh.d", "d/.wh..wh.plnk", "d/.wh..wh.aufs",
    )},
    "file through an absolute link": [[*ROOT, ln("l", "/etc")], [f("l/new")]],
    "file through an absolute link of the same layer": [[*ROOT, ln("l", "/etc"), f("l/new")]],
    "file through a relative link": [[*ROOT, ln("d/l", "../etc")], [f("d/l/new")]],
    "file through a link that leads out": [[*ROOT, ln("l", "../../../../etc")], [f("l/new")]],
    "file through a chain of links": [[*ROOT, ln("l", "/m"), ln("m", "n"), ln("n", "etc")], [f("l/new")]],
    "file through a link to the root": [[*ROOT, ln("l", "/")], [f("l/etc/passwd", b"changed")]],
    "file through a link to dots": [[*ROOT, ln("l", "../..")], [f("l/etc/passwd", b"changed")]],
    "file through a dangling link": [[*ROOT, ln("l", "/nowhere")], [f("l/new")]],
    "file through a loop": [[*ROOT, ln("l", "m"), ln("m", "l")], [f("l/new")]],
    "file through a link to itself": [[*ROOT, ln("l", "l")], [f("l/new")]],
    "file through a link to a file": [[*ROOT, ln("l", "/etc/passwd")], [f("l/new")]],
    "file in place of a link": [[*ROOT, ln("l", "/etc/passwd")], [f("l", b"own")]],
    "folder in place of a link to a folder": [[*ROOT, ln("l", "/etc")], [d("l"), f("l/new")]],
    "folder in place of a file": [ROOT, [d("etc/passwd"), f("etc/passwd/x")]],
    "file in place of a folder": [ROOT, [f("d", b"now a file")]],
    "link in place of a folder": [ROOT, [ln("d", "etc"), f("d/new")]],
    "link in place of a folder, a layer apart": [ROOT, [ln("d", "/etc")], [f("d/new")]],
    "link in place of a file": [ROOT, [ln("etc/passwd", "/usr/bin/tool")]],
    "whiteout through a link": [[*ROOT, ln("l", "/etc")], [wh("l/.wh.passwd")]],
    "whiteout of a link, not of what it leads to": [[*ROOT, ln("l", "/etc")], [wh(".wh.l")]],
    "opaque through a link": [[*ROOT, ln("l", "/d")], [wh("l/.wh..wh..opq")]],
    "opaque with new content": [ROOT, [d("d"), wh("d/.wh..wh..opq"), f("d/new")]],
    "opaque after new content": [ROOT, [d("d"), f("d/new"), wh("d/.wh..wh..opq")]],
    "deleted and written again": [ROOT, [wh(".wh.d"), d("d"), f("d/a", b"again")]],
    "written and deleted in one layer": [ROOT, [f("d/c"), wh("d/.wh.c")]],
    "deleted, a layer apart written again": [ROOT, [wh(".wh.d")], [d("d"), f("d/z")]],
    "hard link": [[*ROOT, hl("h", "etc/passwd")]],
    "hard link by an absolute name": [[*ROOT, hl("h", "/etc/passwd")]],
    "hard link that leads out": [[*ROOT, hl("h", "../../../etc/passwd")]],
    "hard link to a layer below": [ROOT, [hl("h", "etc/passwd")]],
    "hard link to nothing": [ROOT, [hl("h", "nothing")]],
    "hard link to itself": [ROOT, [hl("h", "h")]],
    "hard link to a folder": [ROOT, [hl("h", "etc")]],
    "hard link to a link": [[*ROOT, ln("l", "/etc/passwd"), hl("h", "l")]],
    "hard link through a link": [[*ROOT, ln("l", "/etc"), hl("h", "l/passwd")]],
    "hard link chain": [[*ROOT, hl("h1", "etc/passwd"), hl("h2", "h1"), hl("h3", "h2")]],
    "hard link whose target is replaced": [[*ROOT, hl("h", "etc/passwd")], [f("etc/passwd", b"other")]],
    "hard link whose target is deleted": [[*ROOT, hl("h", "etc/passwd")], [wh("etc/.wh.passwd")]],
    "hard link in place of a file": [[*ROOT, hl("d/a", "etc/passwd")]],
    "the same name twice": [[*ROOT, f("d/a", b"first"), f("d/a", b"second!")]],
    "the same name a hundred times": [[f("x", bytes([n]) * n) for n in range(100)]],
    "the same file by two spellings": [[*ROOT, f("d/./a", b"1"), f("./d/a", b"22"), f("d//a", b"333")]],
    "folder twice": [[*ROOT, d("d"), d("d/")]],
    "no folders at all": [[f("x/y/z"), f("x/w")], [wh("x/.wh.y")]],
    "deep": [[f("/".join("p" for _ in range(200)))]],
    "a name that is no UTF-8": [[f("d\udcff\udc80", b"raw")]],
    "control characters": [[f("a\x1b[2Jb\x07"), f("line\nbreak"), f("\u202egnp.exe")]],
    "long names": [[f("n" * 200 + "/" + "m" * 200), ln("l", "t" * 150)]],
}  # fmt: skip

# What umoci does otherwise, and why ours stands.
OTHERWISE = {
    "whiteout '../.wh.d'": "umoci keeps what a whiteout outside the root names; the engine cleans the name first",
}


def tree(image: Image) -> dict[str, tuple[str, str, int]]:
    return {
        path: (e.kind, e.link if e.kind == "link" else "", e.size if e.kind == "file" else 0)
        for path, e in image.files.items()
        if e.kind != "dir"
    }


def unpacked(root: Path) -> dict[str, tuple[str, str, int]]:
    found = {}
    for parent, folders, names in os.walk(root):
        for name in (*folders, *names):
            full = os.path.join(parent, name)
            path = os.path.relpath(full, root)
            if os.path.islink(full):
                found[path] = ("link", os.readlink(full), 0)
            elif os.path.isfile(full):
                found[path] = ("file", "", os.path.getsize(full))
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
def test_the_tree_is_inside_the_root_and_as_umoci_unpacks_it(name: str, form: int, tmp_path: Path) -> None:
    layers = [tar_of(*layer, form=form) for layer in CASES[name]]
    folder = Layout(tmp_path / "layout").write(*layers)
    try:
        image = open_image(folder, InventoryCollector())
    except ImageError:
        image = None
    if image is not None:
        for path in image.files:
            assert path and not path.startswith("/")
            assert not {"", ".", ".."} & set(path.split("/"))
        hidden = sum(row.entry.size for row in image.stack.covered)
        contents = {id(e.original or e): (e.original or e).size for e in image.files.values() if e.kind == "file"}
        assert hidden + sum(contents.values()) == image.size_unpacked
    if form == tarfile.PAX_FORMAT:
        return
    bundle = tmp_path / "bundle"
    done = subprocess.run(
        [need("umoci"), "unpack", "--rootless", "--image", f"{folder}:latest", str(bundle)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return
    assert image is not None, f"umoci unpacks it: {unpacked(bundle / 'rootfs')}"
    if name not in OTHERWISE:
        assert tree(image) == unpacked(bundle / "rootfs")


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 100
