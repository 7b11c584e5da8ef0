"""Texts in programs that say their version: file -> (what stands in it, its name, its version)."""

from __future__ import annotations

from . import samples

# Those that Syft 1.18 knows, too.
PROGRAMS: dict[str, tuple[bytes, str, str]] = {
    "libpypy3.10-c.so": (b"\x00[PyPy 7.3.15 with GCC 10.2.1]\x00", "pypy", "7.3.15"),
    "libjulia-internal.so": (b"\x00GIT_VERSION_INFO\x00__init__\x001.9.4\x00verify_methods\x00", "julia", "1.9.4"),
    "mysql": (b"\x00/export/home/pb2/build/sb_0/release/mysql-8.0.36/mysys/my_default.cc\x00", "mysql", "8.0.36"),
    "xtrabackup": (b"\x00/tmp/BUILD/percona-xtrabackup-8.0.35-30/sql/a.cc\x00", "percona-xtrabackup", "8.0.35"),
    "arangosh": (b"\x00ArangoDB 3.11.8 [linux] 64bit\x00", "arangodb", "3.11.8"),
    "libstd-a5a48102fbd58791.so": (
        b"\x00clang LLVM (rustc version 1.75.0 (82e1608df 2023-12-21))\x00",
        "rust",
        "1.75.0",
    ),
    "erlexec": (b"<artificial>\x00/usr/src/otp_src_26.2.1/erts/etc/common\x00", "erlang", "26.2.1"),
    "beam.smp": (b"\x00\x0026.2.1\x00\x00\x00\x00Erlang/OTP\x00", "erlang", "26.2.1"),
    "swipl": (b"\x00/tmp/swipl-9.1.22/src/pl-main.c\x00", "swipl", "9.1.22"),
    "dart": (b'\x00Dart,GC"\x003.2.6 (stable) (Wed Jan 24 13:41:58 2024 +0000)\x00', "dart", "3.2.6"),
    "ghc-9.4.7": (b"\x00GHC 9.4.7\x00", "ghc", "9.4.7"),
    "cabal": (b"\x00Cabal-3.10.1.0-HYb5Lh\x00", "cabal", "3.10.1.0"),
    "stack": (b"\x00Version 2.13.1, Git revision 8102bd\x00", "stack", "2.13.1"),
    "gcc": (b"\x00GCC: (GNU) 13.2.0\x00", "gcc", "13.2.0"),
    "fluent-bit": (b"\x002.2.2\x00%sFluent Bit v%s%s\x00", "fluent-bit", "2.2.2"),
    "proftpd": (b"\x00ProFTPD Version 1.3.8b\x00", "proftpd", "1.3.8b"),
    "zstd": (b"\x00v1.5.5\x00", "zstd", "1.5.5"),
    "sqlcipher": (b"%d\x004.5.6\x00community\x00", "sqlcipher", "4.5.6"),
    "getopt": (b"\x00util-linux 2.39.3\x00", "util-linux", "2.39.3"),
}
# Those that it does not, or only by other texts.
OTHERS: dict[str, tuple[bytes, str, str]] = {
    "mysqld": (b"\x00/release/mysql-8.0.36/sql/mysqld.cc\x00", "mysql", "8.0.36"),
    "mariadbd": (b"\x0010.11.6-MariaDB-1:10.11.6\x00", "mariadb", "10.11.6"),
    "libsqlcipher.so.0.8.6": (b"fast_kdf_iter\x003.4.1\x00cipher_page_size\x003.15.2\x00", "sqlcipher", "3.4.1"),
    "deno": (b"Deno/0.80.0grpc-timeout 2.9.6Deno/2.9.6Deno/2.9.6+e518fbd", "deno", "2.9.6"),
    "bun": (b"\x00Bun v1.4.5 (Linux x64)\x00", "bun", "1.4.5"),
}


def program(text: bytes) -> bytes:
    """Return a program that holds the text."""
    return samples.elf({".rodata": text.ljust(5000, b"\0")})
