"""A tool reports its use to its maker.

Command lines of .NET, Next.js, Azure and others send what they do from every build and container. One ENV turns it
off. A matter of policy, so off unless it is selected.

Source: the telemetry page of each tool.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


# program -> (variable, value)
_PROGRAMS: Final = {
    "dotnet": ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
    "bun": ("DO_NOT_TRACK", "1"),
    "az": ("AZURE_CORE_COLLECT_TELEMETRY", "0"),
    "wrangler": ("WRANGLER_SEND_METRICS", "false"),
    "next": ("NEXT_TELEMETRY_DISABLED", "1"),
    "nuxt": ("NUXT_TELEMETRY_DISABLED", "1"),
    "nuxi": ("NUXT_TELEMETRY_DISABLED", "1"),
    "gatsby": ("GATSBY_TELEMETRY_DISABLED", "1"),
    "astro": ("ASTRO_TELEMETRY_DISABLED", "1"),
    "turbo": ("TURBO_TELEMETRY_DISABLED", "1"),
    "pwsh": ("POWERSHELL_TELEMETRY_OPTOUT", "1"),
    "vcpkg": ("VCPKG_DISABLE_METRICS", "1"),
    "brew": ("HOMEBREW_NO_ANALYTICS", "1"),
    "huggingface-cli": ("HF_HUB_DISABLE_TELEMETRY", "1"),
}
_RUNNERS: Final = frozenset(("npx", "bunx", "pnpx"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first command of each stage whose tool reports its use."""
    seen: set[tuple[int, str]] = set()
    for run in model.runs:
        scope = model.scope_at(run.instruction, run.stage)
        for command in run.commands:
            name = command.name
            if name in _RUNNERS:
                name = next((w.partition("@")[0] for w in command.arguments if not w.startswith("-")), "")
            if name not in _PROGRAMS:
                continue
            variable, value = _PROGRAMS[name]
            key = (run.stage.index, variable)
            if key in seen or variable in scope.env or "DO_NOT_TRACK" in scope.env:
                continue
            seen.add(key)
            at = model.source.line_span(run.instruction.start_line).start
            edit = Edit(Span(at, at), f"ENV {variable}={value}{model.source.newline}")
            yield RULE.at(
                command.span, f"{name} reports its use: set {variable}={value}", Fix("Turn it off", (edit,), UNSAFE)
            )
    yield from _starts(model, {variable for _, variable in seen})


def _starts(model: Model, reported: set[str]) -> Iterable[Finding]:
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    for start in model.start_commands():
        # `dotnet app.dll` runs a program and is not the command line that reports.
        if start.program not in _PROGRAMS or start.program == "dotnet":
            continue
        variable, value = _PROGRAMS[start.program]
        if variable in reported or variable in scope.env or "DO_NOT_TRACK" in scope.env:
            continue
        edit = before_start(model, final, (f"ENV {variable}={value}",))
        message = f"{start.program} reports its use: set {variable}={value}"
        yield RULE.at(start.span, message, Fix("Turn it off", (edit,), UNSAFE))
        return


RULE = Rule(
    code="JT923",
    name="telemetry",
    group="policy",
    message="a tool reports its use to its maker",
    check=check,
    triggers=(
        "dotnet",
        "bun",
        "az ",
        '"az"',
        "wrangler",
        "next",
        "nux",
        "gatsby",
        "astro",
        "turbo",
        "pwsh",
        "vcpkg",
        "brew",
        "huggingface",
    ),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/prefer-telemetry-opt-out",),
    examples=(
        Example(
            before='FROM debian:12\nENTRYPOINT ["az"]\n',
            after='FROM debian:12\nENV AZURE_CORE_COLLECT_TELEMETRY=0\nENTRYPOINT ["az"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENTRYPOINT ["dotnet", "a.dll"]\n'),
        Example(
            before="FROM mcr.microsoft.com/dotnet/sdk:8.0\nRUN dotnet restore\n",
            after="FROM mcr.microsoft.com/dotnet/sdk:8.0\nENV DOTNET_CLI_TELEMETRY_OPTOUT=1\nRUN dotnet restore\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM mcr.microsoft.com/dotnet/sdk:8.0\nENV DOTNET_CLI_TELEMETRY_OPTOUT=1\nRUN dotnet restore\n"
        ),
    ),
)
