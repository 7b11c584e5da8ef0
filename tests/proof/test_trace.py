"""The waiting program of the trace."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from jettison.image.elf import read_elf
from jettison.proof.trace import hold_program


@pytest.mark.parametrize(("machine", "number"), [("x86_64", 62), ("aarch64", 183)])
def test_it_is_a_static_program_of_the_machine(machine: str, number: int) -> None:
    elf = read_elf(hold_program(machine))
    assert elf is not None and elf.machine == (number, 2) and elf.needed == () and elf.interpreter == ""


@pytest.mark.skipif(sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="of Linux")
def test_it_waits_until_it_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "hold"
    program.write_bytes(hold_program(platform.machine()))
    program.chmod(0o755)
    process = subprocess.Popen([program])
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
    finally:
        process.kill()
        process.wait()
