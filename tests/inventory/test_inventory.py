"""Every kind of package is found, with what it owns; the rest of an image is not touched."""

from __future__ import annotations

import pytest

from jettison.image.image import FileEntry
from jettison.inventory import java
from jettison.inventory.collect import HEAD, collect, wants, wants_program
from jettison.inventory.os_release import read_os_release

from . import samples
from .programs import OTHERS, PROGRAMS, program
from .trees import inventory

EXPECTED = {
    ("cargo", "adler", "1.0.2"),
    ("cargo", "tool", "0.1.0"),
    ("composer", "monolog/monolog", "2.9.1"),
    ("deb", "python3-six", "1.16.0-4"),
    ("deb", "zlib1g", "1:1.2.13.dfsg-1"),
    ("gem", "rake", "13.0.6"),
    ("golang", "example.com/acme/tool", "v1.0.0"),
    ("golang", "example.org/Alpha", "v1.2.3"),
    ("golang", "example.org/fork", "v0.9.0"),
    ("golang", "stdlib", "1.13.15"),
    ("golang", "stdlib", "1.21.5"),
    ("maven", "inner-lib", "0.4.0"),
    ("maven", "outer", "1.0"),
    ("maven", "plain", "2.5"),
    ("npm", "@scope/thing", "3.2.1"),
    ("npm", "app", "1.0.0"),
    ("npm", "left-pad", "1.3.0"),
    ("pypi", "foo-bar-baz", "2.0"),
}
MERGED = {"lib": "usr/lib", "bin": "/usr/bin"}


def test_every_kind_is_found() -> None:
    found = inventory(samples.root(), MERGED)

    assert {package.key for package in found.packages} == EXPECTED


def test_a_language_package_of_a_distribution_package_is_not_a_second_one() -> None:
    found = inventory(samples.root(), MERGED)

    assert [(one.key, found.packages[owner].name) for one, owner in found.dropped] == [
        (("pypi", "six", "1.16.0"), "python3-six")
    ]


def test_owned_paths_follow_linked_folders() -> None:
    found = inventory(samples.root(), MERGED)
    owner = found.owner("usr/lib/x86_64-linux-gnu/libz.so.1")

    assert owner is not None and owner.name == "zlib1g"
    assert owner.source_name == "zlib" and owner.source_version == "1:1.2.13.dfsg-0"
    assert owner.licences == ("GPL-2+", "MIT", "Zlib")
    assert owner.purl == (
        "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib%401:1.2.13.dfsg-0"
    )


def test_python_records_own_files_outside_their_folder() -> None:
    found = inventory(samples.root(), MERGED)
    names = {path: package.name for path in found.owner_of if (package := found.owner(path))}

    assert names["usr/local/bin/foo"] == "foo-bar-baz"
    assert names["usr/local/lib/python3.11/site-packages/foo_bar/a,b.py"] == "foo-bar-baz"


def test_bytes_are_all_accounted_for() -> None:
    contents = samples.root()
    found = inventory(contents, MERGED)

    assert sum(found.bytes_of) + found.unowned == sum(map(len, contents.values()))
    assert len(found.bytes_of) == len(found.packages)


