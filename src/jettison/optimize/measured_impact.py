"""What a finding is worth, measured in the built image in place of the rule's estimate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.image.stored import Stored, stored_files
from jettison.image.waste import METADATA, find_waste
from jettison.knowledge.layer_contents import measure_of, path_test
from jettison.optimize.line_span import named_package, node_at

if TYPE_CHECKING:
    from jettison.image.attribution import Origin
    from jettison.image.image import Image
    from jettison.inventory.inventory import Inventory
    from jettison.model.dockerfile import Model

MEASURED: Final = "measured"


class LineContents:
    """What the layers of each line of a Dockerfile hold, hidden files included."""

    def __init__(self, image: Image, origins: Sequence[Origin], inventory: Inventory | None = None) -> None:
        waste = find_waste(image)
        self._files: defaultdict[int, list[Stored]] = defaultdict(list)
        self._touched: defaultdict[int, int] = defaultdict(int)
        lines = [origin.line for origin in origins]
        for file in stored_files(image, waste):
            line = lines[file.layer] if file.layer < len(lines) else None
            if line is not None:
                self._files[line].append(file)
        for item in waste.hidden:
            line = lines[item.hidden] if item.hidden < len(lines) else None
            if line is not None and item.cause == METADATA:
                self._touched[line] += item.bytes
        self._packages = _package_bytes(inventory) if inventory is not None else None
        self._lines = frozenset(line for line in lines if line is not None)

    def bytes_of(self, finding: Finding, line: int, named: str) -> int | None:
        """Return the bytes that a finding is about; None where that cannot be told.

        named: the package that stands at the place of the finding.
        """
        if line not in self._lines:
            return None
        measure = measure_of(finding.name)
        if measure == "touched":
            return self._touched[line]
        if measure == "packages":
            return self._packages.get(named) if self._packages is not None else None
        wanted = path_test(finding.name)
        if wanted is None:
            return None
        return sum(file.bytes for file in self._files[line] if wanted(file.path))


def _package_bytes(inventory: Inventory) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for size, package in zip(inventory.bytes_of, inventory.packages, strict=False):
        if package.of_distribution:
            found[package.name] += size
    return dict(found)


def measured_contents(findings: Iterable[Finding], model: Model, contents: LineContents) -> tuple[Finding, ...]:
    """Return the findings, each that can be measured with the bytes found in the image, even where that is none."""
    return tuple(_measured(finding, model, contents) for finding in findings)


def _measured(finding: Finding, model: Model, contents: LineContents) -> Finding:
    at = model.source.line(finding.span.start)
    node = node_at(model, at)
    if node is None:
        return finding
    size = contents.bytes_of(finding, node.start_line, named_package(model, finding.span))
    if size is None:
        return finding
    return finding._replace(impact=finding.impact._replace(bytes_saved=(size, size), basis=MEASURED))
