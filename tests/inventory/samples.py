"""A small root file system with a package of every kind, made in memory, and writers of binary formats."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

from jettison.inventory.rpm_bdb import blobs as rpm_bdb_blobs

DATA = Path(__file__).parent / "data"
GO_HEAD = b"0w\xaf\f\x92t\b\x02A\xe1\xc1\a\xe6\xd6\x18\xe6"
GO_TAIL = b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"
GO_MODULES = """\
path\texample.com/acme/tool
mod\texample.com/acme/tool\tv1.0.0\th1:0pGrEUVy9YYHvA==
dep\texample.org/Alpha\tv1.2.3\th1:Zu/XM8E6BJgDlEAMoAkehtiiBb02OMytr716VdtK5oM=
dep\texample.org/gamma\tv0.1.0
=>\texample.org/fork\tv0.9.0\th1:sbAIDP7aX2JVSc8dmVRk6Fg5OmxdYQyyg+8RM4QXEIM=
build\t-compiler=gc
build\tCGO_ENABLED=0
"""
STATUS = """\
Package: zlib1g
Status: install ok installed
Priority: required
Installed-Size: 164
Maintainer: Nobody <nobody@example.org>
Architecture: amd64
Multi-Arch: same
Source: zlib (1:1.2.13.dfsg-0)
Version: 1:1.2.13.dfsg-1
Description: compression library
 lines of a description: that go on
 .
 Package: not-a-package

Package: python3-six
Status: install ok installed
Architecture: all
Version: 1.16.0-4
Description: six

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0-1
"""
APK = """\
C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
P:musl
V:1.2.4-r2
A:x86_64
S:383152
I:622592
T:the musl c library (libc) implementation
L:MIT
o:musl
m:Nobody <nobody@example.org>
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1f9c0vWkJhQ0gGDeV3GpDTaS2Rh0=
R:libc.musl-x86_64.so.1

C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWx=
P:libcrypto3
V:3.1.4-r1
A:x86_64
L:Apache-2.0 AND (MIT OR BSD-2-Clause)
o:openssl
F:etc
F:etc/ssl
R:openssl.cnf
"""
GEMSPEC = """\
# -*- encoding: utf-8 -*-
# stub: rake 13.0.6 ruby lib

Gem::Specification.new do |s|
  s.name = "rake".freeze
  s.version = "13.0.6"

  s.required_rubygems_version = Gem::Requirement.new(">= 1.3.2".freeze)
  s.authors = ["Hiroshi SHIBATA".freeze]
  s.files = ["lib/rake.rb".freeze, "exe/rake".freeze]
  s.homepage = "https://example.org".freeze
  s.licenses = ["MIT".freeze]
  s.rubygems_version = "3.3.5".freeze
