"""Damaged and malicious files give fewer packages, never an exception, and cost bounded time and memory."""

from __future__ import annotations

import gzip
import lzma
import random
import struct
import time
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard

from jettison.inventory import (
    apk,
    chisel,
    conan,
    dotnet,
    dpkg,
    erlang,
    go_binary,
    java,
    kernel,
    kernel_module,
    known_binaries,
    lua,
    nix,
    node,
    opkg,
    pacman,
    pear,
    php,
    portage,
    python,
    rpm,
    ruby,
    rust_binary,
    wordpress,
)
from jettison.inventory.collect import read_large
from jettison.inventory.os_release import read_os_release
from jettison.inventory.package import Package

from . import samples
from . import samples_of_systems as made
from .trees import inventory

Read = Callable[[str, bytes], list[Package]]
ROOT = samples.root()
MODULES = "lib/modules/6.1"
NDB = samples.rpm_ndb(samples.rpm_headers())
CASES: list[tuple[str, Read, str, bytes]] = [
    ("dpkg", dpkg.read, "var/lib/dpkg/status", samples.STATUS.encode()),
    ("apk", apk.read, "lib/apk/db/installed", samples.APK.encode()),
    ("sqlite", rpm.read, "var/lib/rpm/rpmdb.sqlite", samples.rpm_sqlite()),
    ("bdb", rpm.read, "var/lib/rpm/Packages", samples.rpm_bdb()),
    ("ndb", rpm.read, "var/lib/rpm/Packages.db", NDB),
    ("python", python.read, "a.dist-info/METADATA", b"Name: a\nVersion: 1\nLicense: MIT\n"),
    ("node", node.read, "package.json", ROOT["app/node_modules/left-pad/package.json"]),
    ("ruby", ruby.read, "specifications/rake-13.0.6.gemspec", samples.GEMSPEC.encode()),
    ("php", php.read, "composer/installed.json", ROOT["srv/vendor/composer/installed.json"]),
    ("dotnet", dotnet.read, "a.deps.json", b'{"libraries": {"A/1.0": {"type": "package"}}}'),
    ("go", go_binary.read, "tool", samples.go_program()),
    ("old go", go_binary.read, "tool", samples.old_go_program()),
    ("rust", rust_binary.read, "tool", samples.rust_program()),
    ("program", read_large, "tool", samples.go_program()),
    ("node program", known_binaries.read, "bin/node", b"node.js/v18.19.0"),
    ("java", java.read, "a-1.jar", ROOT["opt/outer-1.0.war"]),
    ("pacman", pacman.read, f"{made.PACMAN}/desc", made.PACMAN_DESC.encode()),
    ("portage", portage.read, f"{made.PORTAGE}/CONTENTS", made.PORTAGE_CONTENTS.encode()),
    ("lua", lua.read, "lib/luarocks/rocks-5.1/hello/1.2-3/hello-1.2-3.rockspec", made.ROCKSPEC.encode()),
    ("wordpress plugin", wordpress.read, "wp-content/plugins/shop/shop.php", made.PLUGIN.encode()),
    ("wordpress theme", wordpress.read, "wp-content/themes/plain/style.css", made.THEME.encode()),
    ("kernel", kernel.read, "boot/vmlinuz-6", made.kernel_image()),
    ("module", kernel_module.read, f"{MODULES}/a.ko", made.module(vermagic="6.1 SMP", version="1")),
    ("xz module", kernel_module.read, f"{MODULES}/a.ko.xz", lzma.compress(made.module(vermagic="6.1 SMP", version="1"))),
    ("zst module", kernel_module.read, f"{MODULES}/a.ko.zst", zstandard.compress(made.module(vermagic="6.1 SMP", version="1"))),
    ("gz module", kernel_module.read, f"{MODULES}/a.ko.gz", gzip.compress(made.module(vermagic="6.1 SMP", version="1"), mtime=0)),
    ("pear", pear.read, "usr/share/php/.registry/redis.reg", made.pear_record()),
    ("conan", conan.read, "zlib/1.2/_/_/package/0a1b2c3d4e5f/conaninfo.txt", made.CONANINFO.encode()),
    ("chisel", chisel.read, "var/lib/chisel/manifest.wall", made.chisel_manifest()),
    ("opkg", opkg.read, "usr/lib/opkg/status", made.OPKG_STATUS.encode()),
    ("erlang", erlang.read, "lib/phoenix-1.7.10/ebin/phoenix.app", made.APPLICATION.encode()),
    ("native image", read_large, "server", made.native_image("pkg:maven/io.netty/netty-codec@4.1.100.Final")),
    ("noted program", read_large, "tool", made.noted_program(type="rpm", name="a", version="1")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "read", "path", "data"), CASES, ids=[case[0] for case in CASES])
