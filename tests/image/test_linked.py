"""Hard links are read under the name that says what they are, wherever the file itself stands."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from jettison.image.archive import read_archive
from jettison.image.collect import InventoryCollector
from jettison.image.inspection import inventory_of
from jettison.image.proof_collector import WholeCollector
from jettison.image.source import open_image
from jettison.secretscan.scanner import Scanner

from .archives import blob_layout, tar_of

STORE = "root/.local/share/pnpm/store/v10/files/ab/"
PACKAGES = "usr/src/app/node_modules/.pnpm/"
MANIFEST = json.dumps({"name": "left-pad", "version": "1.3.0"}).encode()
METADATA = b"Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n"
# As pnpm lays them: the store, whose names are digests, comes first in the tar.
LAYER = tar_of(
    (f"{STORE}0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d", "file", MANIFEST), (f"{STORE}9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f", "file", b"module.exports = 1\n"), (f"{STORE}abababababababababababababababababababababababababababababababababababababababab", "file", METADATA),
    (f"{PACKAGES}left-pad@1.3.0/node_modules/left-pad/index.js", "hardlink", f"{STORE}9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f9e8f"),
    (f"{PACKAGES}left-pad@1.3.0/node_modules/left-pad/package.json", "hardlink", f"{STORE}0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d"),
    ("usr/lib/python3/six-1.16.0.dist-info/METADATA", "hardlink", f"{STORE}abababababababababababababababababababababababababababababababababababababababab"),
    ("broken/package.json", "hardlink", "nowhere"),
    ("loop/package.json", "hardlink", "loop/package.json"),
)  # fmt: skip
FOUND = {("npm", "left-pad", "1.3.0"), ("pypi", "six", "1.16.0")}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_a_package_whose_manifest_is_a_link_into_a_store_is_found(tmp_path: Path, packed: bool, whole: bool) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(blob_layout(LAYER, compress=packed))
    collector = WholeCollector(Scanner()) if whole else InventoryCollector(digests=True)
    seen = inventory_of(open_image(str(archive), collector))
    assert {package.key for package in seen.packages} == FOUND
    assert seen.owner(f"{PACKAGES}left-pad@1.3.0/node_modules/left-pad/index.js") is not None


def test_in_a_folder_too_and_bytes_count_once(tmp_path: Path) -> None:
    store, package = tmp_path / "root/a/store", tmp_path / "root/node_modules/left-pad"
    store.mkdir(parents=True)
    package.mkdir(parents=True)
    (store / "0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d").write_bytes(MANIFEST)
    os.link(store / "0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d0c1d", package / "package.json")
    image = open_image(f"{tmp_path}/root", InventoryCollector(digests=True))
    assert {package.key for package in inventory_of(image).packages} == {("npm", "left-pad", "1.3.0")}
    assert image.size_unpacked == len(MANIFEST)


def test_in_what_an_engine_sends_too(tmp_path: Path) -> None:
    image = read_archive(io.BytesIO(blob_layout(LAYER)), InventoryCollector(digests=True))
    assert {package.key for package in inventory_of(image).packages} == FOUND
