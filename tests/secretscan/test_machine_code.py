"""Large programs are searched everywhere but in their machine code."""

from __future__ import annotations

import random
import struct
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from jettison.image.collect import OVERLAP, PIECE
from jettison.image.mapped import pieces
from jettison.secretscan.machine_code import WORTH, without_code
from jettison.secretscan.scanner import Scanner

from .samples import github_token

TOKEN = github_token(random.Random(5)).encode()
CODE = 0x1000, 0x1000 + (1 << 20)
PLACES = {"before": 0x800, "in code": 0x9000, "in a section": CODE[1] + 64, "behind all": CODE[1] + 0x2000}


def program(
    places: dict[str, int], flags: int = 6, order: str = "<", wide: bool = True, kind: int = 1, name: bytes = b".text"
) -> bytes:
    """Return an ELF file with one section of code (or of another kind) and one of texts, and the token at these offsets."""
    data = bytearray(CODE[1] + 0x3000)
    form = order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII")
    table = CODE[1] + 0x1000
    names = table + 0x800
    rows = [
        (0, 0, 0, 0, 0, 0),
        (1, kind, flags, 0, CODE[0], CODE[1] - CODE[0]),
        (0, 1, 2, 0, CODE[1], 0x800),
        (0, 3, 0, 0, names, 0x40),
    ]
    data[names : names + 2 + len(name)] = b"\0" + name + b"\0"
    for number, row in enumerate(rows):
        struct.pack_into(form, data, table + number * struct.calcsize(form), *row, 0, 0, 1, 0)
    data[:7] = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1))
    struct.pack_into(order + ("Q" if wide else "I"), data, 40 if wide else 32, table)
    struct.pack_into(order + "HHH", data, 58 if wide else 46, struct.calcsize(form), len(rows), 3)
    for at in places.values():
        data[at : at + len(TOKEN) + 2] = b"\0" + TOKEN + b"\0"
    return bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [True, False])
def test_everything_but_the_code_is_searched(order: str, wide: bool) -> None:
    data = program(PLACES, order=order, wide=wide)
    hits = Scanner().scan("srv/app", 0o755, len(data), data, 0)
    assert [hit.offset - 1 for hit in hits] == [at for name, at in PLACES.items() if name != "in code"]


def test_a_section_that_is_no_code_is_searched() -> None:
    data = program(PLACES, flags=2)
    assert without_code(data) == [(0, len(data))]
    assert len(Scanner().scan("srv/app", 0o755, len(data), data, 0)) == len(PLACES)


@pytest.mark.parametrize(
    ("kind", "name", "searched"),
    [
        (1, b".rodata", True),
        (1, b".debug_str", True),
        (3, b".strtab", True),
        (1, b".eh_frame", False),
        (1, b".debug_ranges", False),
        (1, b".eh_frames", True),
        (2, b".symtab", False),
        (4, b".rela.dyn", False),
    ],
)
def test_tables_of_numbers_are_not_searched(kind: int, name: bytes, searched: bool) -> None:
    data = program({}, 2, kind=kind, name=name)
    assert without_code(data) == ([(0, len(data))] if searched else [(0, CODE[0]), (CODE[1], len(data))])


def test_of_a_very_large_program_all_but_the_code_is_shown_and_parts_overlap() -> None:
    data = bytearray(program({}))
    code, end = CODE[0] + 0x100, (96 << 20) + 0x100
    # The section ends far behind everything else, and a text of several pieces follows it.
    struct.pack_into("<QQ", data, CODE[1] + 0x1000 + 64 + 24, code, end - code)
    data += bytes(end + (40 << 20) - len(data))
    shown = list(pieces(memoryview(data)))
    assert shown[0] == (0, code + 512)
    assert [shown[1][0], shown[-1][1]] == [end, len(data)]
    assert all(before[1] - after[0] == OVERLAP for before, after in pairwise(shown[1:]))
    assert all(finish - begin <= PIECE + OVERLAP for begin, finish in shown)


@pytest.mark.parametrize("cut", [WORTH, CODE[1] + 0x1000, CODE[1] + 0x1050])
def test_of_a_damaged_program_all_is_searched(cut: int) -> None:
    data = program(PLACES)[:cut]
    assert without_code(data) == [(0, cut)]


def test_what_is_no_program_or_a_small_one_is_searched_whole() -> None:
    for data in (program({})[: WORTH - 1], b"\x7fELX" + program({})[4:], b"", b"\x7fELF\x03\x01" + bytes(WORTH)):
        assert without_code(data) == [(0, len(data))]


def test_no_text_of_a_real_program_is_left_out() -> None:
    """What the interpreter says when it is asked for help stands in a part that is searched."""
    library = next(Path(sys.base_prefix, "lib").glob("libpython3*.so.*"), Path(sys.executable).resolve())
    data = library.read_bytes()
    if data[:4] != b"\x7fELF":
        pytest.skip("no ELF program here")
    searched = b"".join(data[start:end] for start, end in without_code(data))
    assert searched.count(b"PYTHONHASHSEED") == data.count(b"PYTHONHASHSEED") > 0