def test_what_lies_in_the_folder_of_a_package_is_its_own() -> None:
    gem = b'Gem::Specification.new do |s|\n  s.name = "rack".freeze\n  s.version = "3.0"\nend\n'
    contents = {
        "app/package.json": b'{"name": "app", "version": "1.0.0"}',
        "app/index.js": b"app",
        "app/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}',
        "app/node_modules/a/lib/deep/x.js": b"a",
        "app/node_modules/a/node_modules/@s/b/package.json": b'{"name": "@s/b", "version": "2.0.0"}',
        "app/node_modules/a/node_modules/@s/b/y.js": b"b",
        "app/vendor/composer/installed.json": b'{"packages": [{"name": "acme/log", "version": "1.1.0"}]}',
        "app/vendor/acme/log/src/Log.php": b"log",
        "app/vendor/autoload.php": b"load",
        "usr/local/bundle/specifications/rack-3.0.gemspec": gem,
        "usr/local/bundle/gems/rack-3.0/lib/rack.rb": b"rack",
    }
    found = inventory(contents)
    names = {path: package.name for path in contents if (package := found.owner(path))}

    assert names == {
        "app/package.json": "app",
        "app/node_modules/a/package.json": "a",
        "app/node_modules/a/lib/deep/x.js": "a",
        "app/node_modules/a/node_modules/@s/b/package.json": "@s/b",
        "app/node_modules/a/node_modules/@s/b/y.js": "@s/b",
        "app/vendor/composer/installed.json": "acme/log",
        "app/vendor/acme/log/src/Log.php": "acme/log",
        "usr/local/bundle/specifications/rack-3.0.gemspec": "rack",
        "usr/local/bundle/gems/rack-3.0/lib/rack.rb": "rack",
    }
    assert sum(found.bytes_of) + found.unowned == sum(map(len, contents.values()))


def test_alpine() -> None:
    found = inventory(
        {
            "etc/os-release": b'ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n',
            "lib/apk/db/installed": samples.APK.encode(),
            "lib/ld-musl-x86_64.so.1": b"x",
            "etc/ssl/openssl.cnf": b"xyz",
        }
    )

    assert [package.purl for package in found.packages] == [
        "pkg:apk/alpine/libcrypto3@3.1.4-r1?arch=x86_64&distro=alpine-3.19.1&upstream=openssl",
        "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1",
    ]
    assert found.packages[0].licences == ("Apache-2.0 AND (MIT OR BSD-2-Clause)",)
    assert found.bytes_of == (3, 1)
    assert found.release is not None and found.release.end_of_life == "2025-11-01"


@pytest.mark.parametrize("form", ["sqlite", "bdb", "ndb"])
def test_rpm(form: str) -> None:
    from jettison.inventory import rpm

    path, data = {
        "sqlite": ("usr/lib/sysimage/rpm/rpmdb.sqlite", samples.rpm_sqlite()),
        "bdb": ("var/lib/rpm/Packages", samples.rpm_bdb()),
        "ndb": ("usr/lib/sysimage/rpm/Packages.db", samples.rpm_ndb(samples.rpm_headers())),
    }[form]
    assert rpm.wanted(path)
    found = inventory({"etc/os-release": b"ID=fedora\nVERSION_ID=41\n", path: data, "usr/share/acme/a.txt": b"hi\n"})
    names = [(package.name, package.source_name) for package in found.packages]

    assert names[-2:] == [("acme-tool", ""), ("acme-tool-libs", "acme-tool")] and len(names) == 6
    tool = found.packages[4]
    assert tool.version == "2:1.4.2-3" and tool.licences == ("MIT",)
    assert tool.purl == (
        "pkg:rpm/fedora/acme-tool@1.4.2-3?arch=noarch&distro=fedora-41&epoch=2&upstream=acme-tool-1.4.2-3.src.rpm"
    )
    assert found.owner("usr/share/acme/a.txt") == tool


