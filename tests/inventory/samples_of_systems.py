"""Files of package managers that few images have, as each of them writes them."""

from __future__ import annotations

import gzip
import json
import struct

import zstandard

from . import samples

PACMAN = "var/lib/pacman/local/demo-1:2.3.4-2"
PACMAN_DESC = """\
%NAME%
demo

%VERSION%
1:2.3.4-2

%BASE%
demo-all

%DESC%
A program: with a colon

%ARCH%
x86_64

%BUILDDATE%
1700000000

%SIZE%
35715

%REASON%
1

%LICENSE%
MIT
GPL-2.0-or-later

%DEPENDS%
glibc

"""
PACMAN_FILES = """\
%FILES%
etc/
etc/demo conf/
etc/demo conf/a.conf
usr/bin/demo
usr/lib/python3.11/site-packages/six-1.0.dist-info/METADATA

%BACKUP%
etc/demo conf/a.conf\t4d02a10f7fdf4bb1e5a6b5e9bc3b2e1d

"""
PORTAGE = "var/db/pkg/dev-lang/demo-tool-1.2.3_rc1-r2"
PORTAGE_CONTENTS = """\
dir /usr
dir /usr/bin
obj /usr/bin/demo 4d02a10f7fdf4bb1e5a6b5e9bc3b2e1d 1700000000
obj /usr/share/demo/with a space 4d02a10f7fdf4bb1e5a6b5e9bc3b2e1d 1700000000
sym /usr/bin/demo-link -> demo 1700000000
obj /usr/lib/python3.11/site-packages/six-1.0.dist-info/METADATA 4d02a10f7fdf4bb1e5a6b5e9bc3b2e1d 1700000000
"""
SIX = "Metadata-Version: 2.1\nName: six\nVersion: 1.0\n"
ROCKSPEC = """\
package = "hello"
version = "1.2-3"
source = { url = "git://localhost/hello" }
description = {
   summary = "Hello",
   license = "MIT/X11"
}
dependencies = { "lua >= 5.1" }
build = { type = "builtin", modules = { ["hello.core"] = "core.lua" } }
"""
ROCK_MANIFEST = """\
rock_manifest = {
   bin = {
      ["hello-bin"] = "c01f7f0bb6a5ab4b63ba8a6e2a7bd0a8"
   },
   ["hello-1.2-3.rockspec"] = "e1f9ffb1e5f5a3f3c2f2c5f36e0e1b4c",
   lua = {
      hello = {
         ["core.lua"] = "d16f3ba9ec1bd13d6c49d5b4f6d5c1a1"
      },
      ["hello.lua"] = "d16f3ba9ec1bd13d6c49d5b4f6d5c1a1"
   }
}
"""
PLUGIN = """\
<?php
/**
 * @package Shop
 */
/*
Plugin Name: The Shop & More
Plugin URI: https://example.org/
Description: Sells things. Version: of the future
Version: 5.3.1
Requires at least: 5.8
Author: Nobody
License: GPLv2 or later
*/
"""
THEME = "/*\nTheme Name: Plain Theme\nAuthor: nobody\nVersion: 2.0\nLicense: GNU General Public License v2 or later\n*/\nbody {}\n"
CONANINFO = "[settings]\n    os=Linux\n\n[requires]\n\n[full_settings]\n    os=Linux\n\n[full_requires]\n\n[recipe_hash]\n    0a1b\n"
OPKG_STATUS = """\
Package: busybox
Version: 1.36.1-r2
Depends: libc
Status: install user installed
Architecture: x86_64
Installed-Time: 1700000000

Package: gone
Version: 1.0
Status: deinstall ok not-installed
Architecture: x86_64

"""
APPLICATION = """\
%% A comment
{application,phoenix,
             [{optional_applications,[]},
              {modules,['Elixir.Phoenix','Elixir.Phoenix.Channel']},
              {description,"Peace of mind"},
              {licenses,["MIT"]},
              {registered,[]},
              {vsn,"1.7.10"}]}.
"""


