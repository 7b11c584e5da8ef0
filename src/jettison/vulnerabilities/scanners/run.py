"""Asking an installed scanner. Its own settings decide whether it uses a network; we pass none of ours."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from typing import Final

from jettison.errors import JettisonError
from jettison.inventory.text import clean, read_json
from jettison.vulnerabilities.scanners import grype, trivy
from jettison.vulnerabilities.scanners.foreign import Foreign

SCANNERS: Final = {"trivy": trivy, "grype": grype}
MAX_REPORT: Final = 512 << 20
TIMEOUT: Final = 1800.0


class ScannerError(JettisonError):
    """A scanner is not installed, failed, or gave no report that is understood."""

    exit_code = 3


def ask(name: str, target: str, kind: str) -> list[Foreign]:
    """Return what a scanner finds; kind: "image", "archive", "layout", "folder" or "sbom".

    Raises:
        ScannerError: it is not installed, failed, or its report is not understood.
    """
    scanner = SCANNERS[name]
    if target.startswith("-"):
        raise ScannerError(f"{target!r} would be an option of {name}; write ./{target}")
    program = shutil.which(scanner.PROGRAM)
    if program is None:
        raise ScannerError(f"{name} is not installed (not on PATH); install it or leave --scanner {name} out")
    command = [program, *scanner.command(target, kind)[1:]]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        try:
            code = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, timeout=TIMEOUT, check=False
            ).returncode
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ScannerError(f"{name} could not be run: {error}") from error
        out.seek(0)
        data = out.read(MAX_REPORT + 1)
        errors.seek(0)
        said = errors.read(1 << 20).decode("utf-8", "replace")
    if code != 0:
        raise ScannerError(f"{name} failed with exit code {code}: {_last(said) or 'it said nothing'}")
    return understood(name, data)


def understood(name: str, data: bytes) -> list[Foreign]:
    """Return the findings of a report.

    Raises:
        ScannerError: it is none.
    """
    found = SCANNERS[name].read(read_json(data, MAX_REPORT))
    if found is None:
        raise ScannerError(f"{name} gave no JSON report that is understood ({len(data)} bytes)")
    return list(found)


def _last(said: str) -> str:
    """Return the line that says what went wrong, without its time."""
    lines = [line for line in said.splitlines() if line.strip()]
    fatal = next((line.partition("FATAL")[2] for line in lines if "FATAL" in line), "")
    last = next((line for line in reversed(lines) if "rror" in line), lines[-1] if lines else "")
    return clean(" ".join((fatal or last).split()), 400)
