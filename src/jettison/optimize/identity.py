"""Which images a proof is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.model.dockerfile import build_model
from jettison.optimize.records import BaseRecord, ImageRecord
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model
    from jettison.rewrite.candidates import Candidate


def image_record(image: Image) -> ImageRecord:
    """Return what an image was."""
    settings = image.settings
    platform = f"{settings.get('os', '')}/{settings.get('architecture', '')}"
    return ImageRecord(image.digest, tuple(layer.diff_id for layer in image.layers), platform)


def base_records(engine: Engine | None, model: Model, candidate: Candidate | None) -> tuple[BaseRecord, ...]:
    """Return the base images of a Dockerfile and of the one that replaces it, as the engine holds them."""
    if engine is None:
        return ()
    models = [model] if candidate is None else [model, build_model(parse(candidate.dockerfile), model.context)]
    names = dict.fromkeys(name for each in models for name in _bases(each))
    found = []
    for name in names:
        identity = engine.identity(name)
        if identity is None:
            found.append(BaseRecord(name, "", (), ""))
        else:
            found.append(BaseRecord(name, identity.id, identity.digests, identity.platform))
    return tuple(found)


def _bases(model: Model) -> list[str]:
    found = []
    for base in (stage.base for stage in model.stages):
        if base.stage is None and not base.is_scratch and not base.unresolved:
            tag = f":{base.tag}" if base.tag else ""
            found.append(f"{base.name}{tag}{'@' + base.digest if base.digest else ''}")
    return found
