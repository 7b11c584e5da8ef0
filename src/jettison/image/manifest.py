"""Which image of an archive or layout is meant: manifest.json, or an OCI index down to one manifest.

Source: Docker image specification v1.2; OCI image specification, "Image Index" and "Image Manifest".
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from platform import machine
from typing import TYPE_CHECKING, Any, Final

from jettison.errors import ImageError
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.blob import LayerBytes

Documents = Mapping[str, bytes]
MAX_INDEXES: Final = 32
_ATTESTATION: Final = "vnd.docker.reference.type"
# Source: the platforms package of containerd, "Normalize".
_SYSTEMS: Final = frozenset({"linux", "windows", "darwin", "freebsd"})
_PROCESSORS: Final = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "i386": "386",
    "armhf": "arm/v7",
    "armel": "arm/v6",
}
_REF: Final = "org.opencontainers.image.ref.name"
# Docker's and OCI's layers, foreign ones included; the word after "tar" is the compression.
_LAYER_TYPES: Final = r"application/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](?:gzip|zstd))?\Z"
_CONFIG_TYPES: Final = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = "io.containerd.image.name"


class Chosen(NamedTuple):
    """One image: its configuration, the digest of that, and the names of its layers, the lowest first.

    descriptors: what an OCI manifest says of the layers, as it is; () for Docker's manifest.json.
    beside: names of other images of the archive, where none was asked for by name.
    manifests: digests of its OCI manifest and of the indexes that this is in, which registries name it by.
    """

    config: dict[str, Any]
    digest: str
    layers: tuple[str, ...]
    descriptors: tuple[dict[str, Any], ...] = ()
    beside: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()

    def stored(self, number: int) -> str:
        """Return the digest of a layer's blob, "" where the archive states none."""
        if self.descriptors:
            return str(self.descriptors[number].get("digest"))
        # The archive of a newer engine names blobs by their digest.
        name = self.layers[number]
        return f"sha256:{posixpath.basename(name)}" if name.startswith("blobs/sha256/") else ""

    def doubt(self, number: int, blob: LayerBytes) -> str:
        """Return why a layer is not what its descriptor says, "" when nothing speaks against it."""
        descriptor = self.descriptors[number] if self.descriptors else {}
        size = descriptor.get("size")
        if isinstance(size, int) and size != blob.size:
            return f"has {blob.size} bytes, the manifest says {size}"
        media_type = str(descriptor.get("mediaType") or "")
        if media_type and not re.match(_LAYER_TYPES, media_type):
            return f"has the media type {media_type[:80]!r}, which is no layer of an image"
        return ""

    def known_fault(self, number: int) -> str:
        """Return what is known of layers of this kind with a wrong digest, "" for nothing.

        Source: github.com/containers/storage/issues/1771.
        """
        annotations = self.descriptors[number].get("annotations") if number < len(self.descriptors) else None
        if not isinstance(annotations, dict) or not any("zstd-chunked" in str(key) for key in annotations):
            return ""
        return (
            "; older tools leave out the zeros at the end of a zstd:chunked layer, and engines refuse it, too:"
            " write the image again with plain zstd or gzip"
        )


def choose(documents: Documents, wanted: str = "", platform: str = "") -> Chosen:
    """Return the image that is meant: by name, by platform ("linux/arm64"), else the first.

    Raises:
        ImageError: there is none, what is there is damaged, or a digest does not fit.
    """
    platform = _normal_platform(platform)
    if "manifest.json" in documents and not (platform and "index.json" in documents):
        return _from_docker(documents, wanted, platform)
    if "index.json" in documents:
        return _from_index(documents, wanted, platform)
    raise ImageError("the image archive has neither manifest.json nor index.json: it holds no image")


def _from_docker(documents: Documents, wanted: str, platform: str) -> Chosen:
    manifest = _json(documents, "manifest.json")
    if not isinstance(manifest, list) or not manifest or not all(isinstance(item, dict) for item in manifest):
        raise ImageError("the image archive has no manifest.json that names an image")
    named = [item for item in manifest if _carries(item.get("RepoTags"), wanted)] if wanted else manifest
    if not named:
        raise ImageError(f"the image archive holds no image {wanted[:100]}; it holds {_tags(manifest)}")
    offered: list[str] = []
    for entry in named[:MAX_INDEXES]:
        chosen = _of_entry(documents, entry)
        name = _platform(chosen.config)
        if _is_for(name, platform):
            others = [item for item in manifest if item is not entry] if not wanted else []
            return chosen._replace(beside=tuple(_tags([item]) for item in others))
        offered.append(name)
    raise ImageError(_not_for(platform, offered, "archive"))


