"""Images with secrets in them, made in memory."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any


def tar_of(*members: tuple[str, bytes]) -> bytes:
    """Return a tar of files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def image(
    folder: Path,
    layers: list[list[tuple[str, bytes]]],
    config: dict[str, Any] | None = None,
    history: list[dict[str, Any]] | None = None,
    more: dict[str, Any] | None = None,
) -> str:
    """Return the path of an archive with these files in its layers; history: as the builder writes it."""
    tars = [tar_of(*files) for files in layers]
    settings = {
        "architecture": "amd64",
        "os": "linux",
        "config": config or {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]},
        "history": history or [{"created_by": f"step {number}"} for number in range(len(tars))],
        **(more or {}),
    }
    text = json.dumps(settings).encode()
    name = hashlib.sha256(text).hexdigest() + ".json"
    names = [f"{number}/layer.tar" for number in range(len(tars))]
    manifest = json.dumps([{"Config": name, "RepoTags": ["a:b"], "Layers": names}]).encode()
    members = zip(names, tars, strict=True)
    path = folder / "image.tar"
    path.write_bytes(tar_of(*members, (name, text), ("manifest.json", manifest)))
    return str(path)
