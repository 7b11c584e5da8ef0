"""`inspect`, `compare` and `sbom` on archives, layouts and folders; no engine."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import json
import tarfile
from pathlib import Path

import pytest
import zstandard

from jettison.cli.main import main

from .archives import config_of, layered, old_layout, tar_of, tar_of_modes

STATUS = b"Package: base-files\nStatus: install ok installed\nVersion: 12.4\nArchitecture: amd64\n\n"
BASE = tar_of(
    ("etc/os-release", "file", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
    ("var/lib/dpkg/status", "file", STATUS),
    ("srv/\x1b[31mred\u202e", "file", b"x" * 2000),
    ("gone", "file", b"g" * 5000),
)
TOP = tar_of((".wh.gone", "file", b""), ("app", "file", b"#!/bin/sh\n"))


def archive(folder: Path, *layers: bytes, name: str = "image.tar", config: dict[str, object] | None = None) -> str:
    path = folder / name
    path.write_bytes(old_layout(*layers, config=config))
    return str(path)


def layout(folder: Path, *layers: bytes, packed: str = "gzip") -> str:
    """Return an OCI layout in a folder."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(data: bytes) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    pack = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, "plain": bytes}[packed]
    config = blob(config_of(list(layers)))
    manifest = blob(json.dumps({"config": config, "layers": [blob(pack(layer)) for layer in layers]}).encode())
    attestation = {**manifest, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    (folder / "index.json").write_text(json.dumps({"manifests": [attestation, manifest]}))
    return str(folder)


def inspected(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["inspect", "--format", "json", *arguments]) == 0
    data = json.loads(capsys.readouterr().out)
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize("packed", ["gzip", "zstd", "plain"])
def test_every_source_tells_the_same(packed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = inspected(capsys, archive(tmp_path, BASE, TOP))
    second = inspected(capsys, layout(tmp_path / "oci", BASE, TOP, packed=packed))
    for key in ("size_unpacked", "visible_bytes", "hidden_bytes", "packages", "layers", "hidden"):
        assert first[key] == second[key], key
    assert first["hidden_bytes"] == 5000
    assert first["packages"] == {"deb": 1}


def test_a_folder_of_files_is_an_image_of_one_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_bytes(STATUS)
    (root / "loop").symlink_to(root)
    data = inspected(capsys, str(root))
    assert (data["packages"], data["size_unpacked"]) == ({"deb": 1}, len(STATUS))


def test_no_name_of_a_file_writes_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = tar_of(("a\x1b]0;x\x07/b\u202e", "file", b"x" * 10), ("a\x1b]0;x\x07/.wh.c", "file", b""))
    path = archive(tmp_path, BASE, hostile, tar_of(("a\x1b]0;x\x07/b\u202e", "file", b"y")))
    other = archive(tmp_path, BASE, name="other.tar")
    for command in (["inspect", path], ["compare", path, other], ["inspect", "--format", "json", path]):
        main(command)
        out = capsys.readouterr().out
        assert not any(ord(char) < 32 and char != "\n" for char in out)
        assert "\u202e" not in out and "\x07" not in out


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (["--max-size", "1GB", "--max-waste", "90%", "--min-efficiency", "0.1"], 0),
        (["--max-size", "1kB"], 1),
        (["--max-waste", "4kB"], 1),
        (["--max-waste", "1%"], 1),
        (["--min-efficiency", "0.99"], 1),
        (["--min-efficiency", "99%"], 1),
        (["--min-efficiency", "10%"], 0),
        (["--min-efficiency", "99"], 2),
        (["--max-size", "much"], 2),
    ],
)
def test_limits_decide_the_exit_code(
    limit: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", archive(tmp_path, BASE, TOP), *limit]) == code
    assert bool(capsys.readouterr().err) == (code != 0)


def test_layers_get_the_lines_that_wrote_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = config_of([BASE, TOP])
    config = json.loads(text)
    config["history"] = [
        {"created_by": "import"},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "RUN /bin/sh -c rm /gone # buildkit"},
        {"created_by": 'CMD ["/app"]', "empty_layer": True},
    ]
    data = json.dumps(config).encode()
    name = hashlib.sha256(data).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "Layers": ["0/layer.tar", "1/layer.tar"]}]).encode()
    path = tmp_path / "image.tar"
    path.write_bytes(
        tar_of(
            ("0/layer.tar", "file", BASE),
            ("1/layer.tar", "file", TOP),
            (name, "file", data),
            ("manifest.json", "file", manifest),
        )
    )
    (tmp_path / "Dockerfile").write_text('FROM base\nENV A=1\n# away with it\nRUN rm /gone\nCMD ["/app"]\n')
    seen = inspected(capsys, "-f", str(tmp_path / "Dockerfile"), str(path))
    assert [layer["line"] for layer in seen["layers"]] == [None, 4]  # type: ignore[index, union-attr, attr-defined]
    assert seen["own_hidden_bytes"] == 5000


