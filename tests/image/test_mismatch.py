"""Digests, sizes and media types that do not fit, cycles and gaps: refused, with what was found and what was stated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from jettison.errors import ImageError
from jettison.image.archive import read_file, read_layout
from jettison.image.collect import InventoryCollector

from .archives import config_of, old_layout, tar_of
from .layouts import CONFIG, INDEX, LAYER, MANIFEST, Layout, full_config

A = tar_of(("a", "file", b"first"))
B = tar_of(("b", "file", b"second"))
ZERO = "sha256:" + "0" * 64


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def keep(made: Layout, manifest: Any, **more: Any) -> str:
    return made.index(made.describe(json.dumps(manifest).encode(), MANIFEST, **more))


def changed_blob(made: Layout, data: bytes, new: bytes) -> None:
    (made.folder / "blobs/sha256" / hashlib.sha256(data).hexdigest()).write_bytes(new)


def with_layer(change: Callable[[dict[str, Any]], object]) -> Callable[[Layout], str]:
    """Return what writes a layout whose second layer's descriptor is changed."""

    def write(made: Layout) -> str:
        manifest = made.image(A, B)
        change(manifest["layers"][1])
        return keep(made, manifest)

    return write


def with_manifest(change: Callable[[dict[str, Any]], object]) -> Callable[[Layout], str]:
    def write(made: Layout) -> str:
        manifest = made.image(A, B)
        change(manifest)
        return keep(made, manifest)

    return write


def with_config(change: Callable[[dict[str, Any]], object]) -> Callable[[Layout], str]:
    def write(made: Layout) -> str:
        config = json.loads(full_config([A, B]))
        change(config)
        return keep(made, made.image(A, B, config=json.dumps(config).encode()))

    return write


def with_blob(which: str, change: Callable[[bytes], bytes]) -> Callable[[Layout], str]:
    def write(made: Layout) -> str:
        manifest = json.dumps(made.image(A, B)).encode()
        folder = made.index(made.describe(manifest, MANIFEST))
        data = {"manifest": manifest, "config": full_config([A, B]), "layer": B}[which]
        changed_blob(made, data, change(data))
        return folder

    return write


def with_index(*descriptors: dict[str, Any]) -> Callable[[Layout], str]:
    return lambda made: made.index(*descriptors)


def nested(made: Layout) -> str:
    descriptor = made.describe(b'{"manifests": []}', INDEX)
    for _ in range(60):
        descriptor = made.describe(json.dumps({"manifests": [descriptor]}).encode(), INDEX)
    return made.index(descriptor)


