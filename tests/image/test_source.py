"""Everything that an image can be given as is the same image; what is none is said in words that help."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from jettison.cli.main import main
from jettison.engine.base import BuildRequest, Engine
from jettison.errors import EngineError, ImageError, SourceError
from jettison.image.archive import read_archive
from jettison.image.collect import InventoryCollector
from jettison.image.source import open_image

from .archives import old_layout, tar_of
from .layouts import INDEX, MANIFEST, Layout, full_config
from .registries import need

BASE = tar_of(("etc/os-release", "file", b"ID=debian\n"), ("gone", "file", b"g" * 500))
TOP = tar_of((".wh.gone", "file", b""), ("app", "file", b"#!/bin/sh\n"))


def files(name: str, platform: str = "") -> dict[str, tuple[int, bytes]]:
    image = open_image(name, InventoryCollector(digests=True), None, platform)
    return {path: (entry.size, entry.digest) for path, entry in image.files.items() if entry.kind == "file"}


def test_what_skopeo_makes_of_an_archive_is_the_same_image(tmp_path: Path) -> None:
    """A tar of an OCI layout, a folder, each kind of compression, and a tar with two images."""
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(BASE, TOP))
    skopeo, wanted = need("skopeo"), files(str(archive))

    def copy(target: str, *options: str) -> None:
        command = [skopeo, "--insecure-policy", "copy", "-q", *options, f"docker-archive:{archive}", target]
        subprocess.run(command, check=True, capture_output=True)

    copy(f"oci-archive:{tmp_path}/oci.tar:app:1")
    copy(f"oci:{tmp_path}/oci:app:1")
    copy(f"oci:{tmp_path}/zstd:app:1", "--dest-compress-format", "zstd")
    copy(f"docker-archive:{tmp_path}/again.tar:app:1")
    copy(f"dir:{tmp_path}/dir")
    copy(f"dir:{tmp_path}/dir-zstd", "--format", "oci", "--dest-compress", "--dest-compress-format", "zstd")
    for name in ("oci.tar", "oci", "zstd", "again.tar", "oci.tar:app:1", "oci:app:1", "dir", "dir-zstd"):
        assert files(str(tmp_path / name)) == wanted, name
    with pytest.raises(ImageError, match="app:1"):
        files(f"{tmp_path}/oci.tar:app:2")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_an_archive_can_come_through_a_pipe(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(BASE, TOP))
    data = pack(archive.read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert files("-") == files(str(archive))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    assert files(str(pipe)) == files(str(archive))
    writer.join()
    for left, said in ((b"", "it is empty"), (data[: len(data) // 2], "standard input")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(left)))
        assert main(["inspect", "-"]) == ImageError.exit_code
        assert said in capsys.readouterr().err


def test_secrets_knows_an_image_in_each_of_its_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = tar_of(("pay.py", "file", b"KEY = 'sk_live_Kx93mVpq7Rt2Zw81Ln5Y'\n"))
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(layer, tar_of((".wh.pay.py", "file", b""))))
    (tmp_path / "image.tar.gz").write_bytes(gzip.compress(archive.read_bytes()))
    unpack(archive, tmp_path / "unpacked")
    Layout(tmp_path / "oci").write(layer)
    for name in ("image.tar", "image.tar.gz", "unpacked", "oci"):
        main(["secrets", str(tmp_path / name), "--format", "json"])
        found = json.loads(capsys.readouterr().out)["secrets"]
        assert [(one["path"], one["layer"]) for one in found] == [("pay.py", 0)], name


def test_a_name_that_looks_like_an_option_is_given_to_no_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--", "-o/tmp/x"]) == SourceError.exit_code
    assert "there is no such file or folder" in capsys.readouterr().err


def test_a_copied_folder_is_checked_and_one_that_only_looks_like_it_is_a_root_file_system(tmp_path: Path) -> None:
    folder = tmp_path / "dir"
    layout = Layout(tmp_path / "layout")
    manifest = layout.image(BASE)
    folder.mkdir()
    for blob in (layout.folder / "blobs" / "sha256").iterdir():
        (folder / blob.name).write_bytes(blob.read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert set(files(f"{folder}/")) == {"manifest.json"} | {
        blob.name for blob in folder.iterdir() if len(blob.name) == 64
    }

    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    assert set(files(f"{folder}/")) == {"etc/os-release", "gone"}

    layer = folder / manifest["layers"][0]["digest"][7:]
    layer.write_bytes(layer.read_bytes().replace(b"ID=debian", b"ID=debiam"))
    with pytest.raises(ImageError, match="digest"):
        files(f"{folder}/")
    (folder / "manifest.json").write_text("[" * 100_000)
    with pytest.raises(ImageError):
        files(f"{folder}/")


def test_a_layout_without_its_index_is_no_root_file_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Layout(tmp_path / "layout")
    made.write(BASE)
    (made.folder / "index.json").unlink()
    for missing in ("", "oci-layout"):
        if missing:
            (made.folder / missing).unlink()
        assert main(["inspect", f"{made.folder}/"]) == ImageError.exit_code
        assert f"{made.folder}/: it is an OCI layout without index.json" in capsys.readouterr().err


def test_an_archive_that_was_unpacked_is_the_image_it_held(tmp_path: Path) -> None:
    """As old engines write it, with a layer that two images share as a link; links out of it lead nowhere."""
    archive, folder = tmp_path / "image.tar", tmp_path / "unpacked"
    archive.write_bytes(several(one=BASE, two=TOP))
    unpack(archive, folder)
    assert files(f"{folder}/") == files(str(archive)) and files(f"{folder}:two:1") == files(f"{archive}:two:1")

    (folder / "two" / "layer.tar").rename(folder / "shared.tar")
    (folder / "two" / "layer.tar").symlink_to("../shared.tar")
    assert "app" in files(f"{folder}:two:1")
    (folder / "shared.tar").rename(tmp_path / "outside.tar")
    (folder / "two" / "layer.tar").unlink()
    (folder / "two" / "layer.tar").symlink_to("../../outside.tar")
    with pytest.raises(ImageError, match=r"two/layer\.tar"):
        files(f"{folder}:two:1")

    manifest = json.loads((folder / "manifest.json").read_text())
    for name in ("../outside.tar", str(tmp_path / "outside.tar"), "nul\0"):
        manifest[1]["Layers"] = [name]
        (folder / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(ImageError, match="missing"):
            files(f"{folder}:two:1")


def test_an_index_in_a_layout_offers_platforms(tmp_path: Path) -> None:
    made = Layout(tmp_path / "layout")
    entries = [
        made.describe(
            json.dumps(made.image(layer)).encode(), MANIFEST, platform={"os": "linux", "architecture": processor}
        )
        for layer, processor in ((BASE, "s390x"), (TOP, "riscv64"))
    ]
    folder = made.index(*entries)
    assert "gone" in files(folder, "linux/s390x")
    assert "app" in files(folder, "linux/riscv64")
    # As engines take them: without the system, in capitals.
    assert "app" in files(folder, "riscv64") and "gone" in files(folder, "Linux/S390X")
    with pytest.raises(ImageError, match="linux/s390x, linux/riscv64"):
        files(folder, "linux/arm64")


def unpack(archive: Path, folder: Path) -> None:
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)


def several(**images: bytes) -> bytes:
    """Return an archive of images of one layer each: name -> layer."""
    members, manifest = [], []
    for name, layer in images.items():
        config = full_config([layer])
        config_name = f"{hashlib.sha256(config).hexdigest()}.json"
        members += [(f"{name}/layer.tar", "file", layer), (config_name, "file", config)]
        manifest.append({"Config": config_name, "RepoTags": [f"{name}:1"], "Layers": [f"{name}/layer.tar"]})
    return tar_of(*members, ("manifest.json", "file", json.dumps(manifest).encode()))


@pytest.mark.parametrize("form", ["archive", "layout"])
def test_an_image_of_another_platform_is_not_taken_for_the_one_asked_for(form: str, tmp_path: Path) -> None:
    path = str(tmp_path / "image.tar")
    if form == "archive":
        (tmp_path / "image.tar").write_bytes(several(one=BASE))
    else:
        made = Layout(tmp_path / "layout")
        path = made.index(made.describe(json.dumps(made.image(BASE, TOP)).encode(), MANIFEST))
    assert files(path, "linux/amd64") == files(path, "linux/amd64/v3") == files(path, "linux") == files(path)
    with pytest.raises(ImageError, match="holds no image for linux/arm64; it holds linux/amd64"):
        files(path, "linux/arm64")


def test_what_an_archive_holds_besides_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(several(first=BASE, second=TOP))
    assert main(["inspect", str(path)]) == 0
    assert f"it holds 1 more image: second:1; {path}:NAME reads one of them" in capsys.readouterr().err
    assert main(["inspect", f"{path}:second:1"]) == 0
    assert "more image" not in capsys.readouterr().err


@pytest.mark.parametrize("word", ["arm64", "aarch64", "Linux/arm64/v8"])
def test_a_processor_goes_by_each_of_its_names(word: str, tmp_path: Path) -> None:
    made = Layout(tmp_path / "layout")
    entries = [
        made.describe(json.dumps(made.image(layer)).encode(), MANIFEST, platform={"os": "linux", "architecture": name})
        for layer, name in ((BASE, "amd64"), (TOP, "arm64"))
    ]
    assert "app" in files(made.index(*entries), word)
    assert "gone" in files(made.index(*entries), "x86_64")


def test_platforms_of_one_name_are_one_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As BuildKit exports them: the name stands at the index alone; a second name beside it is told."""
    made = Layout(tmp_path / "layout")
    manifests = [
        made.describe(json.dumps(made.image(layer)).encode(), MANIFEST, platform={"os": "linux", "architecture": name})
        for layer, name in ((BASE, "amd64"), (TOP, "arm64"))
    ]
    inner = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    tops = [
        made.describe(inner, INDEX, annotations={"org.opencontainers.image.ref.name": name}) for name in ("v1", "v2")
    ]
    for platform in ("amd64", "arm64"):
        assert main(["inspect", made.index(tops[0]), "--platform", platform]) == 0
        assert "more image" not in capsys.readouterr().err
    folder = made.index(*tops)
    assert main(["inspect", folder]) == 0
    assert f"it holds 1 more image: v2; {folder}:NAME" in capsys.readouterr().err