end
"""


def elf(sections: dict[str, bytes], address: int = 0x400000) -> bytes:
    """Return a 64-bit program with the sections, all in one writable segment."""
    names = b"\0"
    body, places = b"", []
    start = 64 + 56
    for name, content in sections.items():
        padding = -(start + len(body)) % 16
        body += b"\0" * padding
        places.append((len(names), start + len(body), len(content)))
        names += name.encode() + b"\0"
        body += content
    strings = len(names)
    names += b".shstrtab\0"
    places.append((strings, start + len(body), len(names)))
    body += names
    table = start + len(body)
    # What a section is goes by its name: readers of Go insist on it.
    order = [*sections, ".shstrtab"]
    kinds = dict.fromkeys((".dynstr", ".strtab", ".shstrtab"), (3, 0, 0))
    for name, kind, strings_of in ((".symtab", 2, ".strtab"), (".dynsym", 11, ".dynstr")):
        kinds[name] = (kind, order.index(strings_of) + 1 if strings_of in order else 0, 24)
    rows = bytes(64)
    for name, (name_at, at, size) in zip(order, places, strict=True):
        kind, link, step = kinds.get(name, (1, 0, 0))
        rows += struct.pack("<IIQQQQIIQQ", name_at, kind, 3, address + at, at, size, link, 0, 1, step)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, table, 0, 64, 56, 1, 64, len(places) + 1, len(places))
    head += struct.pack("<IIQQQQQQ", 1, 6, 0, address, address, table, table, 4096)
    return head + body + rows


def go_program(version: str = "go1.21.5", modules: str = GO_MODULES) -> bytes:
    """Return a program of Go 1.18 or later: strings in place."""
    text = GO_HEAD + modules.encode() + GO_TAIL
    info = b"\xff Go buildinf:" + bytes([8, 2]) + bytes(16)
    for part in (version.encode(), text):
        info += _varint(len(part)) + part
    return elf({".text": bytes(5000), ".go.buildinfo": info})


def old_go_program(version: str = "go1.13.15", modules: str = GO_MODULES) -> bytes:
    """Return a program of Go 1.17 or earlier: pointers to string headers."""
    address, start = 0x400000, 64 + 56 + 8
    text = GO_HEAD + modules.encode() + GO_TAIL
    strings_at = start + 32 + 32
    headers = struct.pack("<QQ", address + strings_at, len(version))
    headers += struct.pack("<QQ", address + strings_at + len(version), len(text))
    info = b"\xff Go buildinf:" + bytes([8, 0]) + struct.pack("<QQ", address + start + 32, address + start + 48)
    return elf({".go.buildinfo": info + headers + version.encode() + text, ".text": bytes(5000)})


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def rust_program() -> bytes:
    """Return a program as cargo-auditable makes it."""
    crates = [
        {"name": "adler", "version": "1.0.2", "source": "registry"},
        {"name": "cc", "version": "1.0.83", "source": "registry", "kind": "build"},
        {"name": "tool", "version": "0.1.0", "source": "local", "dependencies": [0], "root": True},
    ]
    return elf({".text": bytes(5000), ".dep-v0": zlib.compress(json.dumps({"packages": crates}).encode())})


def jar(entries: dict[str, bytes | str]) -> bytes:
    """Return a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            # Not the time of now: the same bytes in every run.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def maven_jar(group: str, artifact: str, version: str, more: dict[str, bytes | str] | None = None) -> bytes:
    """Return an archive as Maven makes it."""
    properties = f"#Generated by Maven\nversion={version}\ngroupId={group}\nartifactId={artifact}\n"
    manifest = f"Manifest-Version: 1.0\r\nImplementation-Title: {artifact}\r\nImplementation-Version: {version}\r\n\r\n"
    place = f"META-INF/maven/{group}/{artifact}/pom.properties"
    return jar({"META-INF/MANIFEST.MF": manifest, place: properties, **(more or {})})


def rpm_sqlite() -> bytes:
    """Return a database that rpm 4.18 wrote."""
    return gzip.decompress((DATA / "rpmdb.sqlite.gz").read_bytes())


def rpm_bdb() -> bytes:
    """Return the same packages as a Berkeley DB hash file, written by Berkeley DB 5.3."""
    return gzip.decompress((DATA / "Packages.gz").read_bytes())


def rpm_headers() -> list[bytes]:
    """Return the headers of the same packages."""
    # The file also holds the number of entries, under the key 0.
    return [blob for blob in rpm_bdb_blobs(rpm_bdb()) if len(blob) > 4]


