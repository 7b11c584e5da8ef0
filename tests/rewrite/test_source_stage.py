"""A stage of the project's files alone takes the place of a list of their names, where it has all of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from jettison.engine.base import Features
from jettison.image.image import Image, ImageConfig
from jettison.needs.hints import Hints
from jettison.project.detect import detect
from jettison.rewrite.assembly import Assembly
from jettison.rewrite.candidates import Evidence
from jettison.rewrite.copies import Copy
from jettison.rewrite.source_stage import SourceStage, source_stage
from jettison.rewrite.taken import Taken
from rewrite.project_folder import model_in

FILES = {"app.js": "", "lib/a.js": "", "package.json": "{}", "Dockerfile": ""}
MODULES = Taken(Copy(("app/node_modules",), "app/node_modules"), True)
SINGLE = Taken(Copy(("app/app.js", "app/package.json"), "app/"), False)
LIB = Taken(Copy(("app/lib",), "app/lib"), False)
OWN = ("app/node_modules/x/index.js", "app/app.js", "app/package.json", "app/lib/a.js")
INSTALL = "FROM node:18\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n"


def made(tmp_path: Path, rest: str, own: tuple[str, ...] = OWN, files: dict[str, str] = FILES) -> SourceStage | None:
    """Return the stage of what stands below the install; `fixed` leaves nothing to mend in it."""
    model = model_in(tmp_path, INSTALL + rest, files)
    assert model.context is not None
    image = Image(ImageConfig((), (), (), "", "", (), (), (), (), "", ()), (), {}, {}, {}, {})
    evidence = Evidence(image=image, hints=Hints({}, frozenset(), frozenset(), False))
    without = frozenset({"user", "healthcheck", "node-environment"})
    job = Assembly(model, detect(model.context), Features(mounts=True), evidence, without)
    assert job.pieces is not None
    needs = SimpleNamespace(own=own)
    return source_stage(job, needs, job.pieces.body[3:], (MODULES, SINGLE, LIB))  # type: ignore[arg-type]


def test_the_folder_is_copied_as_a_whole(tmp_path: Path) -> None:
    stage = made(tmp_path, "\n# the program\nCOPY . .\n")
    assert stage is not None
    assert stage.text == "WORKDIR /app\n\n# the program\nCOPY . .\n"
    assert stage.found == (MODULES, Taken(Copy(("app",), "app"), False))


def test_lines_and_comments_of_the_user_stay(tmp_path: Path) -> None:
    stage = made(tmp_path, "# there\nWORKDIR /app\nENV A=b\nCOPY --chown=1000 . ./\n")
    assert stage is not None
    assert stage.text == "# there\nWORKDIR /app\nCOPY --chown=1000 . ./\n"


def test_an_argument_that_no_copy_refers_to_stays_out(tmp_path: Path) -> None:
    rest = "ARG COMMIT\n# who owns it\nARG OWNER\nWORKDIR /app\nCOPY . .\n"
    stage = made(tmp_path, rest)
    assert stage is not None
    assert stage.text == "WORKDIR /app\n# who owns it\nARG OWNER\nWORKDIR /app\nCOPY . .\n"


@pytest.mark.parametrize(
    "rest",
    [
        "COPY . .\nRUN npm run build\n",
        "COPY app.js lib ./\n",
        "COPY . .\nCOPY lib /lib\n",
        "COPY --chown=node . .\n",
        "ENV HERE=/app\nCOPY . $HERE\n",
        "COPY . /\n",
    ],
)
def test_what_is_not_known_to_be_the_same_is_copied_by_name(tmp_path: Path, rest: str) -> None:
    assert made(tmp_path, rest) is None


def test_what_no_file_of_the_project_is_keeps_the_list(tmp_path: Path) -> None:
    assert made(tmp_path, "COPY . .\n", (*OWN, "app/made-by-a-run.txt")) is None
    assert made(tmp_path, "COPY . .\n", files={**FILES, "vendor/x.js": ""}) is None
    assert made(tmp_path, "COPY . .\n", files={**FILES, "video.mp4": "x" * 2_000_000}) is None
