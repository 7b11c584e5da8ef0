"""The report of `jettison inspect` as versioned JSON. No value of the environment is in it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from jettison.image.waste_classes import waste_classes
from jettison.report.secrets_json import secret_data
from jettison.severity import Severity

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

VERSION: Final = 1
MAX_HIDDEN: Final = 10_000


def render_inspection_json(seen: Inspection) -> str:
    """Return the inspection as JSON text, ASCII only."""
    image, waste = seen.image, seen.waste
    data: dict[str, Any] = {
        "version": VERSION,
        "name": seen.name,
        "digest": image.digest,
        "size_unpacked": image.size_unpacked,
        "visible_bytes": waste.visible_bytes,
        "hidden_bytes": waste.hidden_bytes,
        "own_hidden_bytes": sum(item.bytes for item in seen.own_hidden),
        "attributed": seen.attributed,
        "duplicate_bytes": waste.duplicates,
        "classes": [
            {
                "name": one.name,
                "bytes": one.bytes,
                "own_bytes": one.own,
                "files": one.files,
                "places": [{"path": path, "bytes": size} for path, size in one.places],
            }
            for one in waste_classes(seen)
        ],
        "duplicates": [{"bytes": one.bytes, "copies": one.number, "paths": list(one.paths)} for one in waste.copies],
        "dive_efficiency": waste.score,
        "damage": list(seen.notes),
        "cached_layers": image.cached,
        "user": image.config.user,
        "environment": sorted(image.config.env_map),
        "exposed": list(image.config.exposed),
        "layers": [
            {
                "diff_id": layer.diff_id,
                "bytes": change.bytes,
                "added": change.added,
                "changed": change.changed,
                "removed": change.removed,
                "line": origin.line,
                "last_line": origin.last,
                "instruction": origin.keyword,
            }
            for layer, change, origin in zip(image.layers, waste.layers, seen.origins, strict=False)
        ],
        "hidden": [
            {"path": h.path, "bytes": h.bytes, "written_by": h.written, "hidden_by": h.hidden, "cause": h.cause}
            for h in sorted(waste.hidden, key=lambda h: -h.bytes)[:MAX_HIDDEN]
        ],
        "packages": dict(Counter(package.type for package in seen.inventory.packages)),
        "unowned_bytes": seen.inventory.unowned,
        "secrets": secret_data(seen.secrets),
        "secrets_note": seen.secrets_note,
        "checkpoints": [
            {"id": c.id, "title": c.title, "severity": Severity.NAMES[c.severity], "detail": c.detail}
            for c in seen.checkpoints
        ],
    }
    return json.dumps(data, indent=2) + "\n"