@pytest.mark.engine
def test_an_archive_that_is_not_there_is_told_as_a_file(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "no-such-image.tar"]) == SourceError.exit_code
    assert "no-such-image.tar: there is no such file or folder here, and " in capsys.readouterr().err


@pytest.mark.engine
def test_an_engine_has_the_platform_that_was_asked_for(
    engine: Engine, base_image: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", base_image, "--platform", "plan9/mips"]) == ImageError.exit_code
    assert "holds no image for plan9/mips; it holds linux/" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["/no/such/image.tar", "./image.tar", "../image.tar"])
def test_a_path_that_is_not_there_is_no_name_for_an_engine(name: str) -> None:
    with pytest.raises(SourceError, match="there is no such file or folder"):
        files(name)


@pytest.mark.engine
def test_the_engine_says_itself_what_it_has_not(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EngineError, match="could not save"), engine.save("jettison/there-is-none:1"):
        pytest.fail("there is nothing to read")
    assert main(["inspect", "jettison/there-is-none:1"]) == 4
    assert "could not save jettison/there-is-none:1" in capsys.readouterr().err


def test_a_name_in_a_layout_means_no_other_image(tmp_path: Path) -> None:
    made = Layout(tmp_path / "layout")
    ref, full = "org.opencontainers.image.ref.name", "io.containerd.image.name"
    named = (
        (BASE, {ref: "latest"}), (TOP, {ref: "bb"}), (BASE, {ref: "localhost/team/app:latest"}),
        (TOP, {ref: "latest", full: "docker.io/library/web:latest"}),
    )  # fmt: skip
    folder = made.index(
        *(made.describe(json.dumps(made.image(layer)).encode(), MANIFEST, annotations=names) for layer, names in named)
    )
    held = {"bb": "app", "latest": "gone", "app": "gone", "team/app": "gone", "web": "app", "web:latest": "app"}
    for name, path in held.items():
        assert path in files(f"{folder}:{name}"), name
    # A tool that writes the tag alone; `other` names none.
    assert "gone" in files(f"{folder}:any:latest")
    for name in ("other", "bb:2", "b"):
        with pytest.raises(ImageError, match="holds no image"):
            files(f"{folder}:{name}")


