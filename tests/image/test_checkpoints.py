"""Every checkpoint of dockle: seen on an image that breaks all of them, and not on one that breaks none."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from jettison.image.checkpoint import table
from jettison.image.checkpoints import checkpoints
from jettison.image.collect import InventoryCollector
from jettison.image.inspection import inspect
from jettison.image.source import open_image

from .archives import layered, old_layout, tar_of, tar_of_modes

FOREIGN = Path(__file__).parent.parent.parent / "src" / "jettison" / "knowledge" / "foreign" / "dockle.toml"
# dockle lists these and checks none of them.
ONLY_LISTED = {"CIS-DI-0002", "CIS-DI-0003", "CIS-DI-0004", "CIS-DI-0011"}
BAD_FILES = {
    "etc/passwd": (0o644, b"root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n"),
    "etc/group": (0o644, b"root:x:0:\nwheel:x:0:\n"),
    "etc/shadow": (0o640, b"root::19000:0:99999:7:::\ntoor:*:19000:0:99999:7:::\n"),
    "usr/bin/passwd": (0o4755, b"x" * 100),
    "srv/open": (0o666, b"x"),
    "srv/.env": (0o644, b"x=1"),
    "srv/Dockerfile": (0o644, b"FROM scratch\n"),
    "srv/notes.txt.swp": (0o644, b"x"),
    "usr/sbin/sshd": (0o755, b"x"),
    "var/lib/apt/lists/list": (0o644, b"x" * 200_000),
    "home/dev/.npm/_cacache/x": (0o644, b"x" * 200_000),
}
BAD_HISTORY = (
    "/bin/sh -c apt-get update",
    "COPY . /srv # buildkit",
    "/bin/sh -c #(nop) ADD dir:0123456789 in /srv ",
    "RUN /bin/sh -c sudo make install # buildkit",
    "RUN /bin/sh -c apt-get -y dist-upgrade # buildkit",
    "RUN /bin/sh -c apk add curl # buildkit",
)
GOOD_FILES = {
    "etc/passwd": (0o644, b"root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/sbin/nologin\n"),
    "etc/group": (0o644, b"root:x:0:\napp:x:1000:\n"),
    "etc/shadow": (0o640, b"root:*:19000:0:99999:7:::\napp:!:19000:0:99999:7:::\n"),
    "app": (0o755, b"x"),
    "usr/share/doc/x/Dockerfile": (0o644, b"FROM scratch\n"),
    "dev/null": (0o666, b"x"),
    "var/cache/apk/small": (0o644, b"x"),
}
GOOD_HISTORY = (
    "/bin/sh -c #(nop) ADD file:0123 in / ",
    "ADD https://example.org/x.txt /x # buildkit",
    "ADD rootfs.tar.xz / # buildkit",
    "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl # buildkit",
    "RUN /bin/sh -c apt-get install -y sudo # buildkit",
    "RUN /bin/sh -c apk add --no-cache curl # buildkit",
    "RUN /bin/sh -c apk add curl && rm -rf /var/cache/apk/* # buildkit",
)


def found(
    folder: Path, files: dict[str, tuple[int, bytes]], history: tuple[str, ...], config: dict[str, object], name: str
) -> dict[str, str]:
    path = folder / name
    path.write_bytes(layered(tar_of_modes(files), history, config))
    seen = inspect(str(path)).checkpoints
    return {one.id: f"{one.title}: {one.detail}" for one in seen}


@pytest.fixture(autouse=True)
def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_CONTENT_TRUST", raising=False)


def test_an_image_that_breaks_all(tmp_path: Path) -> None:
    config: dict[str, object] = {
        "Env": ["DB_PASSWORD=correct-horse-battery-9f3a"],
        "Volumes": {"/usr/": {}, "/data": {}},
    }
    seen = found(tmp_path, BAD_FILES, BAD_HISTORY, config, "image:latest")
    wanted = set(tomllib.loads(FOREIGN.read_text())["rules"]) - ONLY_LISTED
    assert wanted <= set(seen)
    assert "JT323" in seen
    text = json.dumps(seen)
    assert "toor" not in seen["DKL-LI-0001"] and "root" in seen["DKL-LI-0001"]
    assert "user 0" in seen["DKL-LI-0002"] and "group 0" in seen["DKL-LI-0002"]
    assert "/usr" in seen["DKL-DI-0002"] and "/data" not in seen["DKL-DI-0002"]
    assert "correct-horse" not in text


def test_a_name_without_a_tag_means_the_tag_latest(tmp_path: Path) -> None:
    file = tmp_path / "image"
    file.write_bytes(b"")
    path = tmp_path / "image.tar"
    path.write_bytes(old_layout(tar_of_modes(GOOD_FILES)))
    image = open_image(str(path), InventoryCollector())
    for name, latest in (
        ("app", True), ("registry.example:5000/team/app", True), ("docker://app:latest", True), ("app:1", False),
        ("registry.example:5000/app:1", False), ("app@sha256:" + "0" * 64, False), (str(file), False),
        ("0fcae48480da", False),
    ):  # fmt: skip
        assert ("DKL-DI-0006" in {one.id for one in checkpoints(image, name)}) == latest, name


def test_what_the_upper_layers_brought_is_named_first(tmp_path: Path) -> None:
    below = {f"usr/bin/a{number}": (0o4755, b"x") for number in range(7)}
    layers = (tar_of_modes(below), tar_of_modes({"usr/local/bin/z": (0o4755, b"z"), "open": (0o666, b"x")}))
    path = tmp_path / "image.tar"
    path.write_bytes(old_layout(*layers))
    seen = {one.id: one for one in inspect(str(path)).checkpoints}
    assert seen["CIS-DI-0008"].detail == "usr/local/bin/z, usr/bin/a0, usr/bin/a1, usr/bin/a2, usr/bin/a3 and 3 more"
    assert seen["JT323"].title == "a file or folder that everyone may write"


def test_an_image_that_breaks_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTENT_TRUST", "1")
    config: dict[str, object] = {
        "User": "app",
        "Healthcheck": {"Test": ["CMD", "/app", "health"]},
        "Env": ["PATH=/usr/bin"],
        "Volumes": {"/data": {}, "/usr/share/data": {}},
    }
    assert found(tmp_path, GOOD_FILES, GOOD_HISTORY, config, "image:1.0") == {}


def test_an_account_behind_many_others_is_seen(tmp_path: Path) -> None:
    lines = b"".join(b"u%d:x:%d:1::/:/bin/sh\n" % (number, number) for number in range(90_000))
    path = tmp_path / "image.tar"
    layer = tar_of(("etc/passwd", "file", lines + b"open::90000:1::/:/bin/sh\n"))
    path.write_bytes(old_layout(layer))
    image = open_image(str(path), InventoryCollector())
    assert "DKL-LI-0001" in {one.id for one in checkpoints(image, str(path))}


def test_passwords_in_the_old_place_and_odd_lines(tmp_path: Path) -> None:
    files = {
        "etc/passwd": (0o644, b"root::0:0::/:/bin/sh\n+::::::\n\xff\xfe\nshort\n"),
        "etc/shadow": (0o600, b"\n:\n::\nx\n"),
    }
    seen = found(tmp_path, files, (), {}, "image")
    assert "root" in seen["DKL-LI-0001"]


@pytest.mark.parametrize(
    ("id_", "wrong", "right"),
    [
        (
            "DKL-LI-0003",
            ("root/.vimrc", "root/.azure/x", "root/.aws/config", "app/.cache/x", "srv/.npm/_cacache/x", "app/.git/HEAD"),
            ("app/node_modules/a/.vscode/x", "app/vendor/a/.idea/x", "usr/share/vim/.vimrc", "app/main.py"),
        ),
        (
            "CIS-DI-0010",
            ("app/credential.json", "app/credentials", "root/.ssh/id_rsa", "var/lib/app/.ssh/id_rsa", "etc/vpn/x.ovpn", "a.jks"),
            ("usr/lib/python3/dist-packages/botocore/credentials", "app/vendor/x/x.jks", "app/.env.example", "app/settings.py",
             "usr/share/doc/r-cran-openssl/tests/keys/id_dsa", "app/node_modules/ssh2/test/fixtures/id_rsa", "app/node_modules/a/.npmrc"),
        ),
    ],
)  # fmt: skip
def test_names_of_files(id_: str, wrong: tuple[str, ...], right: tuple[str, ...], tmp_path: Path) -> None:
    for path in (*wrong, *right):
        below = [path.rsplit("/", count)[0] for count in range(path.count("/"), 0, -1)]
        files = {f"{folder}/": (0o755, b"") for folder in below} | {path: (0o644, b"x=1\n")}
        assert (id_ in found(tmp_path, files, (), {}, "image.tar")) == (path in wrong), path


def test_an_empty_folder_is_no_leftover(tmp_path: Path) -> None:
    assert "DKL-LI-0003" not in found(tmp_path, {"root/.cache/": (0o755, b"")}, (), {}, "image.tar")


def test_a_folder_without_an_entry_is_a_leftover_by_what_lies_in_it(tmp_path: Path) -> None:
    """As ko, Bazel and others write layers; what a package brought, and what is deleted, is none."""
    names = ("srv/.git/HEAD", "srv/.git/config", "app/node_modules/a/.vscode/b", "opt/.gitx/a")
    files = dict.fromkeys(names, (0o644, b"x"))
    lower = tar_of_modes(files)
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(lower, tar_of(("opt/x", "file", b""))))
    image = open_image(str(archive), InventoryCollector())
    (one,) = [each for each in checkpoints(image, "a:1", ()) if each.id == "DKL-LI-0003"]
    assert one.detail == "srv/.git"
    archive.write_bytes(old_layout(lower, tar_of(("srv/.wh..git", "file", b""))))
    image = open_image(str(archive), InventoryCollector())
    assert not [each for each in checkpoints(image, "a:1", ()) if each.id == "DKL-LI-0003"]


def test_endings_are_told_by_their_last_dot() -> None:
    for ending in (*table()["unneeded_endings"], *table()["credential_endings"]):
        assert ending.rfind(".") == 0 and "/" not in ending, ending