def _of_entry(documents: Documents, entry: dict[str, Any]) -> Chosen:
    config_name = posixpath.normpath(str(entry.get("Config")))
    config = _json(documents, config_name)
    digest = hashlib.sha256(documents[config_name]).hexdigest()
    # Other builders say "sha256:..." or give it a name of their own.
    stated = posixpath.basename(config_name).removesuffix(".json").removeprefix("sha256:")
    if stated != digest and _DIGEST.fullmatch(stated):
        raise ImageError(f"the image's configuration has the digest {digest}, its name says {stated[:80]}")
    layers = entry.get("Layers") or []
    if not isinstance(layers, list):
        raise ImageError("manifest.json names no layers")
    names = tuple(posixpath.normpath(str(name)) for name in layers)
    return Chosen(_object(config, "the image's configuration"), f"sha256:{digest}", names)


def _normal_platform(text: str) -> str:
    """Return a platform as images state it: "arm64", "Linux/aarch64" and "linux/arm64" mean the same, as engines have it."""
    parts = text.strip().lower().split("/")
    if len(parts) == 1 and parts[0] and parts[0] not in _SYSTEMS:
        parts = ["linux", *parts]
    return "/".join([*parts[:1], *(_PROCESSORS.get(part, part) for part in parts[1:])])


def _is_for(name: str, platform: str) -> bool:
    """Return whether an image is for a platform that was asked for; one that does not say is for any.

    A variant that only one side names is no difference.
    """
    return not platform or not name or f"{name}/".startswith(f"{platform}/") or f"{platform}/".startswith(f"{name}/")


def _not_for(platform: str, offered: Sequence[str], what: str) -> str:
    held = ", ".join(dict.fromkeys(offered))[:200]
    return f"the image {what} holds no image for {platform[:40]}; it holds {held}"


def _carries(tags: Any, wanted: str) -> bool:
    full = wanted if ":" in wanted.rpartition("/")[2] else f"{wanted}:latest"
    return isinstance(tags, list) and (wanted in tags or full in tags)


def _tags(manifest: list[dict[str, Any]]) -> str:
    stated = (item.get("RepoTags") for item in manifest)
    tags = [str(tag) for held in stated if isinstance(held, list) for tag in held]
    return ", ".join(tags[:5])[:200] or "images without a name"


def _from_index(documents: Documents, wanted: str, platform: str) -> Chosen:
    waiting = _own_first(_descriptors(_object(_json(documents, "index.json"), "index.json")))
    if wanted:
        held, waiting = waiting, _named(waiting, wanted)
        if not waiting:
            names = [
                name for descriptor in held if (name := _annotation(descriptor, _NAME) or _annotation(descriptor, _REF))
            ]
            raise ImageError(
                f"the image index holds no image {wanted[:100]}; it holds {', '.join(names[:5])[:200] or 'images without a name'}"
            )
    # What is inside of an index goes by the name of that.
    above: tuple[str, ...] = ()
    named = [(one, _annotation(one, _NAME) or _annotation(one, _REF), above) for one in waiting]
    tops = [name for _, name, _ in named if name]
    seen = 0
    offered: list[str] = []
    while named:
        descriptor, own, above = named.pop(0)
        seen += 1
        if seen > MAX_INDEXES:
            raise ImageError("the image index is nested too deeply")
        if _annotation(descriptor, _ATTESTATION):
            continue
        document = _object(_blob(documents, descriptor), "a manifest")
        if isinstance(document.get("manifests"), list):
            above = (str(descriptor.get("digest")), *above)
            named = [(inner, own, above) for inner in _own_first(_descriptors(document))] + named
            continue
        name = _platform(descriptor)
        if not _is_for(name, platform):
            offered.append(name)
            continue
        chosen = _from_manifest(documents, document)
        # An index with one image often says nothing of its platform.
        if not name and not _is_for(_platform(chosen.config), platform):
            offered.append(_platform(chosen.config))
            continue
        beside = tuple(name for name in tops if name != own) if own and not wanted else ()
        return chosen._replace(beside=beside, manifests=(str(descriptor.get("digest")), *above))
    raise ImageError(
        _not_for(platform, offered, "index") if offered else "the image index names no image that can be read"
    )


