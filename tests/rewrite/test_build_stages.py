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


def built(tmp_path: Path, text: str, without: frozenset[str], unneeded: tuple[str, ...] = (), user: str = "") -> str:
    """Return the text of the build stage of an image that holds nothing but what only installs."""
    model = model_in(tmp_path, text, {"app.js": ""})
    assert model.context is not None
    image = Image(ImageConfig((), (), (), user, "", (), (), (), (), "", ()), (), {}, {}, {}, {})
    evidence = Evidence(image=image, hints=Hints({}, frozenset(), frozenset(), False))
    job = Assembly(model, detect(model.context), Features(mounts=True), evidence, without)
    needs = SimpleNamespace(own=(), unneeded=dict.fromkeys(unneeded, "only installs"))
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


NPM = "usr/local/lib/node_modules/npm/index.js"


@pytest.mark.parametrize(
    ("users", "of_image", "expected"),
    [
        (("USER node\n", ""), "node", "USER 0\nRUN rm -rf /usr/local/lib/node_modules/npm\nUSER node\n"),
        # Nothing runs after it.
        (("", "USER node\n"), "node", "RUN true\nRUN rm -rf /usr/local/lib/node_modules/npm\n"),
        (("USER root\n", "USER node\n"), "node", "RUN true\nRUN rm -rf /usr/local/lib/node_modules/npm\n"),
        # The file names none, so that it is the base's.
        (("", ""), "app:app", "USER 0\nRUN rm -rf /usr/local/lib/node_modules/npm\nUSER app:app\n"),
    ],
)
def test_what_belongs_to_root_is_removed_by_root(
    users: tuple[str, str], of_image: str, expected: str, tmp_path: Path
) -> None:
    text = f'FROM node:18-slim\n{users[0]}ENV NODE_ENV=production\nRUN true\n{users[1]}CMD ["node", "a.js"]\n'
    assert expected in built(tmp_path, text, frozenset(), (NPM,), of_image)