def chisel_manifest() -> bytes:
    """Return a manifest as chisel writes it."""
    lines = [
        {"jsonwall": "1.0", "schema": "1.0", "count": 9},
        {"kind": "content", "slice": "base-files_base", "path": "/etc/"},
        {"kind": "content", "slice": "libc6_libs", "path": "/lib/x86_64-linux-gnu/libc.so.6"},
        {"kind": "package", "name": "base-files", "version": "13ubuntu10", "sha256": "0a", "arch": "amd64"},
        {"kind": "package", "name": "libc6", "version": "2.39-0ubuntu8", "sha256": "0b", "arch": "amd64"},
        {"kind": "path", "path": "/lib/x86_64-linux-gnu/libc.so.6", "mode": "0755", "slices": ["libc6_libs"], "size": 30},
        {"kind": "slice", "name": "libc6_libs"},
    ]  # fmt: skip
    return zstandard.compress("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode())


def pear_record(name: str = "redis", version: str = "6.0.2", channel: str = "pecl.php.net") -> bytes:
    """Return a record as PEAR serializes it."""
    return serialized(
        {
            "attribs": {"version": "2.0"},
            "name": name,
            "channel": channel,
            "summary": "Größe; \"x\"",
            "version": {"release": version, "api": "6.0"},
            "stability": {"release": "stable", "api": "stable"},
            "license": {"attribs": {"uri": "https://example.org"}, "_content": "PHP"},
            "filelist": {
                "redis.so": {"role": "ext", "installed_as": "/usr/local/lib/php/extensions/no-debug/redis.so"},
                "tests/a.phpt": {"role": "test", "installed_as": "/usr/local/lib/php/test/redis/a.phpt"},
            },
            "_lastmodified": 1700000000,
            "bool": True,
            "nothing": None,
            "half": 0.5,
        }
    )  # fmt: skip


def serialized(value: object) -> bytes:
    """Return what PHP's serialize() makes of texts, numbers and arrays."""
    if value is None:
        return b"N;"
    if isinstance(value, bool):
        return b"b:%d;" % value
    if isinstance(value, int):
        return b"i:%d;" % value
    if isinstance(value, float):
        return f"d:{value!r};".encode()
    if isinstance(value, str):
        text = value.encode()
        return b's:%d:"%s";' % (len(text), text)
    assert isinstance(value, dict)
    pairs = b"".join(serialized(key) + serialized(one) for key, one in value.items())
    return b"a:%d:{%s}" % (len(value), pairs)


def kernel_image(release: str = "6.1.0-28-cloud-amd64") -> bytes:
    """Return the first part of an image that x86 boots."""
    text = f"{release} (nobody@example.org) #1 SMP Debian 6.1.119-1 (2024-11-22)".encode()
    data = bytearray(0x4000)
    # A jump, a boot sector's mark, the header's magic, protocol 2.15, where the text lies.
    data[0x1FE:0x200] = b"\x55\xaa"
    data[0x200:0x206] = b"\xeb\x6aHdrS"
    data[0x206:0x208] = b"\x0f\x02"
    data[0x20E:0x210] = struct.pack("<H", 0x3000 - 0x200)
    data[0x211] = 1
    data[0x3000 : 0x3000 + len(text) + 1] = text + b"\0"
    return bytes(data)


def module(**said: str) -> bytes:
    """Return a module of the kernel that says this of itself."""
    return samples.elf({".modinfo": b"".join(f"{key}={value}".encode() + b"\0" for key, value in said.items())})


def noted_program(**said: str) -> bytes:
    """Return a program with a note of its package."""
    text = json.dumps(said).encode()
    note = struct.pack("<III", 4, len(text), 0xCAFE1A7E) + b"FDO\0" + text
    return samples.elf({".text": bytes(5000), ".note.package": note + bytes(-len(note) % 4)})


def native_image(*purls: str, tables: tuple[str, str] = (".symtab", ".strtab")) -> bytes:
    """Return a program as GraalVM makes it, with a bill of materials that names these; tables: of symbols, of names."""
    parts = ((purl, purl.rpartition("/")[2].partition("@")) for purl in purls)
    components = [
        {"type": "library", "name": name, "version": version, "purl": purl} for purl, (name, _, version) in parts
    ]
    text = gzip.compress(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}).encode(), mtime=0
    )
    data = struct.pack("<Q", len(text)) + text
    names = b"\0sbom\0sbom_length\0__svm_version_info\0"
    # Where .data lies: behind the head of the program and the sections before it, each at a multiple of sixteen.
    before = {".svm_heap": bytes(5000), tables[1]: names.ljust(48, b"\0")}
    address = 0x400000 + (64 + 56 + 15) // 16 * 16 + sum((len(one) + 15) // 16 * 16 for one in before.values())
    symbols = bytes(24) + b"".join(
        struct.pack("<IBBHQQ", names.index(b"\0" + name + b"\0") + 1, 0x11, 0, 1, at, 8)
        for name, at in ((b"sbom", address + 8), (b"sbom_length", address), (b"__svm_version_info", address))
    )
    return samples.elf(before | {".data": data, tables[0]: symbols})