def test_distroless_status_folder() -> None:
    found = inventory(
        {
            "var/lib/dpkg/status.d/base": b"Package: base-files\nVersion: 12.4\nArchitecture: amd64\n",
            "var/lib/dpkg/status.d/base.md5sums": b"d41d8cd98f00b204e9800998ecf8427e  etc/issue\n",
            "etc/issue": b"Debian\n",
        }
    )

    assert [package.key for package in found.packages] == [("deb", "base-files", "12.4")]
    assert found.owner_of == {"etc/issue": 0}


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("usr/local/bin/python3.11", b"\x003.11.7\x00\x003.12.1\x00", ("python", "3.11.7")),
        ("usr/local/bin/node", b"..node.js/v18.19.0..", ("node", "18.19.0")),
        ("bin/busybox", b"BusyBox v1.36.1 (2023-11-07)", ("busybox", "1.36.1")),
        # The file of an image of busybox whose commands are hard links.
        ("bin/[", b"BusyBox v1.36.1 (2023-11-07)", ("busybox", "1.36.1")),
        ("usr/local/bin/redis-server", b"\x007.2.4buildkitsandbox-1704996288000000000\0", ("redis", "7.2.4")),
        # Its messages name versions of long ago.
        (
            "usr/sbin/haproxy",
            b"since HAProxy version 2.5.\x002023/12/14\x00\x00\x002.6.12-1+deb12u4\x00",
            ("haproxy", "2.6.12"),
        ),
        ("usr/bin/xz", b"\x00xz (XZ Utils) 5.6.1\x00liblzma %s", ("xz", "5.6.1")),
        ("usr/bin/jq", b"\x001.6\x00DEBUG:", ("jq", "1.6")),
        ("usr/bin/gzip", b"\x001.12\x00", ("gzip", "1.12")),
        ("usr/sbin/lighttpd", b"\x00lighttpd/1.4.69 (ssl) - a light", ("lighttpd", "1.4.69")),
        ("usr/sbin/nginx", b"nginx version: nginx/1.25.3\n", ("nginx", "1.25.3")),
    ],
)
def test_programs_without_metadata(path: str, content: bytes, expected: tuple[str, str]) -> None:
    found = inventory({path: samples.elf({".rodata": content.ljust(5000, b"\0")})})

    assert [(package.name, package.version) for package in found.packages] == [expected]


@pytest.mark.parametrize(("file", "expected"), (PROGRAMS | OTHERS).items())
def test_more_programs_without_metadata(file: str, expected: tuple[bytes, str, str]) -> None:
    found = inventory({f"opt/bin/{file}": program(expected[0])})

    assert [(package.name, package.version) for package in found.packages] == [expected[1:]]