def test_damage_never_raises(name: str, read: Read, path: str, data: bytes) -> None:
    assert read(path, data), "the undamaged file must be read, or this test shows nothing"
    chance = random.Random(name)
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 4, 64))):
            damaged[chance.randrange(len(damaged))] = chance.choice((0, 0xFF, 0x7F, chance.randrange(256)))
        read(path, bytes(damaged[: chance.choice((len(damaged), chance.randrange(len(damaged) + 1)))]))
    for head in (*range(min(len(data), 300)), len(data) - 1):
        read(path, data[:head])


@pytest.mark.parametrize(("name", "read", "path", "data"), CASES, ids=[case[0] for case in CASES])
def test_noise_never_raises(name: str, read: Read, path: str, data: bytes) -> None:
    chance = random.Random(name)
    for size in (0, 1, 15, 16, 63, 64, 511, 512, 4096, 70_000):
        read(path, chance.randbytes(size))
        read(path, data[:64] + chance.randbytes(size))


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"packages":['])
def test_json_of_great_depth(opening: bytes) -> None:
    for read, path in (
        (node.read, "package.json"),
        (php.read, "composer/installed.json"),
        (dotnet.read, "a.deps.json"),
    ):
        assert read(path, opening * 100_000) == []


def test_values_of_wrong_kinds() -> None:
    for value in ("[]", "1", "null", '"x"', "[1]", '{"a": 1}', "1" * 5000):
        for key in ("name", "version", "license", "licenses", "packages", "libraries"):
            text = f'{{"name": "a", "version": "1", "{key}": {value}}}'.encode()
            for read in (node.read, php.read, dotnet.read):
                read("a/package.json", text)


def _measured(call: Callable[[], object]) -> tuple[float, int]:
    tracemalloc.start()
    start = time.process_time()
    call()
    seconds = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak


def test_bomb_in_an_archive() -> None:
    bomb = samples.jar({"a.class": bytes(200 << 20)})
    outer = samples.jar({"lib/bomb-1.jar": bomb, "META-INF/MANIFEST.MF": b"A: b\n" * (20 << 20)})

    seconds, peak = _measured(lambda: java.read("outer-1.jar", outer))

    assert peak < 32 << 20 and seconds < 5


def test_manifests_of_one_line_that_never_ends() -> None:
    inner = samples.jar({"META-INF/MANIFEST.MF": b"A: b\n" + b" a\n" * 340_000})
    outer = samples.jar({f"lib/{number}-1.jar": inner for number in range(30)})

    seconds, _ = _measured(lambda: java.read("outer-1.jar", outer))

    assert seconds < 30


def test_archives_nested_without_end() -> None:
    data = samples.maven_jar("g", "deepest", "1")
    for level in range(60):
        data = samples.maven_jar("g", f"level{level}", "1", {"lib/inner-1.jar": data})

    found = java.read("outer-1.jar", data)

    # One by its file name and one by its properties on each level, as the two differ.
    assert len(found) == 2 * (java.MAX_DEPTH + 1)


def test_archive_whose_entries_are_all_one_entry() -> None:
    inner = samples.jar({"big": bytes(30 << 20), "META-INF/MANIFEST.MF": "Implementation-Version: 1\n"})
    one = samples.jar({"inner-1.jar": inner})
    end = one.rfind(b"PK\x05\x06")
    size, at = struct.unpack_from("<II", one, end + 12)
    directory = one[at : at + size] * 50_000
    data = one[:at] + directory + one[end : end + 12] + struct.pack("<II", len(directory), at) + b"\0\0"

    seconds, peak = _measured(lambda: java.read("outer-1.jar", data))

    assert seconds < 20 and peak < 128 << 20


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_bomb_in_a_module(pack: Callable[[bytes], bytes]) -> None:
    suffix = {gzip.compress: "gz", lzma.compress: "xz"}.get(pack, "zst")  # type: ignore[comparison-overlap]
    bomb = pack(bytes(300 << 20))
    small = pack(bytes(30 << 20))

    seconds, peak = _measured(lambda: kernel_module.read(f"{MODULES}/a.ko.{suffix}", bomb))
    assert peak < 96 << 20 and seconds < 5

    # However many there are: each byte of an image makes few.
    count = (4 << 20) // len(small)
    seconds, _ = _measured(lambda: [kernel_module.read(f"{MODULES}/a.ko.{suffix}", small) for _ in range(count)])
    assert seconds < 5


def test_rpm_pages_that_point_to_themselves() -> None:
    data = bytearray(samples.rpm_bdb())
    size = struct.unpack_from("<I", data, 20)[0]
    for page in range(1, len(data) // size):
        if data[page * size + 25] == 7:
            struct.pack_into("<I", data, page * size + 16, page)
    seconds, _ = _measured(lambda: rpm.read("var/lib/rpm/Packages", bytes(data)))

    assert seconds < 2


def test_rpm_slots_that_share_one_large_blob() -> None:
    blob = struct.pack("<4sIII", b"BlbS", 1, 7, 1 << 20) + bytes(1 << 20)
    slots = struct.pack("<4sIII", b"Slot", 1, 256, len(blob) // 16) * 254
    data = struct.pack("<4sIIII", b"RpmP", 0, 7, 1, 2).ljust(32, b"\0") + slots + blob
    seconds, peak = _measured(lambda: rpm.read("var/lib/rpm/Packages.db", data))

    assert seconds < 2 and peak < 16 << 20


def test_sqlite_with_a_view_in_place_of_the_table() -> None:
    import sqlite3

    base = sqlite3.connect(":memory:")
    base.execute(
        "create view Packages as with recursive n(hnum) as (select 1 union all select hnum + 1 from n) "
        "select hnum, zeroblob(1000000) as blob from n"
    )

    assert rpm.read("var/lib/rpm/rpmdb.sqlite", base.serialize()) == []


def test_control_characters_do_not_come_through() -> None:
    found = inventory(
        {
            "etc/os-release": b"ID=debian\x1b[31m\nPRETTY_NAME=a\x07b\n",
            "var/lib/dpkg/status": b"Package: a\x1b]0;x\x07\nVersion: 1\x00\x9b2\nStatus: install ok installed\n",
            "app/package.json": b'{"name": "a\\u001b[2J", "version": "1"}',
        }
    )
    text = repr(found.packages) + repr(found.release)

    assert not any(sequence in text for sequence in ("\\x1b", "\\x07", "\\x00"))


def test_long_lines_and_many_paragraphs_take_time_in_proportion() -> None:
    many = b"Package: a\nVersion: 1\nStatus: install ok installed\n\n" * 40_000
    long = b"Package: " + b"a" * (4 << 20) + b"\nVersion: 1\n"
    for data in (many, long, b"\n" * (4 << 20), b" \n" * (2 << 20), b":" * (4 << 20)):
        seconds, _ = _measured(lambda data=data: dpkg.read("var/lib/dpkg/status", data))  # type: ignore[misc]
        assert seconds < 10
    for data in (b"License: " * 30_000, b"(" * 200_000, b"License: a or " * 20_000):
        seconds, _ = _measured(lambda data=data: dpkg.licences(data))  # type: ignore[misc]
        assert seconds < 3
    for data in (
        b"s.name = " * 100_000,
        b"s.files = [" * 90_000,
        b'"' * (1 << 20),
        b"\n" * (1 << 20),
        b" " * (1 << 20),
    ):
        seconds, _ = _measured(lambda data=data: ruby.read("specifications/a-1.gemspec", data))  # type: ignore[misc]
        assert seconds < 3
    for data in (
        b"Version:" * 1000,
        b"Plugin Name: " * 600,
        b"\n" + b"*" * 8000,
        b"\n \t" * 2700,
        b"License:" + b" */" * 2700,
    ):
        seconds, _ = _measured(lambda data=data: wordpress.read("wp-content/plugins/a/a.php", data))  # type: ignore[misc]
        assert seconds < 1
    for data in (
        b'["a"] = {' * 100_000,
        b"a = " * 250_000,
        b"[" * (1 << 20),
        b'a = "b" ' * 125_000,
        b"a" * (1 << 20),
    ):
        seconds, _ = _measured(lambda data=data: list(lua.file_names(data)))  # type: ignore[misc]
        assert seconds < 8
    for data in (b"package = " * 100_000, b"\n" * (1 << 20), b" " * (1 << 20), b"version = [[" * 80_000):
        seconds, _ = _measured(lambda data=data: lua.read("rocks/a/1/a-1.rockspec", data))  # type: ignore[misc]
        assert seconds < 3
    for data in (
        b"a:1:{" * 800_000,
        b"a:999999999:{" + b"i:1;" * 900_000,
        b's:999999999:"' + b"x" * (4 << 20),
        b"N;" * (2 << 20),
    ):
        seconds, _ = _measured(lambda data=data: pear.read(".registry/a.reg", data))  # type: ignore[misc]
        assert seconds < 8
    for data in (b"obj " * (1 << 20), b"sym a -> " * 500_000, b"\n" * (4 << 20), b"obj a\n" * 600_000):
        seconds, _ = _measured(lambda data=data: portage.read("var/db/pkg/a/b-1/CONTENTS", data))  # type: ignore[misc]
        assert seconds < 10
    for data in (b"%" * (1 << 20), b"%A%\n" * 200_000, b"%NAME%\n" + b"a\n" * 400_000):
        seconds, _ = _measured(lambda data=data: pacman.read(f"{made.PACMAN}/desc", data))  # type: ignore[misc]
        assert seconds < 3
    for data in (
        b"{application," * 80_000,
        b"{vsn, " * 170_000,
        b"{licenses,[" * 90_000,
        b"{ \n" * 300_000,
        b'{vsn,"' * 170_000,
    ):
        seconds, _ = _measured(lambda data=data: erlang.read("a/ebin/a.app", b"{application,a," + data))  # type: ignore[misc]
        assert seconds < 3
    for name in ("a-1" * 60, "a-" * 100, "1-" * 100, f"{'0' * 32}-" + "a-1-" * 60, f"{'0' * 32}-" + "1." * 100):
        seconds, _ = _measured(lambda name=name: nix.read_name(name))  # type: ignore[misc]
        assert seconds < 0.5
    for data in (b"7.2.4" * 1_000_000, b"0.0.0" + b"-" * (4 << 20), b"1" * (4 << 20)):
        for name in (
            "redis-server",
            "python3.11",
            "nginx",
            "mysqld",
            "openssl",
            "php",
            "perl",
            "haproxy",
            "arangosh",
            "composer",
            "beam.smp",
            "dart",
        ):
            seconds, _ = _measured(lambda data=data, name=name: known_binaries.read(f"bin/{name}", data))  # type: ignore[misc]
            assert seconds < 5, name


def test_release_file_of_noise() -> None:
    chance = random.Random(1)
    for _ in range(200):
        read_os_release(b"ID=" + chance.randbytes(chance.randrange(200)))
    assert read_os_release(b"") is None