def test_a_layer_without_a_command_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`docker import` writes none."""
    path = tmp_path / "image.tar"
    data = old_layout(BASE, history=[{"created": "2026-01-01T00:00:00Z", "comment": "Imported from -"}])
    path.write_bytes(data)
    for form in ("text", "markdown"):
        assert main(["inspect", str(path), "--format", form]) == 0
        assert "the image does not say" in capsys.readouterr().out


def test_practice_names_the_lines_of_the_dockerfile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps of the history where there is no Dockerfile, and for what its base did."""
    path = tmp_path / "image.tar"
    path.write_bytes(
        layered(BASE, ("RUN /bin/sh -c sudo a # buildkit", "ENV A=1", "RUN /bin/sh -c sudo b # buildkit"), {})
    )
    (tmp_path / "Dockerfile").write_text("FROM base\n\nENV A=1\nRUN sudo b\nCOPY layer /\n")
    for arguments, places in (([], "step 1, step 3"), (["-f", str(tmp_path / "Dockerfile")], "step 1, line 4")):
        (found,) = [
            one for one in inspected(capsys, *arguments, str(path))["checkpoints"] if one["id"] == "DKL-DI-0001"
        ]  # type: ignore[union-attr, attr-defined, index]
        assert found["detail"] == f"USER says who runs a command ({places})"  # type: ignore[index]


def test_compare_tells_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = archive(tmp_path, BASE, config={"User": "", "Env": ["TOKEN=first"]})
    after = archive(tmp_path, BASE, TOP, name="after.tar", config={"User": "1000", "Env": ["TOKEN=other"]})
    assert main(["compare", before, after]) == 0
    out = capsys.readouterr().out
    assert "/gone" in out and "/app" in out and "config.User" in out and "TOKEN" in out
    assert "first" not in out and "other" not in out.replace("another", "")
    assert main(["compare", "--semantic", before, before]) == 0
    assert main(["compare", "--semantic", before, after]) == 1
    assert main(["compare", "--exit-code", before, before]) == 0
    assert main(["compare", "--exit-code", before, after]) == 1


def test_builds_that_differ_in_times_alone_are_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def rebuilt(when: int, content: bytes = b"x" * 100) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            info = tarfile.TarInfo("app")
            info.size, info.mtime = len(content), when
            tar.addfile(info, io.BytesIO(content))
        return out.getvalue()

    before, after, other = (
        archive(tmp_path, *layers, name=f"{number}.tar")
        for number, layers in enumerate(([BASE, rebuilt(1)], [BASE, rebuilt(2)], [BASE, rebuilt(1, b"y" * 100)]))
    )
    assert main(["compare", "--semantic", before, after]) == 0
    out = capsys.readouterr().out
    assert "1  files and folders differ in their time alone" in out and "the same but for times" in out
    assert main(["compare", "--exit-code", before, after]) == 1
    assert main(["compare", "--exit-code", "--semantic", before, after]) == 0
    # The same size, other bytes: times are no excuse.
    assert main(["compare", "--semantic", before, other]) == 1