def test_archives_of_php_and_texts_that_name_a_version() -> None:
    composer = b"#!/usr/bin/env php\n<?php\nPhar::mapPhar('composer.phar');\n__HALT_COMPILER(); ?>\n"
    root = b"'root' => array(\n        'name' => 'composer/composer',\n        'pretty_version' => '2.7.1',\n"
    found = inventory(
        {
            "usr/bin/composer": composer + b"'pretty_version' => '1.0.0', " + root,
            "usr/local/bin/wp": b"#!/usr/bin/env php\n... wp-cli/wp-cli 2.9.0 ...",
            "usr/lib/erlang/releases/25/OTP_VERSION": b"25.2.3\n",
            "srv/OTP_VERSION": b"25.2.3\n",
            "srv/composer": b"#!/bin/sh\nexec composer\n",
        }
    )

    assert [(one.name, one.version) for one in found.packages] == [
        ("composer", "2.7.1"), ("erlang", "25.2.3"), ("wp-cli", "2.9.0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["opt/java/openjdk/release", "usr/lib/jvm/zulu17/release", "opt/jdk-17.0.9+9/release", "opt/java/release"]
)
def test_a_java_runtime_of_no_package_says_its_version(path: str) -> None:
    text = b'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\n'
    found = inventory({path: text, "srv/app/release": text})
    assert [package.key for package in found.packages] == [("generic", "openjdk", "17.0.9")]


def test_packages_of_r_are_those_that_r_installed() -> None:
    text = b"Package: jsonlite\nVersion: 1.8.4\nLicense: MIT + file LICENSE\nDescription: A parser,\n  and more.\n"
    built = text + b"Built: R 4.2.2; x86_64-pc-linux-gnu; 2023-01-20 18:24:23 UTC; unix\n"
    library, project = "usr/local/lib/R/site-library", "app/renv/library/R-4.2/x86_64-pc-linux-gnu"
    found = inventory(
        {
            f"{library}/jsonlite/DESCRIPTION": built,
            f"{library}/jsonlite/R/jsonlite.rdb": b"x",
            "root/sources/library/jsonlite/DESCRIPTION": text,
            "srv/DESCRIPTION": built,
            "app/renv/library/R-4.2/x86_64-pc-linux-gnu/renvlite/DESCRIPTION": built.replace(b"jsonlite", b"renvlite"),
        }
    )
    assert [(package.key, package.licences, package.purl) for package in found.packages] == [
        (("cran", "jsonlite", "1.8.4"), ("MIT + file LICENSE",), "pkg:cran/jsonlite@1.8.4"),
        (("cran", "renvlite", "1.8.4"), ("MIT + file LICENSE",), "pkg:cran/renvlite@1.8.4"),
    ]
    owned = (f"{library}/jsonlite/DESCRIPTION", f"{library}/jsonlite/R/jsonlite.rdb", f"{project}/renvlite/DESCRIPTION")
    assert set(found.owner_of) == set(owned)


def test_a_go_module_of_a_folder_has_the_folder_for_its_name() -> None:
    """As Go's own `version -m`, Syft and Trivy: what a folder holds is no longer the module that it stands for."""
    modules = (
        "path\texample.com/tool\nmod\texample.com/tool\t(devel)\t\n"
        "dep\tgolang.org/x/crypto\tv0.9.0\n=>\t../crypto\t(devel)\t\n"
        "dep\texample.org/here\tv0.0.0\n=>\t./here\t(devel)\t\n"
        "dep\texample.org/far\tv1.0.0\n=>\t/src/far\t(devel)\t\n"
    )
    found = inventory({"usr/local/bin/tool": samples.go_program(modules=modules)}).packages
    assert {package.key[1:]: package.purl for package in found} == {
        ("example.com/tool", "(devel)"): "pkg:golang/example.com/tool@%28devel%29",
        ("../crypto", "(devel)"): "pkg:golang/../crypto@%28devel%29",
        ("./here", "(devel)"): "pkg:golang/./here@%28devel%29",
        ("/src/far", "(devel)"): "pkg:golang/src/far@%28devel%29",
        ("stdlib", "1.21.5"): "pkg:golang/stdlib@1.21.5",
    }


def test_most_paths_are_not_wanted() -> None:
    assert wants("usr/share/locale/de/LC_MESSAGES/a.mo", 4000, 0o644) == 0
    assert wants("usr/lib/python3/dist-packages/a/b.py", 9000, 0o755) == 0
    assert wants("home/me/copyright", 10, 0o644) == 0
    assert wants("home/me/status", 10, 0o644) == 0
    assert wants("usr/bin/tool", 90_000, 0o755) == HEAD
    # Copied without its right to be run, as by a COPY from a machine that keeps none; read through its loader it runs.
    assert wants("opt/tool", 90_000, 0o644) == HEAD
    assert wants("opt/notes.txt", 90_000, 0o755) == 0
    assert wants_program(90_000, b"\xcf\xfa\xed\xfe\x07\0\0\1") == 90_000
    assert wants_program(90_000, b"\xca\xfe\xba\xbe\0\0\0\x34") == 0
    assert wants("usr/share/doc/a/copyright", 10, 0o644) == 10


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ('ID="debian"\nVERSION_ID="12"\n', "2026-07-11"),
        ("ID='alpine'\nVERSION_ID=3.20.3\n", "2026-04-01"),
        ("ID='alpine'\nVERSION_ID=3.8.5\n", "2020-05-01"),
        # Alpine's edge goes on for ever, under the number of the release that is to come of it.
        ("ID='alpine'\nVERSION_ID=3.21.0_alpha20240923\n", ""),
        ("ID=rhel\nVERSION_ID=9.4\n", "2032-05-31"),
        ("ID=unknown\nVERSION_ID=1\n", ""),
    ],
)
def test_end_of_support(text: str, end: str) -> None:
    release = read_os_release(text.encode())

    assert release is not None and release.end_of_life == end


def test_the_version_of_an_archive_is_in_the_section_of_its_class_version() -> None:
    """As in Xerces: other sections are about parts, and a builder's number for the bundle is older."""
    manifest = (
        "\nManifest-Version: 1.0\nBundle-Version: 2.11.0\n\n"
        "Name: javax/xml/parsers/\nImplementation-Title: javax.xml.parsers\nImplementation-Version: 1.4.01\n\n"
        "Name: org/apache/xerces/impl/\nImplementation-Title: org.apache.xerces\n .impl.Version\nImplementation-Version: 2.12.2\n\n"
    )
    found = java.read("opt/xercesImpl.jar", samples.jar({"META-INF/MANIFEST.MF": manifest}))
    assert [(one.name, one.version) for one in found] == [("xercesImpl", "2.12.2")]
    plain = manifest.replace(".impl.Version", ".impl.Other")
    found = java.read("opt/xercesImpl.jar", samples.jar({"META-INF/MANIFEST.MF": plain}))
    assert [(one.name, one.version) for one in found] == [("xercesImpl", "2.11.0")]


