"""Parts that several pages share: packages, checkpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.findings import Severity
from jettison.report.html.parts import Column, Html, Ranked, badge, code, section, size, table

if TYPE_CHECKING:
    from jettison.image.checkpoints import Checkpoint
    from jettison.image.inspection import Inspection

SEVERITY_TONE: Final = {"critical": "bad", "high": "bad", "medium": "warn", "low": "info", "info": "plain"}


def severity_badge(name: str) -> Ranked:
    """Return the label of a severity by its name, in any case; it sorts by how grave it is, an unknown one is plain."""
    low = name.lower()
    grave = list(SEVERITY_TONE)
    rank = len(grave) - grave.index(low) if low in SEVERITY_TONE else 0
    return Ranked(rank, badge(low, SEVERITY_TONE.get(low, "plain")))


def package_section(seen: Inspection) -> Html:
    """Return the packages of an image, the largest first; nothing when there are none."""
    inventory = seen.inventory
    if not inventory.packages:
        return Html("")
    sizes = (*inventory.bytes_of, *[0] * len(inventory.packages))
    ordered = sorted(zip(sizes, inventory.packages, strict=False), key=lambda pair: (-pair[0], pair[1].name))
    rows = (
        (
            size(count) if count else "",
            package.name,
            code(package.version),
            package.type,
            ", ".join(package.licences),
            code("/" + package.path) if package.path else "",
        )
        for count, package in ordered
    )
    columns = (
        Column("Bytes", "n"), Column("Name", "path"), Column("Version"), Column("Type"), Column("Licence"),
        Column("Read from", "path"),
    )  # fmt: skip
    kinds = Counter(package.type for package in inventory.packages)
    intro = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    return section("packages", "Packages", table(columns, rows, "Packages", len(ordered)), intro)


def checkpoint_section(found: Sequence[Checkpoint]) -> Html:
    """Return what the image does not hold to, the worst first."""
    if not found:
        return Html("")
    rows = (
        (severity_badge(Severity.NAMES[item.severity]), item.id, item.title, code(item.detail))
        for item in sorted(found, key=lambda item: -item.severity)
    )
    columns = (Column("Severity"), Column("Check", "nw"), Column("What", "path"), Column("Detail", "wide"))
    return section("practice", "Best practice", table(columns, rows, "Best practice"))