def test_the_largest_change_comes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = archive(tmp_path, tar_of(("a", "file", b"x" * 10), ("c", "file", b"x" * 2_000)))
    after = archive(
        tmp_path,
        tar_of(("b", "file", b"x" * 20), ("c", "file", b"y"), ("d", "file", b"x" * 5_000), ("e", "file", b"x")),
        name="after.tar",
    )
    assert main(["compare", before, after]) == 0
    out = capsys.readouterr().out
    places = [out.index(text) for text in ("-10 B  /a", "+5.0 kB  /d", "+20 B  /b", "+1 B  /e", "-2.0 kB  /c")]
    assert places == sorted(places), out
    assert main(["compare", before, after, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["added"] == ["d", "b", "e"]
    assert data["bytes_of"] == {"a": -10, "b": 20, "c": -1_999, "d": 5_000, "e": 1}


def test_files_and_links_are_told_apart_from_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In every format; a folder in the place of a file is a change."""
    before = archive(tmp_path, tar_of(("old", "dir", ""), ("old/a", "file", b"x"), ("turned", "file", b"y")))
    after = archive(
        tmp_path, tar_of(("new", "dir", ""), ("new/sub", "dir", ""), ("new/link", "link", "x"), ("turned", "dir", "")),
        name="after.tar",
    )  # fmt: skip
    page = tmp_path / "page.html"
    assert main(["compare", "--semantic", before, after, "--html", str(page)]) == 1
    out = capsys.readouterr().out
    counts = ("files removed: 1", "files added: 1", "files changed: 1", "folders removed: 1", "folders added: 2")
    assert [title for title in counts if title not in out] == []
    assert main(["compare", before, after, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["removed"], data["added"], data["changed"]) == (["old/a"], ["new/link"], ["turned"])
    assert (data["folders_removed"], data["folders_added"]) == (["old"], ["new", "new/sub"])
    assert main(["compare", before, after, "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert [title for title in counts if title not in out] == []
    text = page.read_text()
    assert "1 gone, 1 new; 3 folders" in text and "folder removed" in text and text.count(">folder added<") == 2


def test_compare_says_what_became_of_rights_and_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In every format; values of variables in none, and lists as configurations write them."""
    layers = [tar_of_modes({"bin/su": (mode, b"x"), "same": (0o600, b"y")}) for mode in (0o4755, 0o755)]
    configs: list[dict[str, object]] = [
        {"Cmd": ["run", "-v"], "Env": ["A=one-value", "B=2", "C=3"], "Labels": {"team": "x"}},
        {"Cmd": ["run", "it's"], "Env": ["A=two-value", "C=3", "D=4"], "Labels": {}},
    ]
    before, after = (
        archive(tmp_path, layer, name=f"{number}.tar", config=config)
        for number, (layer, config) in enumerate(zip(layers, configs, strict=True))
    )
    page = tmp_path / "page.html"
    for form in ("text", "markdown", "json"):
        assert main(["compare", before, after, "--format", form, "--html", str(page)]) == 0
        out = capsys.readouterr().out
        assert "4755 -> 0755" in html.unescape(out).replace("\\", ""), form
        assert "config.Env: gone: B; new: D; changed: A" in out
        assert 'value"' not in out and "-value" not in out
    text = page.read_text()
    assert "4755 -&gt; 0755" in text or "4755 -> 0755" in text
    assert main(["compare", before, after]) == 0
    assert 'config.Cmd: ["run", "-v"] -> ["run", "it\'s"]' in capsys.readouterr().out


def test_a_folder_more_is_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = archive(tmp_path, tar_of(("a", "file", b"x")))
    after = archive(tmp_path, tar_of(("a", "file", b"x"), ("empty", "dir", "")), name="after.tar")
    assert main(["compare", "--semantic", before, after]) == 1
    out = capsys.readouterr().out
    assert "folders added: 1" in out and "files added" not in out


@pytest.mark.parametrize(("form", "mark"), [("cyclonedx", "bomFormat"), ("spdx", "spdxVersion")])
def test_sbom_names_the_packages(form: str, mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "sbom.json"
    assert main(["sbom", archive(tmp_path, BASE, TOP), "--format", form, "-o", str(target)]) == 0
    document = json.loads(target.read_text())
    assert mark in document
    assert "base-files" in target.read_text()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[: len(data) // 2], "cannot be read|missing"),
        (lambda data: b"", "image.tar: the image archive cannot be read: it is empty"),
        (lambda data: tar_of(("a", "dir", b"")), "image.tar: the image archive has neither manifest.json"),
        (lambda data: data.replace(b"#!/bin/sh", b"#!/bin/zz"), "digest"),
    ],
)
def test_damage_is_an_error_with_a_reason(
    damage: object, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import re

    path = tmp_path / "image.tar"
    path.write_bytes(damage(old_layout(BASE, TOP)))  # type: ignore[operator]
    assert main(["inspect", str(path)]) == 6
    assert re.search(message, capsys.readouterr().err)


def test_the_bill_of_materials_of_the_same_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = archive(tmp_path, BASE, TOP)
    assert main(["sbom", path]) == 0
    alone = capsys.readouterr().out
    bill = tmp_path / "bill.json"
    assert main(["inspect", path, "--sbom", str(bill)]) == 0
    assert bill.read_text() == alone and '"base-files"' in alone


def test_files_that_are_equal_are_read_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jettison.image import mapped

    same = bytes(range(256)) * 40
    path = archive(tmp_path, tar_of(("a", "file", same)), tar_of(("b", "file", same)))
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    read: list[int] = []
    made = mapped.sha256_of
    monkeypatch.setattr(mapped, "sha256_of", lambda *rest: (read.append(rest[3]), made(*rest))[1])
    first = inspected(capsys, path)
    # The layers are read by it, too.
    assert read.count(len(same)) == 2
    assert {**inspected(capsys, path), "cached_layers": 0} == first and read.count(len(same)) == 2
