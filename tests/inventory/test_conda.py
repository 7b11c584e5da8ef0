"""Conda's packages, and Python's among them by both names."""

from __future__ import annotations

import json

from .trees import inventory

PREFIX = "opt/conda/envs/app"
OPENSSL = {
    "name": "openssl", "version": "1.1.1n", "build": "h7f8727e_0", "subdir": "linux-64", "license": "OpenSSL",
    "files": ["lib/libssl.so.1.1", "../../../etc/passwd"],
}  # fmt: skip
NUMPY = {"name": "numpy", "version": "1.24.0", "build": "py311_0", "files": ["lib/site-packages/numpy/__init__.py"]}


def test_each_file_of_conda_meta_is_a_package_with_its_files() -> None:
    files = {
        f"{PREFIX}/conda-meta/openssl-1.1.1n-h7f8727e_0.json": json.dumps(OPENSSL).encode(),
        f"{PREFIX}/conda-meta/numpy-1.24.0-py311_0.json": json.dumps(NUMPY).encode(),
        f"{PREFIX}/conda-meta/history": b"==> 2024-01-01 <==\n",
        f"{PREFIX}/conda-meta/broken.json": b"{",
        f"{PREFIX}/lib/libssl.so.1.1": b"x" * 50,
        f"{PREFIX}/lib/site-packages/numpy-1.24.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: numpy\nVersion: 1.24.0\n\n",
        "srv/data/openssl.json": json.dumps(OPENSSL).encode(),
        "etc/passwd": b"root",
    }
    found = inventory(files)
    assert {package.purl for package in found.packages} == {
        "pkg:conda/numpy@1.24.0?build=py311_0",
        "pkg:conda/openssl@1.1.1n?build=h7f8727e_0&subdir=linux-64",
        "pkg:pypi/numpy@1.24.0",
    }
    owner = found.owner(f"{PREFIX}/lib/libssl.so.1.1")
    assert owner is not None and owner.name == "openssl" and owner.licences == ("OpenSSL",)
    assert found.owner("etc/passwd") is None
