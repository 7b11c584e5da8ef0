"""`jettison inspect IMAGE`: layers, hidden bytes, packages and practice of a built image, in one pass."""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from jettison.cli.options import Option
from jettison.errors import ImageError, UsageError
from jettison.named_tuple import NamedTuple
from jettison.terminal import Palette, safe_line, wants_colour

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from jettison.image.inspection import Inspection
    from jettison.model.dockerfile import Model

Made = TypeVar("Made")
_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SIZE: Final = r"(?i:(\d+(?:\.\d+)?)\s*([kmg]i?)?b?)\Z"

IMAGE: Final = Option(
    ("image",),
    "an image of the engine, registry://HOST/NAME:TAG, an archive (docker save, OCI), an OCI layout or a folder",
    {"metavar": "IMAGE"},
)
SOURCE: Final = (
    Option(("--engine",), "docker, podman, or the path of a client", {"metavar": "ENGINE"}),
    Option(("--platform",), "which image of an index: os/architecture", {"metavar": "PLATFORM", "default": ""}),
)
OPTIONS: Final = (
    IMAGE,
    Option(("-f", "--file"), "the Dockerfile it was built from: layers get lines", {"metavar": "FILE"}),
    *SOURCE,
    Option(
        ("--format",),
        "text, json or markdown (default: text)",
        {"choices": ("text", "json", "markdown"), "default": "text", "metavar": "FORMAT"},
    ),
    Option(("--html",), "write a page with everything to this file; it works offline", {"metavar": "FILE"}),
    Option(("--sbom",), "write a bill of materials to this file, too (CycloneDX)", {"metavar": "FILE"}),
    Option(("--tui",), "explore layers and files on the terminal; needs jettison[tui]", {"action": "store_true"}),
    Option(
        ("--fail-on-secrets",),
        "fail when there is a secret of medium or high confidence, deleted files included",
        {"action": "store_true"},
    ),
    Option(("--max-size",), "fail above this many bytes unpacked (200MB, 1.5GiB)", {"metavar": "SIZE"}),
    Option(
        ("--max-waste",),
        "fail above this many hidden bytes, or percent (20MB, 5%%); 5%%,20MB fails only above both",
        {"metavar": "SIZE"},
    ),
    Option(
        ("--max-own-waste",),
        "the same for what the Dockerfile's own layers hide; needs -f",
        {"metavar": "SIZE"},
    ),
    Option(
        ("--min-efficiency",),
        "fail below this efficiency as dive counts it (0.95, 95%%)",
        {"metavar": "SCORE"},
    ),
)


def run(args: argparse.Namespace) -> int:
    """Print the inspection; return 1 when a limit is passed, 6 when a layer could not be read."""
    explore = _explorer() if args.tui else None
    if args.max_own_waste and not args.file:
        raise UsageError("--max-own-waste needs -f Dockerfile, which tells own layers from those of the base image")
    _check_limits(args)
    told = args.told = made_of_inspected(args, partial(_told, args))
    seen = told.seen
    if explore is not None:
        import gc

        # The entry point turned it off for runs that end soon.
        gc.enable()
        explore(seen)
        return told_damage(seen)
    for path, text in ((args.html, told.page), (args.sbom, told.sbom)):
        if path:
            from jettison.atomic import write_report

            write_report(path, text)
    sys.stdout.write(told.report)
    passed = list(_passed(seen, args))
    for message in passed:
        sys.stderr.write(f"jettison: {message}\n")
    return told_damage(seen) or (1 if passed else 0)


