"""The stages that only build keep the user's lines as they were written, blank ones too."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from jettison.engine.base import Features
from jettison.image.image import Image, ImageConfig
from jettison.needs.hints import Hints
from jettison.project.detect import detect
from jettison.rewrite.assembly import Assembly
from jettison.rewrite.build_stages import build_stages
from jettison.rewrite.candidates import Evidence
from rewrite.project_folder import model_in


def built(tmp_path: Path, text: str, without: frozenset[str]) -> str:
    """Return the text of the build stage of an image that holds nothing."""
    model = model_in(tmp_path, text, {"app.js": ""})
    assert model.context is not None
    image = Image(ImageConfig((), (), (), "", "", (), (), (), (), "", ()), (), {}, {}, {}, {})
    evidence = Evidence(image=image, hints=Hints({}, frozenset(), frozenset(), False))
    job = Assembly(model, detect(model.context), Features(mounts=True), evidence, without)
    needs = SimpleNamespace(own=(), unneeded={})
    return build_stages(job, needs, ()).text  # type: ignore[arg-type]


@pytest.mark.parametrize("without", [frozenset(), frozenset({"user"})], ids=["with a user", "without"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_blank_line_stays_where_a_line_of_ours_stood_below_it(
    tmp_path: Path, without: frozenset[str], newline: str
) -> None:
    text = 'FROM debian:bookworm\nWORKDIR /app\n\nCOPY app.js .\nCMD ["/x"]\n'.replace("\n", newline)
    stage = built(tmp_path, text, without)
    assert f"WORKDIR /app{newline}{newline}COPY app.js ." in stage
    assert "useradd" not in stage
