"""Small `save` archives made in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile


def tar_of(*members: tuple[str, str, bytes | str], form: int = tarfile.GNU_FORMAT) -> bytes:
    """Return a tar of (name, kind, content or link target); kind: file, dir, link, hardlink."""
    kinds = {
        "file": tarfile.REGTYPE,
        "dir": tarfile.DIRTYPE,
        "link": tarfile.SYMTYPE,
        "hardlink": tarfile.LNKTYPE,
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kinds[kind]
            info.mode = 0o755
            if isinstance(content, str):
                info.linkname = content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def config_of(
    layers: list[bytes], config: dict[str, object] | None = None, history: list[dict[str, object]] | None = None
) -> bytes:
    """Return the configuration JSON of an image with these layer tars."""
    diff_ids = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]
    history = history or [{"created_by": f"step {number}"} for number in range(len(layers))]
    return json.dumps(
        {"config": config or {}, "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": history}
    ).encode()


def old_layout(
    *layers: bytes, config: dict[str, object] | None = None, history: list[dict[str, object]] | None = None
) -> bytes:
    """Return the archive that engines up to 24 write: the configuration comes after the layers."""
    text = config_of(list(layers), config, history)
    name = hashlib.sha256(text).hexdigest() + ".json"
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    members = [(layer_name, "file", layer) for layer_name, layer in zip(names, layers, strict=True)]
    manifest = json.dumps([{"Config": name, "RepoTags": ["a:b"], "Layers": names}]).encode()
    return tar_of(*members, (name, "file", text), ("manifest.json", "file", manifest))


def blob_layout(*layers: bytes, compress: bool = False) -> bytes:
    """Return the archive that engines from 25 on write: OCI blobs, with manifest.json beside them."""
    text = config_of(list(layers))
    blobs = [gzip.compress(layer, mtime=0) if compress else layer for layer in layers]
    names = [f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}" for blob in blobs]
    config_name = f"blobs/sha256/{hashlib.sha256(text).hexdigest()}"
    manifest = json.dumps([{"Config": config_name, "Layers": names}]).encode()
    members = {name: (name, "file", blob) for name, blob in zip(names, blobs, strict=True)}
    return tar_of(
        *members.values(),
        (config_name, "file", text),
        ("manifest.json", "file", manifest),
        ("oci-layout", "file", b"{}"),
    )


def tar_of_modes(files: dict[str, tuple[int, bytes]]) -> bytes:
    """Return a tar of path -> (mode, content)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, (mode, content) in files.items():
            info = tarfile.TarInfo(name)
            info.mode, info.size = mode, len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def layered(layer: bytes, history: tuple[str, ...], config: dict[str, object]) -> bytes:
    """Return an archive with one layer, and a history of steps that made none but the last."""
    steps = [{"created_by": text, "empty_layer": True} for text in history] + [{"created_by": "layer"}]
    diff_ids = ["sha256:" + hashlib.sha256(layer).hexdigest()]
    text = json.dumps({"config": config, "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": steps}).encode()
    name = hashlib.sha256(text).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": None, "Layers": ["0/layer.tar"]}]).encode()
    return tar_of(("0/layer.tar", "file", layer), (name, "file", text), ("manifest.json", "file", manifest))
