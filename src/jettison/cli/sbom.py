"""`jettison sbom IMAGE`: the bill of materials of an image, in CycloneDX or SPDX."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from jettison.cli.inspect import IMAGE, SOURCE
from jettison.cli.options import Option

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
    from jettison.sbom.subject import Subject

    with reading_bar(args.image):
        image = open_image(args.image, InventoryCollector(), args.engine, args.platform)
    platform = "/".join(str(image.settings[key]) for key in ("os", "architecture") if image.settings.get(key))
    layers = tuple(layer.diff_id for layer in image.layers)
    created = str(image.settings.get("created") or "")
    subject = Subject(args.image, image.digest, created, image.size_unpacked, layers, platform)
    write = write_cyclonedx if args.format == "cyclonedx" else write_spdx
    text = write(inventory_of(image), subject)
    if args.output:
        from jettison.lint.baseline import write_text

        write_text(args.output, text)
    else:
        sys.stdout.write(text)
    return 0
