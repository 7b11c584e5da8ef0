"""What `benchmarks/image.py` times: layers, waste, secrets, inventory in one pass, the report and a CycloneDX document."""

from __future__ import annotations

import sys

from jettison.image.inspection import inspect
from jettison.report.inspect_text import render_inspection
from jettison.sbom.cyclonedx import write_cyclonedx
from jettison.sbom.subject import Subject
from jettison.terminal import Palette


def main() -> None:
    """Read one image and write everything."""
    seen = inspect(sys.argv[1])
    sys.stdout.write(render_inspection(seen, Palette(False)))
    sys.stdout.write(write_cyclonedx(seen.inventory, Subject(seen.name, seen.image.digest)))


if __name__ == "__main__":
    main()