def _named(descriptors: list[dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
    """Return the descriptors that carry a name; where none does, those that carry its tag alone, as many tools write it."""
    full = wanted if ":" in wanted.rpartition("/")[2] else f"{wanted}:latest"
    found = []
    for descriptor in descriptors:
        names = (_annotation(descriptor, _REF), _annotation(descriptor, _NAME))
        if any(name in (wanted, full) or name.endswith((f"/{wanted}", f"/{full}")) for name in names if name):
            found.append(descriptor)
    tag = wanted.rpartition("/")[2].partition(":")[2]
    return found or [
        one for one in descriptors if tag == _annotation(one, _REF) and tag and not _annotation(one, _NAME)
    ]


def _platform(described: dict[str, Any]) -> str:
    """Return what a descriptor, or a configuration, says of the platform; "" for nothing."""
    stated = described.get("platform", described)
    if not isinstance(stated, dict):
        return ""
    return "/".join(str(stated[k]) for k in ("os", "architecture", "variant") if stated.get(k))


def _own_first(descriptors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the descriptors with those for this machine's processor first: what an engine would pull."""
    own = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine(), machine())
    return sorted(descriptors, key=lambda d: not (_platform(d) + "/").startswith(f"linux/{own}/"))


def _from_manifest(documents: Documents, manifest: dict[str, Any]) -> Chosen:
    descriptor = _object(manifest.get("config"), "the manifest's config")
    media_type = str(descriptor.get("mediaType") or "")
    if media_type and media_type not in _CONFIG_TYPES:
        raise ImageError(f"the manifest is of {media_type[:80]!r}, which is no image")
    config = _object(_blob(documents, descriptor), "the image's configuration")
    layers = manifest.get("layers")
    if not isinstance(layers, list):
        raise ImageError("the manifest names no layers")
    descriptors = tuple(_object(layer, "a layer's descriptor") for layer in layers)
    return Chosen(config, str(descriptor.get("digest")), tuple(map(_path, descriptors)), descriptors)


def _descriptors(index: dict[str, Any]) -> list[dict[str, Any]]:
    found = index.get("manifests")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _annotation(descriptor: dict[str, Any], name: str) -> str:
    annotations = descriptor.get("annotations")
    return str(annotations.get(name) or "") if isinstance(annotations, dict) else ""


def _path(descriptor: dict[str, Any]) -> str:
    algorithm, _, value = str(descriptor.get("digest")).partition(":")
    if not algorithm.isalnum() or not value.isalnum():
        raise ImageError(f"{str(descriptor.get('digest'))[:80]!r} is no digest")
    return f"blobs/{algorithm}/{value}"


def _blob(documents: Documents, descriptor: dict[str, Any]) -> Any:
    name = _path(descriptor)
    if name in documents:
        data = documents[name]
        size, digest = descriptor.get("size"), hashlib.sha256(data).hexdigest()
        if name.startswith("blobs/sha256/") and digest != name.rpartition("/")[2]:
            raise ImageError(f"{name[:100]} has the digest sha256:{digest}, its descriptor says another")
        if isinstance(size, int) and size != len(data):
            raise ImageError(f"{name[:100]} has {len(data)} bytes, its descriptor says {size}")
    return _json(documents, name)


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ImageError(f"{what} is not a JSON object")
    return value


def _json(documents: Documents, name: str) -> Any:
    if name not in documents:
        raise ImageError(f"{name[:100]} is missing from the image archive")
    try:
        return read_document(documents[name])
    except (ValueError, RecursionError) as error:
        raise ImageError(f"{name[:100]} of the image archive is not JSON") from error


def read_document(data: bytes) -> Any:
    """Return the value of a JSON document, with U+FFFD for halves of characters, which no output could carry.

    Raises:
        ValueError, RecursionError: it is none, or nested too deep.
    """
    value = json.loads(data)
    return value if b"\\ud" not in data.lower() and _is_text(data) else _whole(value)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _whole(value: Any) -> Any:
    """Return a value whose texts can be encoded."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value
