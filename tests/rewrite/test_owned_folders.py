"""Folders that are not root's are made as they are in the original: a COPY of them would make them root's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from jettison.image.image import FileEntry
from jettison.rewrite.copies import Copy
from jettison.rewrite.owned_folders import COMMENT, made_folders, owned_folders
from jettison.rewrite.taken import Taken, copy_lines

FOLDERS = {
    "app": (0o755, 1000, 1),
    "app/up": (0o755, 1000, 1),
    "app/up/deep": (0o755, 1000, 1),
    "app/code": (0o755, 0, 1),
    "data dir": (0o777, 0, 1),
    "home/node": (0o755, 1000, 0),
    "var/cache/nginx": (0o755, 33, 1),
    "var/lib/nginx": (0o755, 33, 0),
    "tmp": (0o1777, 0, 0),
}
FOUND = [
    Taken(Copy(("app/a.js",), "app/"), False),
    Taken(Copy(("app/up",), "app/up"), False),
    Taken(Copy(("app/code",), "app/code"), False),
    Taken(Copy(("data dir",), "data dir"), False),
]
NEEDS: Any = SimpleNamespace(
    packages=("nginx",), debian=SimpleNamespace(folders={"var/cache/nginx": {"nginx"}, "var/lib/nginx": {"nginx"}})
)


def job() -> Any:
    files = {path: FileEntry("dir", 0, mode, uid, uid, "", layer) for path, (mode, uid, layer) in FOLDERS.items()}
    texts = {"etc/passwd": b"node:x:1000:1000::/home/node:/bin/sh\n"}
    config = SimpleNamespace(user="node", workdir="/app")
    return SimpleNamespace(
        image=SimpleNamespace(files=files, texts=texts, config=config),
        config=config,
        base_layers=1,
        features=SimpleNamespace(link=True),
        evidence=SimpleNamespace(written=frozenset()),
    )


def test_those_are_made_that_a_copy_or_another_installation_would_make_anew() -> None:
    assert owned_folders(job(), NEEDS, FOUND, False) == ("app", "app/up", "data dir", "home/node", "var/cache/nginx")
    # The base has what the original's base has.
    assert "home/node" not in owned_folders(job(), NEEDS, FOUND, True)


def test_each_owner_and_mode_is_made_in_one_command() -> None:
    assert made_folders(job(), ("app", "app/up", "data dir"), "/rootfs") == (
        f"{COMMENT}RUN install -d -o 1000 -g 1000 -m 755 /rootfs/app /rootfs/app/up \\\n"
        "    && install -d -o 0 -g 0 -m 777 '/rootfs/data dir'\n"
    )
    assert made_folders(job(), ()) == ""


def test_a_folder_with_an_owner_is_not_copied_to_a_layer_of_its_own() -> None:
    found = [Taken(Copy(("app/up",), "app/up"), False), Taken(Copy(("srv/code",), "srv/code"), False)]
    lines = copy_lines(job(), found, "deps", "build", "", ("app", "app/up"))
    assert lines == ["COPY --from=build /app/up /app/up\n", "COPY --link --from=build /srv/code /srv/code\n"]
