"""What can be seen and is often not needed: by class, by whom, in every report, and as a limit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jettison.cli.main import main

from .archives import old_layout, tar_of

STATUS = b"Package: tool\nStatus: install ok installed\nVersion: 1\n\n"
LISTED = b"/usr\n/usr/bin/tool\n/usr/share/doc/tool/README\n/usr/share/doc/tool/copyright\n"
FROM_BASE = tar_of(
    ("var/lib/dpkg/status", "file", STATUS), ("var/lib/dpkg/info/tool.list", "file", LISTED),
    ("usr/bin/tool", "file", b"t" * 40), ("usr/share/doc/tool/README", "file", b"d" * 30),
    ("usr/share/doc/tool/copyright", "file", b"c" * 20), ("var/lib/apt/lists/x_Packages", "file", b"l" * 500),
)  # fmt: skip
OWN = tar_of(
    ("srv/a.bin", "file", b"t" * 40), ("srv/b.bin", "file", b"t" * 40), ("root/.cache/pip/x", "file", b"p" * 70),
    ("usr/local/share/man/man1/a.1", "file", b"m" * 10),
)  # fmt: skip


def _classes(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, object]]:
    assert main(["inspect", "--format", "json", *arguments]) == 0
    data = json.loads(capsys.readouterr().out)
    return {one["name"]: one for one in data["classes"]} | {"": data}


def test_what_could_be_left_out_is_told_by_class_and_the_own_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history: list[dict[str, object]] = [{"created_by": "import"}, {"created_by": "COPY srv / # buildkit"}]
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(FROM_BASE, OWN, history=history))
    (tmp_path / "Dockerfile").write_text("FROM base\nCOPY srv /\n")

    seen = _classes(capsys, "-f", str(tmp_path / "Dockerfile"), str(archive))
    facts = {name: (one["bytes"], one["own_bytes"], one["files"]) for name, one in seen.items() if name}
    assert facts == {
        "documentation": (40, 10, 2),
        "package caches": (570, 70, 2),
        "second copies": (80, 80, 2),
        "files of no package": (len(STATUS) + len(LISTED) + 500 + 160, 160, 7),
    }
    assert seen["package caches"]["places"] == [
        {"path": "var/lib/apt/lists", "bytes": 500},
        {"path": "root/.cache", "bytes": 70},
    ]
    assert seen[""]["duplicates"] == [{"bytes": 80, "copies": 3, "paths": ["usr/bin/tool", "srv/a.bin", "srv/b.bin"]}]
    unknown = _classes(capsys, str(archive))
    assert {one["own_bytes"] for name, one in unknown.items() if name} == {None}


def test_every_report_names_the_classes_and_the_copies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(FROM_BASE, OWN))
    page = tmp_path / "page.html"
    reports = []
    for options in ([], ["--format", "markdown"], ["--html", str(page)]):
        assert main(["inspect", str(archive), *options]) == 0
        reports.append(capsys.readouterr().out)
    for report in (*reports[:2], page.read_text()):
        for text in ("documentation", "package caches", "second copies", "files of no package", "/srv/a.bin"):
            assert text in report, text


@pytest.mark.parametrize(
    ("limit", "code"),
    [("10%", 1), ("10%,1kB", 0), ("10%,90B", 1), ("90%,90B", 0), ("200B", 0), ("20%,much", 2), ("5%,5%,5%", 2)],
)
def test_a_share_of_waste_may_have_a_floor(
    limit: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(
        old_layout(tar_of(("a", "file", b"x" * 100), ("b", "file", b"y" * 100)), tar_of((".wh.a", "file", b"")))
    )
    assert main(["inspect", str(archive), "--max-waste", limit]) == code
    assert bool(capsys.readouterr().err) == (code != 0)


@pytest.mark.parametrize(
    "limit",
    [
        ["--max-size", "much"],
        ["--max-waste", "5%,x"],
        ["--max-waste", "150%"],
        ["--max-waste", "nan%"],
        ["--max-own-waste", "1MB"],
    ],
)
def test_a_limit_that_is_none_is_told_before_anything_is_read(
    limit: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The image does not even exist."""
    assert main(["inspect", "/no/such/image.tar", *limit]) == 2
    assert limit[0] in capsys.readouterr().err
