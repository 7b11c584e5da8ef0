"""`jettison secrets` on folders, files and images; exceptions with a reason."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest

from jettison.cli.main import main

VALUE = "sk_live_Kx93mVpq7Rt2Zw81Ln5Y"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "pay.py").write_text(f"import os\nKEY = '{VALUE}'\n")
    (tmp_path / "src" / "clean.py").write_text("KEY = os.environ['KEY']\n")
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    main(["secrets", "--format", "json", *arguments])
    out, err = capsys.readouterr()
    assert VALUE not in out + err
    data = json.loads(out)
    assert isinstance(data["secrets"], list)
    return data["secrets"]


def test_a_folder_and_a_file_tell_the_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = found(capsys, ".")
    assert (one["path"], one["line"], one["masked"], one["layer"]) == ("src/pay.py", 2, "sk_live_***", None)
    (same,) = found(capsys, "src/pay.py")
    assert (same["path"], same["line"]) == ("src/pay.py", 2)


def test_the_exit_code_says_whether_there_are_any(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["secrets", "."]) == 1
    assert "src/pay.py:2" in capsys.readouterr().out
    assert main(["secrets", "src/clean.py"]) == 0
    assert main(["secrets", ".", "--confidence", "high"]) == 1


def test_an_archive_of_sources_is_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, mode in (("src.tar", "w"), ("src.tar.gz", "w:gz")):
        with tarfile.open(project / name, mode) as tar:  # type: ignore[call-overload]
            tar.add("src")
        assert {one["path"] for one in found(capsys, name)} == {name}


def test_links_pipes_and_unreadable_files_do_no_harm(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = project.parent / "outside.py"
    outside.write_text(f"KEY = '{VALUE}'\n")
    (project / "link.py").symlink_to(outside)
    (project / "nowhere").symlink_to("gone")
    os.mkfifo(project / "pipe")
    assert [one["path"] for one in found(capsys, ".")] == ["src/pay.py"]
    # A link is no file that could not be read.
    main(["secrets", "."])
    assert "could not be read" not in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_named(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jettison.secretscan import folder

    def hits(scanner: object, path: str, name: str) -> list[object]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folder, "_hits", hits)
    main(["secrets", "."])
    assert "2 files could not be read, as src/clean.py" in capsys.readouterr().out


def test_a_large_file_is_read_in_pieces(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jettison.secretscan import folder

    monkeypatch.setattr(folder, "PIECE", 40_000)
    lines = [b"x" * 99 + b"\n"] * 1200
    for at in (100, 399, 400, 401, 900):
        lines[at] = f"{VALUE}{at}\n".encode().rjust(100)
    (project / "large.txt").write_bytes(b"".join(lines))
    offsets = [one["offset"] for one in found(capsys, "large.txt")]
    assert offsets == [at * 100 + 100 - len(f"{VALUE}{at}\n") for at in (100, 399, 400, 401, 900)]


def test_an_exception_needs_a_reason_and_ends(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / ".jettison-ignore.toml"
    file.write_text('[[secret]]\npath = "src/*.py"\ndetector = "stripe-key"\nreason = "revoked"\n')
    assert found(capsys, ".") == []
    file.write_text('[[secret]]\npath = "src/*.py"\nreason = "revoked"\nexpires = 2020-01-31\n')
    assert len(found(capsys, ".")) == 1
    file.write_text('[[secret]]\npath = "src/*.py"\ndetector = "github-token"\nreason = "other"\n')
    assert len(found(capsys, ".")) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[secret]]\npath = "a"\n', "reason"),
        ('[[secret]]\nreason = "a"\n', "path"),
        ('[[secret]]\npath = "a"\nreason = "b"\nkind = "c"\n', "kind"),
        ('[[secret]]\npath = "a"\nreason = "b"\nexpires = "soon"\n', "expires"),
        ("[[secret", "TOML"),
        ('secret = "a"\n', "[[secret]]"),
    ],
)
def test_a_wrong_exception_is_told(project: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".jettison-ignore.toml").write_text(text)
    assert main(["secrets", "."]) == 2
    err = capsys.readouterr().err
    assert ".jettison-ignore.toml" in err and told in err


def test_exceptions_count_for_images_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "pay.conf").write_text(f"key = {VALUE}\n")
    assert main(["inspect", "root", "--fail-on-secrets"]) == 1
    (project / ".jettison-ignore.toml").write_text('[[secret]]\npath = "/etc/pay.conf"\nreason = "revoked"\n')
    assert main(["inspect", "root", "--fail-on-secrets"]) == 0
    assert "1 excepted by .jettison-ignore.toml" in capsys.readouterr().out
