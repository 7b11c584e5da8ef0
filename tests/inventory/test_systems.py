"""Packages of systems that few images are of, each with what it owns."""

from __future__ import annotations

import gzip
import lzma

import pytest
import zstandard

from jettison.inventory import conan, kernel_module, nix, pacman, portage, wordpress
from jettison.inventory.lua import file_names
from jettison.inventory.php_serialized import MAX_DEPTH, unserialized
from jettison.vulnerabilities.ecosystems import place_of

from . import samples_of_systems as made
from .trees import inventory

ARCH = b'ID=arch\nPRETTY_NAME="Arch Linux"\nID_LIKE=""\n'
GENTOO = b"ID=gentoo\nVERSION_ID=2.15\n"
SIX = "usr/lib/python3.11/site-packages/six-1.0.dist-info/METADATA"


def test_pacman() -> None:
    found = inventory(
        {
            "etc/os-release": ARCH,
            f"{made.PACMAN}/desc": made.PACMAN_DESC.encode(),
            f"{made.PACMAN}/files": made.PACMAN_FILES.encode(),
            f"{made.PACMAN}/mtree": b"\x1f\x8b",
            "srv/desc": made.PACMAN_DESC.encode(),
            "etc/demo conf/a.conf": b"abc",
            "usr/bin/demo": b"x" * 40,
            SIX: made.SIX.encode(),
        }
    )

    (package,) = found.packages
    assert package.purl == "pkg:alpm/arch/demo@1:2.3.4-2?arch=x86_64&distro=arch&upstream=demo-all"
    assert package.licences == ("GPL-2.0-or-later", "MIT")
    assert package.installed_bytes == 35715 and package.source_name == "demo-all"
    assert found.owner("etc/demo conf/a.conf") == found.owner("usr/bin/demo") == package
    assert [(one.name, owner) for one, owner in found.dropped] == [("six", 0)]
    assert place_of(package, found.release).why_not == "no advisories are known for arch"


def test_of_a_list_of_pacman_only_its_files_are_kept() -> None:
    kept = pacman.paths_only(made.PACMAN_FILES.encode())

    assert pacman.file_list(kept) == pacman.file_list(made.PACMAN_FILES.encode())
    assert b"BACKUP" not in kept and b"etc/\n" not in kept


def test_portage() -> None:
    found = inventory(
        {
            "etc/os-release": GENTOO,
            f"{made.PORTAGE}/CONTENTS": made.PORTAGE_CONTENTS.encode(),
            f"{made.PORTAGE}/LICENSE": b"GPL-2 BSD\n",
            f"{made.PORTAGE}/SIZE": b"4711\n",
            f"{made.PORTAGE}/SLOT": b"0/1\n",
            "usr/bin/demo": b"x" * 40,
            "usr/share/demo/with a space": b"abc",
            SIX: made.SIX.encode(),
        },
        {"usr/bin/demo-link": "demo"},
    )

    (package,) = found.packages
    assert package.key == ("ebuild", "dev-lang/demo-tool", "1.2.3_rc1-r2")
    assert package.purl == "pkg:ebuild/dev-lang/demo-tool@1.2.3_rc1-r2?distro=gentoo-2.15"
    assert package.installed_bytes == 4711
    for path in ("usr/bin/demo", "usr/share/demo/with a space", "usr/bin/demo-link"):
        assert found.owner(path) == package
    assert [one.name for one, _ in found.dropped] == ["six"]


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("app-arch/xz-utils-5.4.2", "app-arch/xz-utils", "5.4.2"),
        ("media-libs/libpng-1.6.40-r1", "media-libs/libpng", "1.6.40-r1"),
        ("dev-libs/a-2-b-1.0a_p20230101", "dev-libs/a-2-b", "1.0a_p20230101"),
        ("virtual/libc-1", "virtual/libc", "1"),
        ("sys-devel/gcc-config-2.11", "sys-devel/gcc-config", "2.11"),
    ],
)
def test_names_of_portage(folder: str, name: str, version: str) -> None:
    (package,) = portage.read(f"var/db/pkg/{folder}/CONTENTS", b"")
    assert (package.name, package.version) == (name, version)