CASES: dict[str, tuple[Callable[[Layout], str], str]] = {
    "manifest changed": (with_blob("manifest", lambda d: d + b" "), "digest"),
    "manifest gone": (with_index({"digest": ZERO, "size": 2}), "missing"),
    "manifest of another size": (lambda m: m.index({**m.describe(b"{}", MANIFEST), "size": 3}), "2 bytes.*says 3"),
    "manifest without a digest": (with_index({"size": 2}), "no digest"),
    "manifest's digest is a path": (with_index({"digest": "sha256:../../../etc/passwd"}), "no digest"),
    "manifest's digest of another kind": (with_index({"digest": "md5:" + "0" * 32}), "missing|no digest"),
    "manifest is a list": (lambda m: m.index(m.describe(b"[]", MANIFEST)), "not a JSON object"),
    "manifest names no layers": (with_manifest(lambda m: m.pop("layers")), "no layers"),
    "manifest names no configuration": (with_manifest(lambda m: m.pop("config")), "config"),
    "manifest has one layer more": (with_manifest(lambda m: m["layers"].append(m["layers"][0])), "3 layers, the configuration 2"),
    "manifest has one layer less": (with_manifest(lambda m: m["layers"].pop()), "1 layers, the configuration 2"),
    "layers swapped": (with_manifest(lambda m: m["layers"].reverse()), "layer 0.*digest"),
    "layer is text": (with_manifest(lambda m: m["layers"].__setitem__(1, "text")), "not a JSON object"),
    "configuration changed": (with_blob("config", lambda d: d + b" "), "digest"),
    "configuration of another size": (with_manifest(lambda m: m["config"].update(size=1)), "says 1"),
    "configuration gone": (with_manifest(lambda m: m["config"].update(digest=ZERO)), "missing"),
    "configuration of a chart": (with_manifest(lambda m: m["config"].update(mediaType="application/vnd.cncf.helm.config.v1+json")), "no image"),
    "configuration without layers": (with_config(lambda c: c.pop("rootfs")), "configuration 0"),
    "configuration's layers are text": (with_config(lambda c: c["rootfs"].update(diff_ids="sha256:0")), "configuration 0"),
    "diff id of another layer": (with_config(lambda c: c["rootfs"]["diff_ids"].reverse()), "layer 0.*digest"),
    "diff id of nothing": (with_config(lambda c: c["rootfs"]["diff_ids"].__setitem__(1, ZERO)), f"layer 1.*{digest(B)}.*{ZERO}"),
    "diff id is a number": (with_config(lambda c: c["rootfs"]["diff_ids"].__setitem__(1, 7)), "layer 1.*digest"),
    "layer changed": (with_blob("layer", lambda d: d.replace(b"second", b"SECOND")), f"layer 1.*digest.*{digest(B)}"),
    "layer longer": (with_blob("layer", lambda d: d + bytes(512)), "says"),
    "layer shorter": (with_blob("layer", lambda d: d[:-512]), "says"),
    "layer empty": (with_blob("layer", lambda d: b""), "0 bytes"),
    "layer gone": (with_layer(lambda d: d.update(digest=ZERO)), "layer 1.*missing"),
    "layer of another size": (with_layer(lambda d: d.update(size=99)), "layer 1.*says 99"),
    "layer's digest is a path": (with_layer(lambda d: d.update(digest="sha256:../x")), "no digest"),
    "layer of a chart": (with_layer(lambda d: d.update(mediaType="application/vnd.cncf.helm.chart.content.v1.tar+gzip")), "layer 1.*media type"),
    "layer that is JSON": (with_layer(lambda d: d.update(mediaType=CONFIG)), "layer 1.*media type"),
    "layer of an unknown compression": (with_layer(lambda d: d.update(mediaType=f"{LAYER}+xz")), "layer 1.*media type"),
    "index in index in index": (nested, "too deep"),
    "index of nothing": (with_index(), "names no image"),
    "index of attestations only": (
        lambda m: m.index(m.describe(b"{}", MANIFEST, annotations={"vnd.docker.reference.type": "attestation-manifest"})), "names no image",
    ),
    "index of text": (with_index("text"), "names no image"),  # type: ignore[arg-type]
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_fit_is_refused(name: str, tmp_path: Path) -> None:
    write, message = CASES[name]
    with pytest.raises(ImageError, match=rf"(?s){message}"):
        read_layout(write(Layout(tmp_path / "layout")), InventoryCollector())


@pytest.mark.parametrize("kind", ["", "+gzip", "+zstd"])
def test_a_wrong_word_for_the_compression_is_no_harm(kind: str, tmp_path: Path) -> None:
    made = Layout(tmp_path / "layout")
    manifest = made.image(A, B)
    manifest["layers"][1]["mediaType"] = LAYER + kind
    assert set(read_layout(keep(made, manifest), InventoryCollector()).files) == {"a", "b"}


def test_links_in_a_layout_lead_nowhere(tmp_path: Path) -> None:
    made = Layout(tmp_path / "layout")
    folder = made.write(A, B)
    blob = tmp_path / "layout/blobs/sha256" / hashlib.sha256(B).hexdigest()
    blob.rename(tmp_path / "elsewhere")
    blob.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ImageError, match="missing"):
        read_layout(folder, InventoryCollector())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.replace(b'"0/layer.tar"', b'"9/layer.tar"'), "missing"),
        (lambda d: d.replace(b'"Layers"', b'"Lairsx"'), "names 0 layers"),
        (lambda d: d.replace(b"[{", b"{{", 1), "not JSON"),
        (lambda d: d.replace(b"manifest.json", b"manifest.jsom"), "neither|cannot be read|checksum"),
    ],
)
def test_the_engines_own_archive_too(change: Callable[[bytes], bytes], message: str, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(change(old_layout(A, B)))
    with pytest.raises(ImageError, match=message):
        read_file(str(path), InventoryCollector())


def test_several_images_in_one_archive(tmp_path: Path) -> None:
    configs = {name: config_of(layers) for name, layers in (("one", [A]), ("two", [A, B]))}
    names = {name: f"{hashlib.sha256(data).hexdigest()}.json" for name, data in configs.items()}
    manifest = [
        {"Config": names["one"], "RepoTags": ["app:one", "app:other"], "Layers": ["A/layer.tar"]},
        {
            "Config": names["two"],
            "RepoTags": ["registry.test:5000/app:latest"],
            "Layers": ["A/layer.tar", "B/layer.tar"],
        },
    ]
    path = tmp_path / "image.tar"
    path.write_bytes(
        tar_of(
            ("A/layer.tar", "file", A), ("B/layer.tar", "file", B), (names["one"], "file", configs["one"]),
            (names["two"], "file", configs["two"]), ("manifest.json", "file", json.dumps(manifest).encode()),
        )
    )  # fmt: skip
    assert set(read_file(str(path), InventoryCollector()).files) == {"a"}
    assert set(read_file(str(path), InventoryCollector(), "app:other").files) == {"a"}
    assert set(read_file(str(path), InventoryCollector(), "registry.test:5000/app").files) == {"a", "b"}
    with pytest.raises(ImageError, match="app:one, app:other, registry"):
        read_file(str(path), InventoryCollector(), "none:1")
    # What belongs to another image only is not read: its damage is no concern.
    path.write_bytes(path.read_bytes().replace(b"second", b"SECOND"))
    assert set(read_file(str(path), InventoryCollector(), "app:one").files) == {"a"}
    with pytest.raises(ImageError, match="digest"):
        read_file(str(path), InventoryCollector(), "registry.test:5000/app")


@pytest.mark.parametrize("form", ["sha256:{}", "config.json", "meta/image-config", "{}"])
def test_builders_name_the_configuration_as_they_like(form: str, tmp_path: Path) -> None:
    text = config_of([A])
    name = form.format(hashlib.sha256(text).hexdigest())
    manifest = json.dumps([{"Config": name, "RepoTags": ["a:b"], "Layers": ["a.tar"]}]).encode()
    path = tmp_path / "image.tar"
    path.write_bytes(tar_of(("a.tar", "file", A), (name, "file", text), ("manifest.json", "file", manifest)))
    assert set(read_file(str(path), InventoryCollector()).files) == {"a"}
    path.write_bytes(path.read_bytes().replace(text, text.replace(b"step 0", b"step 1")))
    if "{}" in form:
        with pytest.raises(ImageError, match="digest"):
            read_file(str(path), InventoryCollector())


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 30


def test_a_layer_without_its_last_zeros_is_refused_with_what_is_known_of_it(tmp_path: Path) -> None:
    """As containers/storage wrote zstd:chunked layers: engines refuse these, too."""
    made = Layout(tmp_path / "layout")
    cut = A[: len(A.rstrip(b"\0")) // 512 * 512 + 1536]
    assert len(cut) < len(A) and cut + bytes(len(A) - len(cut)) == A
    manifest = made.image(B, A)
    plain = made.describe(zstandard.ZstdCompressor().compress(cut), f"{LAYER}+zstd")
    for key, known in (("io.github.containers.zstd-chunked.manifest-position", True), ("other", False)):
        manifest["layers"][1] = {**plain, "annotations": {key: "1:2:3:1"}}
        with pytest.raises(ImageError, match=f"layer 1 .*{digest(cut)}, the image says {digest(A)}") as caught:
            read_layout(keep(made, manifest), InventoryCollector())
        assert ("leave out the zeros" in str(caught.value)) == known