def rpm_ndb(blobs: list[bytes]) -> bytes:
    """Return the blobs as an ndb file."""
    slots, area = b"", b""
    for number, blob in enumerate(blobs, 1):
        body = struct.pack("<4sIII", b"BlbS", number, 7, len(blob)) + blob
        body += bytes(-(len(body) + 12) % 16) + struct.pack("<II4s", 0, len(blob), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, (4096 + len(area)) // 16, len(body) // 16)
        area += body
    page = struct.pack("<4sIIII", b"RpmP", 0, 7, 1, len(blobs) + 1).ljust(32, b"\0") + slots
    while len(page) < 4096:
        page += struct.pack("<4sIII", b"Slot", 0, 0, 0)
    return page + area


def root() -> dict[str, bytes]:
    """Return path -> content of a root file system with packages of every kind but rpm and apk."""
    inner = maven_jar("org.example", "inner-lib", "0.4.0")
    texts = {
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
        "var/lib/dpkg/status": STATUS,
        "var/lib/dpkg/info/zlib1g:amd64.list": "/.\n/lib\n/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu/libz.so.1\n",
        "var/lib/dpkg/info/python3-six.list": "/usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO\n",
        "usr/share/doc/zlib1g/copyright": "Files: *\nCopyright: x\nLicense: Zlib\n\nLicense: GPL-2+ or MIT\n more\n",
        "usr/lib/x86_64-linux-gnu/libz.so.1": "not read",
        "usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO": "Metadata-Version: 1.2\nName: six\nVersion: 1.16.0\n",
        "usr/local/lib/python3.11/site-packages/Foo_Bar.baz-2.0.dist-info/METADATA": (
            "Metadata-Version: 2.1\nName: Foo_Bar.baz\nVersion: 2.0\nLicense: MIT\n\nText\n"
        ),
        "usr/local/lib/python3.11/site-packages/Foo_Bar.baz-2.0.dist-info/RECORD": (
            'foo_bar/__init__.py,sha256=x,3\n"foo_bar/a,b.py",,\n../../../bin/foo,,\nFoo_Bar.baz-2.0.dist-info/RECORD,,\n'
        ),
        "usr/local/lib/python3.11/site-packages/foo_bar/__init__.py": "abc",
        "usr/local/lib/python3.11/site-packages/foo_bar/a,b.py": "abcd",
        "usr/local/bin/foo": "#!/usr/bin/python3\n",
        "app/package.json": '{"name": "app", "version": "1.0.0"}',
        "app/node_modules/@scope/thing/package.json": '{"name": "@scope/thing", "version": "3.2.1", "license": "ISC"}',
        "app/node_modules/left-pad/package.json": '{"name": "left-pad", "version": "1.3.0", "licenses": [{"type": "MIT"}]}',
        "app/node_modules/left-pad/esm/package.json": '{"type": "module"}',
        "usr/local/lib/ruby/gems/3.2.0/specifications/rake-13.0.6.gemspec": GEMSPEC,
        "srv/vendor/composer/installed.json": json.dumps(
            {
                "packages": [
                    {"name": "monolog/monolog", "version": "2.9.1", "version_normalized": "2.9.1.0", "license": ["MIT"]}
                ]
            }
        ),
    }
    binaries = {
        "usr/local/bin/tool": go_program(),
        "usr/local/bin/old-tool": old_go_program(),
        "usr/local/bin/rusty": rust_program(),
        "opt/inner-lib-0.4.0.jar": inner,
        "opt/outer-1.0.war": maven_jar("com.acme", "outer", "1.0", {"WEB-INF/lib/plain-2.5.jar": jar({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n"}),
                                                                     "WEB-INF/lib/inner-lib-0.4.0.jar": inner}),
    }  # fmt: skip
    return {path: text.encode() for path, text in texts.items()} | binaries


def archives() -> dict[str, bytes]:
    """Return Java archives whose names and manifests say more or less."""
    head = "Manifest-Version: 1.0\n"
    manifests = {
        "foo.jar": "Bundle-SymbolicName: org.example.foo;singleton:=true\nBundle-Version: 1.2.3.v2020\n",
        "bar.jar": "Implementation-Title: Bar Title\nImplementation-Version: 4.5\n",
        "baz-1.0-SNAPSHOT.jar": "",
        "qux_2.13-3.1.jar": "Specification-Title: qux\nSpecification-Version: 3.1\n",
        "org.eclipse.core_3.1.2.jar": "Bundle-Version: 3.1.2\n",
        "jakarta-ee-v2-1.0.jar": "",
        "log4j-1.2-api-2.17.jar": "",
        "commons-x-1.0.Final-sources.jar": "",
        "app.hpi": "Short-Name: git\nPlugin-Version: 4.1\nGroup-Id: org.jenkins\n",
    }
    contents = {f"opt/{name}": jar({"META-INF/MANIFEST.MF": head + text}) for name, text in manifests.items()}
    shaded: dict[str, bytes | str] = {"META-INF/MANIFEST.MF": head}
    for name in "ab":
        shaded[f"META-INF/maven/g/{name}/pom.properties"] = f"groupId=g\nartifactId={name}\nversion=1\n"
    return contents | {"opt/shaded-9.jar": jar(shaded)}