def _explorer() -> Callable[[Inspection], None]:
    """Return the explorer; what it lacks is said before the image is read."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("--tui needs a terminal; --html FILE writes a page with the same")
    try:
        from jettison.tui.app import explore
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "textual":
            raise
        raise UsageError("--tui needs textual, which is not installed: pip install 'jettison[tui]'") from error
    return explore


class _Told(NamedTuple):
    """An inspection and what is written of it, "" for what is not asked for."""

    seen: Inspection
    report: str = ""
    page: str = ""
    sbom: str = ""


def _told(args: argparse.Namespace, seen: Inspection) -> _Told:
    """Return everything that will be written of an inspection."""
    page = sbom = ""
    if args.html:
        from jettison.report.html.inspect_page import render_inspection_page

        page = render_inspection_page(seen)
    if args.sbom:
        from jettison.cli.sbom import subject_of
        from jettison.sbom.cyclonedx import write_cyclonedx

        sbom = write_cyclonedx(seen.inventory, subject_of(args.image, seen.image))
    return _Told(seen, "" if args.tui else _report(args.format, seen), page, sbom)


def _report(form: str, seen: Inspection) -> str:
    if form == "json":
        from jettison.report.inspect_json import render_inspection_json

        return render_inspection_json(seen)
    if form == "markdown":
        from jettison.report.inspect_markdown import render_inspection_markdown

        return render_inspection_markdown(seen)
    from jettison.report.inspect_text import render_inspection

    return render_inspection(seen, Palette(wants_colour()))


def inspected(args: argparse.Namespace, everything: bool = False) -> Inspection:
    """Return the inspection of the image that the options name; as `made_of_inspected`."""
    return made_of_inspected(args, lambda seen: seen, everything)


def made_of_inspected(args: argparse.Namespace, make: Callable[[Inspection], Made], everything: bool = False) -> Made:
    """Return what `make` makes of the inspection of the image that the options name.

    It has no secrets that people decided not to count, and may be made twice, as `made_of_inspection` says.
    """
    from jettison.image.inspection import made_of_inspection
    from jettison.report.reading_bar import reading_bar
    from jettison.secretscan.exceptions import left_of, read_exceptions

    # A wrong file is told before the work.
    exceptions = read_exceptions()

    def made(seen: Inspection) -> Made:
        return make(left_of(seen, exceptions))

    with reading_bar(args.image):
        model = read_model(args.file)
        return made_of_inspection(args.image, made, args.engine, args.platform, model, everything=everything)


def told_damage(*inspections: Inspection) -> int:
    """Say what of the images could not be read; return the exit code for that, 0 when all was read."""
    for seen in inspections:
        for note in seen.notes:
            sys.stderr.write(f"jettison: {safe_line(seen.name)}: {safe_line(note)}\n")
    return ImageError.exit_code if any(seen.image.damage for seen in inspections) else 0


def read_model(path: str | None) -> Model | None:
    """Return the model of a Dockerfile, None when no path is given.

    Raises:
        SourceError: it cannot be read.
    """
    if path is None:
        return None
    from jettison.cli.discover import read_dockerfile
    from jettison.model.dockerfile import build_model
    from jettison.syntax.tree import parse

    return build_model(parse(read_dockerfile(path), os.path.basename(path)))


def _passed(seen: Inspection, args: argparse.Namespace) -> list[str]:
    found = []
    if args.fail_on_secrets:
        from jettison.secretscan.findings import at_level

        count = len(at_level(seen.secrets))
        if count:
            found.append(f"{count} secrets are in the image; take them out and make them invalid where they are used")
    size, hidden = seen.image.size_unpacked, seen.waste.hidden_bytes
    if args.max_size and size > parse_size(args.max_size, "--max-size"):
        found.append(f"the image has {_bytes(size)}, more than {args.max_size}")
    if args.max_waste and hidden > _limit(args.max_waste, size, "--max-waste"):
        found.append(f"{_bytes(hidden)} are hidden, more than {args.max_waste}")
    own = sum(item.bytes for item in seen.own_hidden)
    if args.max_own_waste and own > _limit(args.max_own_waste, size, "--max-own-waste"):
        found.append(f"{_bytes(own)} are hidden by the Dockerfile's own layers, more than {args.max_own_waste}")
    if args.min_efficiency and seen.waste.score < _efficiency(args.min_efficiency):
        found.append(f"the efficiency is {seen.waste.score:.3f}, less than {args.min_efficiency}")
    return found


def _bytes(count: int) -> str:
    """Return a count as people read it, and to the byte, since a limit may be near."""
    from jettison.report.units import human_bytes

    return f"{human_bytes(count)} ({count:,} bytes)"


def _efficiency(text: str) -> float:
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"--min-efficiency {text!r} is no efficiency; write 0.95 or 95%")
    return value


def _check_limits(args: argparse.Namespace) -> None:
    """Tell a limit that is none before the image is read."""
    if args.max_size:
        parse_size(args.max_size, "--max-size")
    if args.min_efficiency:
        _efficiency(args.min_efficiency)
    for text, option in ((args.max_waste, "--max-waste"), (args.max_own_waste, "--max-own-waste")):
        if text:
            _limit(text, 0, option)


def _limit(text: str, whole: int, option: str) -> float:
    """Return the bytes that a size, a share, or the larger of two of them allows."""
    parts = text.split(",")
    if len(parts) > 2:
        raise UsageError(f"{option} {text!r} is no limit; write 5%, 20MB or 5%,20MB")
    return max(_share(part.strip(), whole, option) for part in parts)


def _share(text: str, whole: int, option: str) -> float:
    if not text.endswith("%"):
        return parse_size(text, option)
    try:
        share = float(text[:-1])
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise UsageError(f"{option} {text!r} is no percentage; write 0% to 100%")
    return whole * share / 100


def parse_size(text: str, option: str) -> float:
    """Return the bytes that a text such as 200MB or 1.5GiB means.

    Raises:
        UsageError: it is no size.
    """
    match = re.match(_SIZE, text.strip())
    if match is None:
        raise UsageError(f"{option} {text!r} is no size; write 200MB or 1.5GiB")
    return float(match[1]) * _UNITS[(match[2] or "").lower()]