def test_an_archive_without_maven_properties_is_named_by_what_its_manifest_states() -> None:
    manifests = {
        "log4j-1.2-api-2.17.1.jar": "Bundle-Version: 2.17.1",
        "org.eclipse.osgi_3.18.0.v2022-2155.jar": "Bundle-Version: 3.18.0.v2022-2155",
        "guava-31.1-jre.jar": "Bundle-Version: 31.1.0.jre",
        "spring-core-6.0.9.jar": "Implementation-Version: 6.0.9",
        "spring-boot-starter-web-3.1.0.jar": "Implementation-Title: x",
        "git.hpi": "Plugin-Version: 4.1\nGroup-Id: org.jenkins-ci.plugins",
        "name.1.2.3.jar": "Manifest-Version: 1.0",
        "-1.jar": "Implementation-Version: 1",
    }
    packages = inventory(
        {f"opt/{name}": samples.jar({"META-INF/MANIFEST.MF": f"{text}\n"}) for name, text in manifests.items()}
    ).packages
    assert {package.purl for package in packages} == {
        "pkg:maven/log4j-1.2-api@2.17.1",
        "pkg:maven/org.eclipse.osgi@3.18.0.v2022-2155",
        "pkg:maven/guava@31.1-jre",
        "pkg:maven/org.springframework/spring-core@6.0.9",
        "pkg:maven/org.springframework.boot/spring-boot-starter-web@3.1.0",
        "pkg:maven/org.jenkins-ci.plugins/git@4.1",
        "pkg:maven/name@1.2.3",
        "pkg:maven/-1@1",
    }


@pytest.mark.parametrize(
    ("name", "manifest", "pom"),
    [
        (
            "geronimo-annotation-1.3-spec.jar",
            "Bundle-Version: 1.3.0\n",
            ("org.acme", "geronimo-annotation_1.3_spec", "1.3"),
        ),
        ("cdi.jar", "Bundle-SymbolicName: org.acme.cdi-api\nBundle-Version: 1.2.0\n", ("org.acme", "cdi-api", "1.2")),
        ("commons_io-2.11.0.jar", "", ("commons-io", "commons-io", "2.11.0")),
    ],
)
def test_an_archive_that_its_properties_name_is_one_package(
    name: str, manifest: str, pom: tuple[str, str, str]
) -> None:
    group, artifact, version = pom
    properties = f"groupId={group}\nartifactId={artifact}\nversion={version}\n"
    place = f"META-INF/maven/{group}/{artifact}/pom.properties"
    jar = samples.jar({"META-INF/MANIFEST.MF": f"Manifest-Version: 1.0\n{manifest}", place: properties})
    found = inventory({f"opt/{name}": jar}).packages
    assert [(one.namespace, one.name, one.version) for one in found] == [pom]


def test_bytes_with_several_names_count_once() -> None:
    """As in an image of busybox, whose hundreds of commands are hard links to one program."""
    program = FileEntry("file", 1000, 0o755, 0, 0, "", 0)
    names = [FileEntry("file", 1000, 0o755, 0, 0, "", 0) for _ in range(3)]
    for name in names:
        name.original = program
    files = {"bin/ar": names[0], "bin/[": program, "bin/sh": names[1], "usr/bin/env": names[2]}
    found = collect({}, files)
    assert found.unowned == 1000
    assert [(one.folder, one.bytes, one.files) for one in found.folders] == [("bin", 1000, 3), ("usr/bin", 0, 1)]
    assert collect({}, {"usr/bin/env": names[2]}).unowned == 1000
