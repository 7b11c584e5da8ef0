"""Which stages are for Windows, and what a PowerShell or cmd line is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

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
