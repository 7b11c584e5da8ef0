"""`jettison sbom IMAGE`: the bill of materials of an image, in CycloneDX or SPDX."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from jettison.cli.inspect import IMAGE, SOURCE
from jettison.cli.options import Option

if TYPE_CHECKING:
    import argparse

    from jettison.image.image import Image
    from jettison.sbom.subject import Subject

OPTIONS: Final = (
    IMAGE,
    *SOURCE,
    Option(
        ("--format",),
        "cyclonedx or spdx (default: cyclonedx)",
        {"choices": ("cyclonedx", "spdx"), "default": "cyclonedx"},
    ),
    Option(("-o", "--output"), "write to this file instead of standard output", {"metavar": "FILE"}),
)


def run(args: argparse.Namespace) -> int:
    """Print or write the bill of materials."""
    from jettison.image.collect import InventoryCollector
    from jettison.image.inspection import inventory_of
    from jettison.image.source import open_image
    from jettison.report.reading_bar import reading_bar
    from jettison.sbom.cyclonedx import write_cyclonedx
    from jettison.sbom.spdx import write_spdx

    with reading_bar(args.image):
        image = open_image(args.image, InventoryCollector(), args.engine, args.platform)
    write = write_cyclonedx if args.format == "cyclonedx" else write_spdx
    text = write(inventory_of(image), subject_of(args.image, image))
    if args.output:
        from jettison.atomic import write_report

        write_report(args.output, text)
    else:
        sys.stdout.write(text)
    return 0


def subject_of(name: str, image: Image) -> Subject:
    """Return what a bill of materials says of the image itself."""
    from jettison.sbom.subject import Subject

    settings = image.settings
    platform = "/".join(str(settings[key]) for key in ("os", "architecture") if settings.get(key))
    layers = tuple(layer.diff_id for layer in image.layers)
    return Subject(name, image.digest, str(settings.get("created") or ""), image.size_unpacked, layers, platform)
