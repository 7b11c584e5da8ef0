"""A folder as skopeo's `dir:` and `podman save --format docker-dir` write one: manifest.json, and blobs named by their digest.

Source: containers-transports(5), "dir:path".
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import Final

MAX_MANIFEST: Final = 4 << 20
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_VERSION: Final = b"Directory Transport Version: "


def is_copied_folder(path: str) -> bool:
    """Return whether a folder is a copied image, not the files of one."""
    try:
        with open(os.path.join(path, "version"), "rb") as stream:
            return stream.read(len(_VERSION)) == _VERSION and os.path.isfile(os.path.join(path, "manifest.json"))
    except OSError:
        return False


def copied_index(path: str) -> tuple[bytes, dict[str, str]]:
    """Return the index that an OCI layout of the same image would have, and blobs/sha256/... -> name of the file.

    Raises:
        OSError: the folder cannot be read.
    """
    with open(os.path.join(path, "manifest.json"), "rb") as stream:
        manifest = stream.read(MAX_MANIFEST)
    digest = hashlib.sha256(manifest).hexdigest()
    names = {f"blobs/sha256/{name}": name for name in os.listdir(path) if _DIGEST.fullmatch(name)}
    names[f"blobs/sha256/{digest}"] = "manifest.json"
    described = {"digest": f"sha256:{digest}", "size": len(manifest), "mediaType": _media_type(manifest)}
    return json.dumps({"schemaVersion": 2, "manifests": [described]}).encode(), names


def _media_type(manifest: bytes) -> str:
    try:
        stated = json.loads(manifest).get("mediaType")
    except (ValueError, AttributeError, RecursionError):
        stated = None
    return stated if isinstance(stated, str) else "application/vnd.oci.image.manifest.v1+json"
