"""OCI layouts on disk, of any layers and with anything wrong in them."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from .archives import config_of

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


class Layout:
    """Writes blobs and an index; `describe` gives the descriptor of a blob."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def describe(self, data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """Keep a blob; return its descriptor."""
        value = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs" / "sha256" / value).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{value}", "size": len(data), **more}

    def image(self, *layers: bytes, packed: bool = False, config: bytes | None = None) -> dict[str, Any]:
        """Keep an image; return its manifest, not yet kept."""
        kept = [
            self.describe(gzip.compress(layer, 1, mtime=0), f"{LAYER}+gzip") if packed else self.describe(layer, LAYER)
            for layer in layers
        ]
        return {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.describe(config or full_config(list(layers)), CONFIG),
            "layers": kept,
        }

    def index(self, *descriptors: dict[str, Any]) -> str:
        """Write the index; return the folder."""
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": list(descriptors)}))
        return str(self.folder)

    def write(self, *layers: bytes, packed: bool = False) -> str:
        """Write a whole sound layout of one image, tagged latest; return the folder."""
        manifest = json.dumps(self.image(*layers, packed=packed)).encode()
        return self.index(
            self.describe(manifest, MANIFEST, annotations={"org.opencontainers.image.ref.name": "latest"})
        )


def full_config(layers: list[bytes]) -> bytes:
    """Return a configuration that strict readers take as well."""
    return json.dumps({"architecture": "amd64", "os": "linux", **json.loads(config_of(layers))}).encode()