@pytest.mark.parametrize(
    ("text", "licences"),
    [
        ("MIT", ("MIT",)),
        ("Apache-2.0 MIT", ("Apache-2.0 AND MIT",)),
        ("|| ( GPL-2 MIT ) ssl? ( openssl )", ("GPL-2", "MIT", "openssl")),
        ("", ()),
    ],
)
def test_licences_of_portage(text: str, licences: tuple[str, ...]) -> None:
    (package,) = portage.read("var/db/pkg/a-b/c-1/CONTENTS", b"")
    assert portage.completed(package, {"var/db/pkg/a-b/c-1/LICENSE": text.encode()}).licences == licences


HASH = "1mdvsn6izdrpkw5fs0g5k1h03z8q4zq4"


@pytest.mark.parametrize(
    ("rest", "name", "version", "output"),
    [
        ("hello-2.12.1", "hello", "2.12.1", ""),
        ("glibc-2.34-210-bin", "glibc", "2.34-210", "bin"),
        ("glibc-2.34-210", "glibc", "2.34-210", ""),
        ("python3.11-requests-2.31.0", "python3.11-requests", "2.31.0", ""),
        ("foo-unstable-2023-01-02", "foo", "unstable-2023-01-02", ""),
        ("bar-0-unstable-2024-05-06", "bar", "0-unstable-2024-05-06", ""),
        ("linux-6.1.0-modules", "linux", "6.1.0", "modules"),
        ("libfoo-1.2.3+git20230101", "libfoo", "1.2.3+git20230101", ""),
        ("baz-1.0-beta", "baz", "1.0-beta", ""),
        ("tzdata-2023c", "tzdata", "2023c", ""),
    ],
)
def test_names_of_nix(rest: str, name: str, version: str, output: str) -> None:
    package = nix.read_name(f"{HASH}-{rest}")

    assert package is not None
    assert (package.name, package.version) == (name, version)
    assert dict(package.qualifiers).get("output", "") == output


def test_what_is_no_package_of_nix() -> None:
    for name in ("some-hook", "source", f"{HASH}-source", f"{HASH}-some-hook", "hello-2.12.1", f"{HASH}-", ".links"):
        assert nix.read_name(name) is None


def test_nix_packages_own_their_folders_and_leave_what_is_inside_to_be_looked_up() -> None:
    place = f"nix/store/{HASH}-python3.11-six-1.0"
    found = inventory(
        {
            f"{place}/lib/python3.11/site-packages/six.py": b"x" * 9,
            f"{place}/lib/python3.11/site-packages/six-1.0.dist-info/METADATA": made.SIX.encode(),
            f"nix/store/{HASH}-hello-1.0.drv": b"Derive()",
            f"nix/store/{HASH}-bash52-001.patch": b"--- a",
            f"srv/nix/store/{HASH}-hello-1.0/bin/hello": b"x",
        },
        {"nix/store": "", f"nix/store/{HASH}-link-1.0": "x"},
    )

    assert [one.purl for one in found.packages] == [
        f"pkg:nix/python3.11-six@1.0?outputhash={HASH}",
        "pkg:pypi/six@1.0",
    ]
    assert found.owner(f"{place}/lib/python3.11/site-packages/six.py") == found.packages[0]


def test_luarocks() -> None:
    folder = "usr/local/lib/luarocks/rocks-5.1/hello/1.2-3"
    found = inventory(
        {
            f"{folder}/hello-1.2-3.rockspec": made.ROCKSPEC.encode(),
            f"{folder}/rock_manifest": made.ROCK_MANIFEST.encode(),
            f"{folder}/bin/hello-bin": b"#!/bin/sh\n",
            "usr/local/share/lua/5.1/hello/core.lua": b"return {}",
            "usr/local/share/lua/5.1/other.lua": b"return {}",
            "srv/app/hello-1.2-3.rockspec": made.ROCKSPEC.encode(),
        }
    )

    (package,) = found.packages
    assert package.purl == "pkg:luarocks/hello@1.2-3" and package.licences == ("MIT/X11",)
    assert found.owner("usr/local/share/lua/5.1/hello/core.lua") == package
    assert found.owner(f"{folder}/bin/hello-bin") == package
    assert found.owner("usr/local/share/lua/5.1/other.lua") is None