def test_a_folder_of_the_name_of_an_image_is_not_taken_for_the_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`inspect node:18` in a project with a folder `node`; `inspect app` where both are there."""
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "here").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    asked: list[str] = []

    class Asked:
        def save(self, name: str) -> object:
            asked.append(name)
            raise EngineError(f"no such image: {name}")

    monkeypatch.setattr("jettison.engine.find.find_engine", lambda _name: Asked())
    with pytest.raises(EngineError, match="node:18"):
        files("node:18")
    assert "here" in files("node") and "here" in files("./node") and "here" in files("node/")
    assert asked == ["node:18", "node"]


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_an_archive_that_is_compressed_as_a_whole_is_read(
    packed: Callable[[bytes], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`docker save app | gzip > app.tar.gz`, which `docker load` takes too."""
    plain, archive = tmp_path / "app.tar", tmp_path / "app.tar.gz"
    plain.write_bytes(old_layout(BASE, TOP))
    archive.write_bytes(packed(plain.read_bytes()))
    assert files(str(archive)) == files(str(plain)) == files(f"{archive}:a:b")
    archive.write_bytes(packed(plain.read_bytes())[:-200])
    assert main(["inspect", str(archive)]) == 6
    assert "app.tar.gz: the image archive " in capsys.readouterr().err


