"""A project of a few files, as the rewriters see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from jettison.model.context import read_context
from jettison.model.dockerfile import Model, build_model
from jettison.syntax.tree import parse


def model_in(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Model:
    """Write the files and a Dockerfile, and return its model."""
    for name, body in {**(files or {}), "Dockerfile": text}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
    return build_model(parse(text.encode(), "Dockerfile"), read_context(str(folder), "Dockerfile"))


def rewritten_once(rewrite: Callable[[Model], bytes], folder: Path, text: str, files: Mapping[str, str]) -> str:
    """Return what a rewriter makes of a Dockerfile; a second time it has nothing to do."""
    model = model_in(folder, text, files)
    data = rewrite(model)
    assert rewrite(build_model(parse(data, "Dockerfile"), model.context)) == data
    return data.decode()