def test_names_in_a_list_of_a_rock() -> None:
    names = ["bin/hello-bin", "hello-1.2-3.rockspec", "lua/hello/core.lua", "lua/hello.lua"]
    assert list(file_names(made.ROCK_MANIFEST.encode())) == names
    assert list(file_names(b'rock_manifest = { lua = { [".."] = { ["x.lua"] = "0" }, ["../a"] = "0" } }')) == [
        "lua/../x.lua"
    ]


def test_wordpress() -> None:
    base = "var/www/html/wp-content"
    found = inventory(
        {
            f"{base}/plugins/shop/shop.php": made.PLUGIN.encode(),
            f"{base}/plugins/shop/includes/deep.php": made.PLUGIN.encode(),
            f"{base}/plugins/shop/helper.php": b"<?php // Version: 9\n",
            f"{base}/plugins/hello.php": b"<?php\n// Plugin Name: Hello\n// Version: 1.7.2\n",
            f"{base}/plugins/none/none.php": b"<?php /* Plugin Name: No version */",
            f"{base}/themes/plain/style.css": made.THEME.encode(),
            "var/www/html/wp-includes/version.php": b"<?php\n/** @global string $wp_version */\n$wp_version = '6.4.2';\n",
            "srv/plugins/shop/shop.php": made.PLUGIN.encode(),
        }
    )

    assert [(one.purl, one.licences) for one in found.packages] == [
        ("pkg:generic/wordpress@6.4.2", ()),
        ("pkg:wordpress/plugins/hello@1.7.2", ()),
        ("pkg:wordpress/themes/plain@2.0", ("GNU General Public License v2 or later",)),
        ("pkg:wordpress/plugins/shop@5.3.1", ("GPLv2 or later",)),
    ]
    assert found.owner(f"{base}/plugins/shop/includes/deep.php") == found.packages[3]
    assert found.owner(f"{base}/plugins/none/none.php") is None


def test_a_header_of_wordpress_ends_where_it_reads_to() -> None:
    late = b"<?php\n" + b"#" * 8192 + b"\n/* Plugin Name: Late\nVersion: 1\n*/"
    assert wordpress.read("wp-content/plugins/late/late.php", late) == []


MODULES = "lib/modules/6.1.0-28-cloud-amd64"
INTREE = {"license": "GPL", "intree": "Y", "name": "bridge", "vermagic": "6.1.0-28-cloud-amd64 SMP", "version": "2.3"}
OUTSIDE = {"version": "2.1.5-1", "license": "CDDL", "name": "zfs", "vermagic": "6.1.0-28-cloud-amd64 SMP mod_unload"}


def test_a_kernel_is_one_package_with_the_modules_of_its_tree() -> None:
    bare = {key: value for key, value in OUTSIDE.items() if key != "version"} | {"name": "bare"}
    found = inventory(
        {
            "boot/vmlinuz-6.1.0-28-cloud-amd64": made.kernel_image(),
            f"{MODULES}/kernel/net/bridge/bridge.ko": made.module(**INTREE),
            f"{MODULES}/kernel/net/tun.ko.xz": lzma.compress(made.module(**INTREE)),
            f"{MODULES}/updates/dkms/zfs.ko.zst": zstandard.compress(made.module(**OUTSIDE)),
            f"{MODULES}/extra/bare.ko.gz": gzip.compress(made.module(**bare)),
            f"{MODULES}/modules.dep": b"x" * 10,
            "kernel": made.kernel_image("5.10.121-linuxkit"),
            "srv/kernel": b"#!/bin/sh\n",
            "srv/bridge.ko": made.module(**INTREE),
        }
    )

    assert [(one.purl, one.licences) for one in found.packages] == [
        ("pkg:generic/bare@6.1.0-28-cloud-amd64", ("CDDL",)),
        ("pkg:generic/linux-kernel@5.10.121-linuxkit", ()),
        ("pkg:generic/linux-kernel@6.1.0-28-cloud-amd64", ()),
        ("pkg:generic/zfs@2.1.5-1", ("CDDL",)),
    ]
    owner = found.owner(f"{MODULES}/modules.dep")
    assert owner is not None and owner.path == "boot/vmlinuz-6.1.0-28-cloud-amd64"
    assert found.owner(f"{MODULES}/updates/dkms/zfs.ko.zst") == found.packages[3]