@pytest.mark.parametrize("data", [b"some text of a file\n" * 100, b"a", bytes(511)])
def test_what_is_no_tar_is_said_to_be_none(data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_bytes(data)
    assert main(["inspect", str(tmp_path / "notes.txt")]) == 6
    assert "it is no tar: neither what `docker save` writes nor an OCI layout" in capsys.readouterr().err


def test_a_bill_of_materials_and_a_folder_that_is_not_there_are_said_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bom.json").write_text(' {"bomFormat": "CycloneDX"}')
    assert main(["sbom", str(tmp_path / "bom.json")]) == ImageError.exit_code
    assert "a bill of materials is what `jettison scan` takes" in capsys.readouterr().err
    assert main(["inspect", "no-such-folder/"]) == SourceError.exit_code
    assert "no-such-folder/: there is no such file or folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["xz", "bz2"])
def test_a_compression_that_is_not_read_is_named(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = {"xz": lzma.compress, "bz2": bz2.compress}[name](old_layout(BASE, TOP))
    (tmp_path / "app.tar").write_bytes(packed)
    assert main(["inspect", str(tmp_path / "app.tar")]) == 6
    assert "unpack it first" in capsys.readouterr().err


@pytest.mark.engine
def test_a_name_without_a_tag_means_its_latest_alone(engine: Engine, tmp_path: Path) -> None:
    """`docker save app` writes every image named app; the first of them may be any."""
    name = f"jettison/test-{secrets.token_hex(4)}"
    try:
        for tag in ("1", "latest", "zoo"):
            (tmp_path / "which").write_text(tag)
            engine.build(BuildRequest(str(tmp_path), b"FROM scratch\nCOPY which /\n", None, f"{name}:{tag}"))
        with engine.save(name) as stream:
            image = read_archive(stream, InventoryCollector(digests=True))
        assert image.files["which"].digest == hashlib.sha256(b"latest").digest()
        assert image.beside == ()
        engine.remove_image(f"{name}:latest")
        with pytest.raises(EngineError, match=f"{name}:latest"), engine.save(name):
            pass
    finally:
        for tag in ("1", "latest", "zoo"):
            engine.remove_image(f"{name}:{tag}")
