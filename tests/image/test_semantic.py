"""What `compare --semantic` calls the same, and what not: one change at a time, in both directions."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from jettison.cli.main import main

from .archives import layered

Change = dict[str, Any]
CAPABILITY = {"SCHILY.xattr.security.capability": "\x01\x00\x00\x02"}
FILES: dict[str, Change] = {
    "d": {"type": tarfile.DIRTYPE, "mode": 0o755},
    "d/f": {"data": b"hello"},
    "d/h": {"type": tarfile.LNKTYPE, "linkname": "d/f"},
    "link": {"type": tarfile.SYMTYPE, "linkname": "d/f"},
    "null": {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3},
    "pipe": {"type": tarfile.FIFOTYPE},
    "x": {"data": b"xx", "pax_headers": {"SCHILY.xattr.user.a": "1"}},
    "empty": {"data": b""},
}
CONFIG: dict[str, Any] = {
    "Env": ["A=1", "B=2"], "User": "1", "Cmd": ["x"], "Labels": {"k": "v"}, "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/v": {}},
}  # fmt: skip


def archive(path: Path, files: dict[str, Change] = FILES, config: dict[str, Any] = CONFIG) -> str:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, fields in files.items():
            info, data = tarfile.TarInfo(name), fields.get("data", b"")
            info.size = len(data)
            for field, value in fields.items():
                if field != "data":
                    setattr(info, field, value)
            tar.addfile(info, io.BytesIO(data))
    path.write_bytes(layered(out.getvalue(), ("RUN x",), config))
    return str(path)


def of(name: str, **fields: Any) -> dict[str, Change]:
    return {**FILES, name: {**FILES[name], **fields}}


def without(name: str) -> dict[str, Change]:
    return {key: value for key, value in FILES.items() if key != name}


OTHER_FILES = {
    "content": of("d/f", data=b"hellO"), "mode": of("d/f", mode=0o755), "set-user-id": of("d/f", mode=0o4644), "owner": of("d/f", uid=5),
    "mode of a folder": of("d", mode=0o700), "group of a folder": of("d", gid=5), "target": of("link", linkname="d/h"),
    "file for a link": of("link", type=tarfile.REGTYPE, data=b"hello"), "owner of a link": of("link", uid=7),
    "number of a device": of("null", devminor=5), "block device": of("null", type=tarfile.BLKTYPE), "pipe for a device": of("null", type=tarfile.FIFOTYPE),
    "value of an attribute": of("x", pax_headers={"SCHILY.xattr.user.a": "2"}), "attribute gone": of("x", pax_headers={}),
    "capability": of("d/f", pax_headers=CAPABILITY), "attribute of a folder": of("d", pax_headers={"SCHILY.xattr.user.a": "1"}),
    "empty file gone": without("empty"), "pipe gone": without("pipe"), "folder more": {**FILES, "e": {"type": tarfile.DIRTYPE}},
}  # fmt: skip
OTHER_CONFIG: dict[str, dict[str, Any]] = {
    "variable": {"Env": ["A=1", "B=3"]}, "user": {"User": "2"}, "command": {"Cmd": ["y"]}, "label": {"Labels": {"k": "w"}},
    "label of nothing": {"Labels": {"k": "v", "z": ""}}, "no label": {"Labels": None}, "port": {"ExposedPorts": {}},
    "other port": {"ExposedPorts": {"81/tcp": {}}}, "no ports": {"ExposedPorts": None}, "volume": {"Volumes": {}},
}  # fmt: skip
SAME_FILES = {
    "times": {name: {**fields, "mtime": 77} for name, fields in FILES.items()},
    "labels of the machine": of("d/f", pax_headers={"SCHILY.xattr.security.selinux": "x"}),
    "the other name of a hard link first": {
        "d": FILES["d"], "d/h": {"data": b"hello"}, "d/f": {"type": tarfile.LNKTYPE, "linkname": "d/h"}, **{name: FILES[name] for name in list(FILES)[3:]},
    },
}  # fmt: skip


def verdicts(one: str, other: str) -> list[int]:
    return [main(["compare", "--semantic", *pair]) for pair in ((one, other), (other, one))]


@pytest.mark.parametrize("change", OTHER_FILES)
def test_a_change_of_files_is_told(change: str, tmp_path: Path) -> None:
    one, other = archive(tmp_path / "one.tar"), archive(tmp_path / "other.tar", OTHER_FILES[change])
    assert verdicts(one, other) == [1, 1]


@pytest.mark.parametrize("change", OTHER_CONFIG)
def test_a_change_of_the_configuration_is_told(change: str, tmp_path: Path) -> None:
    one = archive(tmp_path / "one.tar")
    other = archive(tmp_path / "other.tar", config={**CONFIG, **OTHER_CONFIG[change]})
    assert verdicts(one, other) == [1, 1]


@pytest.mark.parametrize("change", SAME_FILES)
def test_what_says_nothing_is_the_same(change: str, tmp_path: Path) -> None:
    one, other = archive(tmp_path / "one.tar"), archive(tmp_path / "other.tar", SAME_FILES[change])
    assert verdicts(one, other) == [0, 0]


def test_an_empty_setting_is_none(tmp_path: Path) -> None:
    one = archive(tmp_path / "one.tar", config={"Labels": {}, "Cmd": None})
    other = archive(tmp_path / "other.tar", config={"Labels": None, "Volumes": {}, "Tty": False})
    assert verdicts(one, other) == [0, 0]


def test_attributes_and_names_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = archive(tmp_path / "one.tar")
    other = archive(tmp_path / "other.tar", OTHER_FILES["capability"], {**CONFIG, "ExposedPorts": None})
    main(["compare", one, other])
    out = capsys.readouterr().out
    assert "attributes none -> security.capability (" in out
    assert "config.ExposedPorts.80/tcp: set -> none" in out


def test_a_second_run_knows_the_same(tmp_path: Path) -> None:
    """What is kept of a layer holds its devices and attributes."""
    one, other = archive(tmp_path / "one.tar"), archive(tmp_path / "other.tar", OTHER_FILES["capability"])
    assert verdicts(one, other) == verdicts(one, other) == [1, 1]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="the system has no such call")
def test_attributes_of_a_folder_of_files_count(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text("x")
        os.utime(tmp_path / name / "f", (1, 1))
    folders = [f"{tmp_path}/one/", f"{tmp_path}/other/"]
    assert verdicts(*folders) == [0, 0]
    try:
        os.setxattr(tmp_path / "other" / "f", "user.a", b"1")
    except OSError:
        pytest.skip("the file system keeps no attributes")
    assert verdicts(*folders) == [1, 1]