def test_modules_without_the_image_of_their_kernel_name_it() -> None:
    found = inventory({f"{MODULES}/kernel/{name}.ko": made.module(**INTREE) for name in ("a", "b")})

    assert [one.purl for one in found.packages] == ["pkg:generic/linux-kernel@6.1.0-28-cloud-amd64"]
    assert found.packages[0].folder == MODULES and not found.unowned


@pytest.mark.parametrize("suffix", ["xz", "zst", "gz"])
def test_a_packed_module_that_is_none(suffix: str) -> None:
    for data in (b"", b"x", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", bytes(5000)):
        assert kernel_module.read(f"{MODULES}/a.ko.{suffix}", data) == []


def test_pear_and_pecl() -> None:
    folder = "usr/local/lib/php"
    found = inventory(
        {
            f"{folder}/.registry/.channel.pecl.php.net/redis.reg": made.pear_record(),
            f"{folder}/.registry/pear.reg": made.pear_record("PEAR", "1.10.13", "pear.php.net"),
            f"{folder}/.registry/broken.reg": made.pear_record()[:100],
            f"{folder}/extensions/no-debug/redis.so": b"x" * 20,
            "srv/windows.reg": b"REGEDIT4\n",
        }
    )

    assert [(one.purl, one.licences) for one in found.packages] == [
        ("pkg:pear/pear.php.net/PEAR@1.10.13", ("PHP",)),
        ("pkg:pear/pecl.php.net/redis@6.0.2", ("PHP",)),
    ]
    owner = found.owner(f"{folder}/extensions/no-debug/redis.so")
    assert owner is not None


def test_values_that_php_serialized() -> None:
    value = {"a": 1, 2: {"b": None, "c": True, "d": 0.25}, 'ä;"': "x"}
    assert unserialized(made.serialized(value)) == value
    for damaged in (b"", b"a:2:{", b's:9:"x";', b"i:x;", b"a:1:{a:0:{}i:1;}", b'O:8:"stdClass":0:{}', b"i:1"):
        assert unserialized(damaged) is None
    assert unserialized(b"a:1:{i:0;" * (MAX_DEPTH + 2) + b"N;" + b"}" * (MAX_DEPTH + 2)) is None


def test_conan() -> None:
    folder = "root/.conan/data/zlib/1.2.13/_/_/package/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
    found = inventory({f"{folder}/conaninfo.txt": made.CONANINFO.encode(), f"{folder}/lib/libz.a": b"x"})

    (package,) = found.packages
    assert package.purl == "pkg:conan/zlib@1.2.13" and found.owner(f"{folder}/lib/libz.a") == package
    other = folder.replace("/_/_/", "/acme/stable/")
    assert conan.read(f"{other}/conaninfo.txt", made.CONANINFO.encode())[0].purl == (
        "pkg:conan/zlib@1.2.13?channel=stable&user=acme"
    )


def test_opkg() -> None:
    found = inventory(
        {
            "etc/os-release": b'ID="openwrt"\nVERSION_ID="23.05.2"\n',
            "usr/lib/opkg/status": made.OPKG_STATUS.encode(),
            "usr/lib/opkg/info/busybox.list": b"/bin/busybox\n/etc/init.d/cron\n",
            "usr/lib/opkg/info/busybox.control": b"Package: busybox\nVersion: 1.36.1-r2\nLicense: GPL-2.0\n",
            "etc/init.d/cron": b"#!/bin/sh\n",
            "srv/status": made.OPKG_STATUS.encode(),
        }
    )

    (package,) = found.packages
    assert package.purl == "pkg:opkg/openwrt/busybox@1.36.1-r2?arch=x86_64&distro=openwrt-23.05.2"
    assert package.licences == ("GPL-2.0",) and found.owner("etc/init.d/cron") == package


def test_chisel() -> None:
    found = inventory(
        {
            "etc/os-release": b"ID=ubuntu\nVERSION_ID=24.04\n",
            "var/lib/chisel/manifest.wall": made.chisel_manifest(),
            "usr/lib/x86_64-linux-gnu/libc.so.6": b"x" * 30,
            "srv/manifest.wall": b"no manifest",
        },
        {"lib": "usr/lib"},
    )

    assert [one.purl for one in found.packages] == [
        "pkg:deb/ubuntu/base-files@13ubuntu10?arch=amd64&distro=ubuntu-24.04",
        "pkg:deb/ubuntu/libc6@2.39-0ubuntu8?arch=amd64&distro=ubuntu-24.04",
    ]
    assert found.owner("usr/lib/x86_64-linux-gnu/libc.so.6") == found.packages[1]


def test_what_dpkg_and_chisel_name_is_one_package() -> None:
    status = b"Package: libc6\nVersion: 2.39-0ubuntu8\nArchitecture: amd64\nSource: glibc\n"
    found = inventory({"var/lib/chisel/manifest.wall": made.chisel_manifest(), "var/lib/dpkg/status.d/libc6": status})

    assert [(one.name, one.source_name) for one in found.packages] == [("base-files", ""), ("libc6", "glibc")]


def test_applications_of_erlang_and_elixir() -> None:
    own = '{application,kernel,[{vsn,"8.5"}]}.'
    found = inventory(
        {
            "app/lib/phoenix-1.7.10/ebin/phoenix.app": made.APPLICATION.encode(),
            "app/lib/phoenix-1.7.10/priv/static/x.js": b"x",
            "app/lib/kernel-8.5/ebin/kernel.app": own.encode(),
            "app/lib/broken-1/ebin/broken.app": b"{application,broken,[{vsn,git}]}.",
            "srv/Notes.app": made.APPLICATION.encode(),
        }
    )

    (package,) = found.packages
    assert package.purl == "pkg:hex/phoenix@1.7.10" and package.licences == ("MIT",)
    assert found.owner("app/lib/phoenix-1.7.10/priv/static/x.js") == package
    place = place_of(package, None)
    assert (place.ecosystems, place.scheme, place.name, place.version) == (("Hex",), "semver", "phoenix", "1.7.10")


def test_a_native_image_names_its_java_packages() -> None:
    purls = ("pkg:maven/io.netty/netty-codec@4.1.100.Final", "pkg:maven/org.example/lib", "no purl")
    found = inventory({"app/bin/server": made.native_image(*purls), "app/bin/other": made.native_image()})

    assert [one.purl for one in found.packages] == ["pkg:maven/io.netty/netty-codec@4.1.100.Final"]
    stripped = inventory({"app/bin/server": made.native_image(*purls, tables=(".dynsym", ".dynstr"))})
    assert stripped.packages == found.packages
    assert place_of(found.packages[0], None).name == "io.netty:netty-codec"


NOTE = {"type": "deb", "os": "ubuntu", "osVersion": "24.04", "name": "openssl", "version": "3.0.13-0ubuntu3", "architecture": "amd64"}  # fmt: skip


def test_a_note_in_a_program_names_its_package_where_no_database_does() -> None:
    program = made.noted_program(**NOTE)
    copied = {
        "usr/bin/openssl": program,
        "usr/lib/engines/bin/x.so": program,
        "usr/bin/odd": made.noted_program(type="x"),
    }
    found = inventory(copied)

    (package,) = found.packages
    assert package.purl == "pkg:deb/ubuntu/openssl@3.0.13-0ubuntu3?arch=amd64&distro=ubuntu-24.04"
    assert package.files == ("usr/bin/openssl", "usr/lib/engines/bin/x.so")
    assert found.owner("usr/lib/engines/bin/x.so") == package
    place = place_of(package, None)
    assert place.ecosystems and place.ecosystems[0].startswith("Ubuntu:24.04")

    database = {
        "var/lib/dpkg/status": (
            b"Package: libssl3\nSource: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.13-0ubuntu3.4\n"
        ),
        "var/lib/dpkg/info/libssl3:amd64.list": b"/.\n/usr/bin/openssl\n",
    }
    whole = inventory(copied | database)
    assert [(one.name, one.files) for one in whole.packages] == [
        ("libssl3", ("usr/bin/openssl",)),
        ("openssl", ("usr/lib/engines/bin/x.so",)),
    ]
    assert not whole.dropped and sum(whole.bytes_of) + whole.unowned == sum(map(len, (copied | database).values()))
