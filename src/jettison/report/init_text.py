"""What `init` and `ignore` say: what was recognised, what is written, what was seen on the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jettison.report.units import human_bytes, human_seconds
from jettison.terminal import Palette, safe, safe_line

if TYPE_CHECKING:
    from jettison.generate.ignore import Line
    from jettison.generate.project_files import Generated
    from jettison.generate.trial import Trial

_MARK = {"proven": ("ok  ", "green"), "refuted": ("FAIL", "red"), "not proven": ("?   ", "yellow")}


def render_plan(made: Generated, paint: Palette) -> str:
    """Return what was recognised and chosen, with where each came from."""
    plan = made.plan
    service = plan.service
    place = f"{service.folder}/" if service.folder else ""
    version = f"{service.ecosystem.version.name} {plan.version}"
    if plan.version == service.version.text:
        version += (
            f", from {place}{service.version.origin}"
            if service.version.origin
            else ", the current one: no file names another"
        )
    rows = [
        (
            "recognised",
            f"{service.ecosystem.title}{', ' + service.framework.name if service.framework else ''} ({place}{service.mark})",
        ),
        ("version", version),
        ("built on", plan.build_base if _has_build(made) else ""),
        ("runs on", plan.runtime_base),
        ("starts", _start(made)),
        ("port", str(plan.port) if plan.port else "none: it opens none"),
        ("health", _health_words(made)),
        *(("pages", f"{front.title} in {front.folder or '.'}") for front in service.assets),
        *(("note", note) for note in service.program.notes),
        *(("note", f"{finding.message}: the project asks for this version") for finding in made.ends[:1]),
    ]
    title = paint(safe_line(service.name), "bold") + "\n"
    return title + "".join(f"  {name:<11} {safe_line(text)}\n" for name, text in rows if text)


def _has_build(made: Generated) -> bool:
    return b" AS build\n" in made.content("Dockerfile")


def _start(made: Generated) -> str:
    text = made.content("Dockerfile").decode()
    line = next((line for line in text.splitlines() if line.startswith(("ENTRYPOINT", "CMD"))), "")
    return line.partition(" ")[2] if line else "the web server of its base"


def _health_words(made: Generated) -> str:
    plan = made.plan
    if not plan.port:
        return ""
    return (
        f"GET {plan.health}"
        if plan.health.startswith("/")
        else "the port takes connections: no path is known to answer"
    )


def render_ignore(lines: Sequence[Line], before: int, paint: Palette) -> str:
    """Return the table of patterns with the bytes that each keeps back."""
    saved = sum(line.bytes for line in lines)
    if not lines:
        return f"Nothing to add: all of the {human_bytes(before)} that are sent may be needed.\n"
    rows = [
        f"  {human_bytes(line.bytes):>9}  {line.files:>6}  {safe_line(line.pattern):<28} {line.why}\n" for line in lines
    ]
    head = f"  {'bytes':>9}  {'files':>6}  {'pattern':<28} what it is\n"
    share = f" ({saved * 100 // before} %)" if before else ""
    return (
        head
        + "".join(rows)
        + f"  sent to the builder: {human_bytes(before)} -> {human_bytes(before - saved)}; kept back: {human_bytes(saved)}{share}\n"
    )


def render_trial(trial: Trial, volumes: tuple[str, ...], paint: Palette) -> str:
    """Return what was measured and seen on the engine; volumes: folders that had one."""
    out = f"  built in {human_seconds(trial.build_seconds)}; image {human_bytes(trial.size)} unpacked\n"
    for claim in trial.claims:
        mark, colour = _MARK[claim.verdict]
        out += f"  {paint(mark, colour)} {safe_line(claim.title)}: {safe_line('; '.join(claim.evidence))}\n"
    alone = " and ".join(("/tmp", *volumes))
    kind = f"only {safe_line(alone)} can be written" if trial.read_only else "it needs a file system that it can write"
    out += f"  file system {kind}\n"
    if trial.verdict == "refuted" and trial.output.strip():
        out += "".join(f"  | {line}\n" for line in safe(trial.output).splitlines()[-10:])
    return out
