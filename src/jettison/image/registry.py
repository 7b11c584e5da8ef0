"""An image of a registry, read without pulling it: manifests and layers as they come, held to their digests.

Source: OCI distribution specification 1.1; OCI image specification, "Image Index" and "Image Manifest".
"""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from jettison.errors import ImageError
from jettison.image.archive import MAX_JSON
from jettison.image.assemble import Source
from jettison.image.manifest import Chosen, choose, read_document
from jettison.image.reference import Reference, parse_reference
from jettison.image.registry_http import RegistryHttp

MANIFESTS: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
RESUMES: Final = 4


class RegistryBlob(NamedTuple):
    """One layer in a registry; size as its descriptor says, and not a byte more is read."""

    http: RegistryHttp
    name: str
    digest: str
    size: int

    def evidence(self) -> str:
        """Return what a result of it may be kept under: a registry serves a blob by its digest."""
        return self.digest

    def reader(self) -> RegistryReader:
        """Return a reader of its bytes."""
        return RegistryReader(self)


class RegistryReader:
    """Reads a layer; goes on where a connection broke."""

    def __init__(self, blob: RegistryBlob) -> None:
        self._blob = blob
        self._at = 0
        self._resumes = 0
        self._answer = self._open()

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, b"" at the end.

        Raises:
            ImageError: the registry stops in the middle, again and again.
        """
        want = min(size, self._blob.size - self._at)
        while want > 0:
            try:
                data = self._answer.read(want)
            except (OSError, http.client.HTTPException):
                data = b""
            if data:
                self._at += len(data)
                return data
            self._resumes += 1
            if self._resumes > RESUMES:
                raise ImageError(f"{self._blob.digest}: ends after {self._at} of {self._blob.size} bytes")
            self._answer.close()
            self._answer = self._open()
        return b""

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()

    def _open(self) -> http.client.HTTPResponse:
        path = f"/v2/{self._blob.name}/blobs/{self._blob.digest}"
        answer = self._blob.http.get(path, start=self._at, redirect=True)
        if self._at and answer.status != 206:
            # The server does not know ranges: what was read already is read again.
            left = self._at
            while left > 0 and (data := answer.read(min(left, 1 << 20))):
                left -= len(data)
        return answer


class _Documents(Mapping[str, bytes]):
    """The manifests and configurations of a repository, under the names that an OCI layout would give them."""

    def __init__(self, http_: RegistryHttp, reference: Reference) -> None:
        self._http = http_
        self._name = reference.name
        self._known: dict[str, bytes] = {}
        self._manifests: set[str] = set()
        self._layers: dict[str, RegistryBlob] = {}
        data, media_type = self._fetch(f"/v2/{reference.name}/manifests/{reference.target}", ", ".join(MANIFESTS))
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if reference.digest and digest != reference.digest:
            raise ImageError(f"{reference}: the registry sends a manifest with the digest {digest}")
        if "+prettyjws" in media_type or "distribution.manifest.v1" in media_type:
            raise ImageError(f"{reference}: a manifest of the old schema 1; push the image again with a newer engine")
        self._manifests.add(_path(digest))
        self._keep(_path(digest), data)
        index = {"manifests": [{"digest": digest, "size": len(data), "mediaType": media_type}]}
        self._known["index.json"] = json.dumps(index).encode()

    def blob(self, name: str) -> RegistryBlob | None:
        """Return the layer of this name."""
        return self._layers.get(name)

    def __getitem__(self, name: str) -> bytes:
        if name not in self._known:
            if not name.startswith("blobs/sha256/"):
                raise KeyError(name)
            digest = f"sha256:{name.rpartition('/')[2]}"
            kind = "manifests" if name in self._manifests else "blobs"
            accept = ", ".join(MANIFESTS) if kind == "manifests" else "*/*"
            data, _ = self._fetch(f"/v2/{self._name}/{kind}/{digest}", accept, kind == "blobs")
            self._keep(name, data)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._known or name.startswith("blobs/"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _fetch(self, path: str, accept: str, redirect: bool = False) -> tuple[bytes, str]:
        with self._http.get(path, accept, redirect=redirect) as answer:
            try:
                data = answer.read(MAX_JSON + 1)
            except (OSError, http.client.HTTPException) as error:
                raise ImageError(f"{self._http.host}{path}: ends too early") from error
            if len(data) > MAX_JSON:
                raise ImageError(f"{self._http.host}{path}: more than {MAX_JSON} bytes")
            return data, (answer.getheader("Content-Type") or "").partition(";")[0].strip()

    def _keep(self, name: str, data: bytes) -> None:
        self._known[name] = data
        if name not in self._manifests:
            return
        try:
            document: Any = read_document(data)
        except (ValueError, RecursionError):
            return
        if not isinstance(document, dict):
            return
        for entry in document.get("manifests") or ():
            if isinstance(entry, dict):
                self._manifests.add(_path(str(entry.get("digest"))))
        for entry in document.get("layers") or ():
            size = entry.get("size") if isinstance(entry, dict) else None
            if isinstance(size, int) and size >= 0:
                digest = str(entry.get("digest"))
                self._layers[_path(digest)] = RegistryBlob(self._http, self._name, digest, size)


def _path(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/', 1)}"


def find_in_registry(text: str, platform: str = "") -> tuple[Source, Chosen]:
    """Return what a registry holds under a name; layers that an earlier run read are not fetched later.

    Raises:
        UsageError: the name is none. ImageError: the registry refuses, or what it sends is not what its digest says.
    """
    reference = parse_reference(text)
    documents = _Documents(RegistryHttp(reference.host, reference.plain), reference)
    return documents, choose(documents, "", platform)
