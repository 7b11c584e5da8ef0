"""Which stages are for Windows, and what a PowerShell or cmd line is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

# What the bases of Windows images have in their names or tags.
WINDOWS_WORDS: Final = ("windows", "nanoserver", "dotnet/framework")
_POWERSHELL: Final = frozenset(("powershell", "powershell.exe", "pwsh", "pwsh.exe"))


def is_windows(model: Model, stage: Stage) -> bool:
    """Return whether a stage is built for Windows, as far as its base and platform tell."""
    base = model.lineage(stage)[0].base
    platform = (stage.platform or "").lower()
    if platform.startswith("linux"):
        return False
    text = f"{base.name}:{base.tag or ''}".lower()
    return platform.startswith("windows") or any(word in text for word in WINDOWS_WORDS)


def is_powershell(program: str) -> bool:
    """Return whether a path or name is PowerShell's."""
    return program.replace("\\", "/").rsplit("/", 1)[-1].lower() in _POWERSHELL


def preference_edit(stage: Stage, node: Instruction, setting: str) -> Edit | None:
    """Return the edit that puts a PowerShell setting into the SHELL that is in force at an instruction.

    None where no SHELL of the stage names PowerShell, or where it ends in what is no command.
    """
    shells = [n for n in stage.instructions if n.keyword == "SHELL" and n.span.start < node.span.start]
    if not shells or not shells[-1].words or not is_powershell(shells[-1].words[0].value):
        return None
    last = shells[-1].words[-1]
    if last.value.lower() in ("-command", "-c"):
        return Edit(Span(last.span.end, last.span.end), f', "{setting};"')
    if last.value.startswith("$") and last.value.endswith(";") and last.raw.endswith('"'):
        return Edit(Span(last.span.end - 1, last.span.end - 1), f" {setting};")
    return None
