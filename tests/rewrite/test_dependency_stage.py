"""What of a stage stands before the source is copied, and stays as it was there."""

from __future__ import annotations

from pathlib import Path

from jettison.image.image import FileEntry, HistoryEntry, Image, ImageConfig
from jettison.image.stack import Covered, Stack
from jettison.model.dockerfile import Model
from jettison.rewrite.dependency_stage import Before, before_source, late_paths, stands_before
from jettison.rewrite.pieces import split_final
from rewrite.project_folder import model_in

NODE = "FROM node:18\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"


def project(tmp_path: Path, text: str) -> Model:
    return model_in(tmp_path, text, {"package.json": "{}", "src/a.js": ""})


def image(model: Model, files: dict[str, int], deleted: dict[str, int]) -> Image:
    """Return an image as BuildKit would note it: the base is layer 0, then one for each step that writes."""
    steps = [n for n in model.stages[-1].instructions if n.keyword in ("RUN", "COPY", "ADD", "WORKDIR")]
    texts = [bytes(model.source.data[n.span.start : n.span.end]).decode().strip() for n in steps]
    noted = [f"{text.replace('RUN ', 'RUN /bin/sh -c ', 1)} # buildkit" for text in texts]
    history = [HistoryEntry("base", False), *(HistoryEntry(text, False) for text in noted)]
    entries = {path: FileEntry("file", 1, 0o644, 0, 0, "", layer) for path, layer in files.items()}
    stack = Stack()
    stack.covered = [Covered(path, FileEntry("file", 1, 0o644, 0, 0, "", 0), by, None) for path, by in deleted.items()]
    config = ImageConfig((), (), (), "", "", (), (), (), (), "", ())
    return Image(config, (), entries, {}, {}, {}, tuple(history), stack=stack)


def found(
    original: Model, fixed: Model, files: dict[str, int], deleted: dict[str, int] | None = None
) -> tuple[Before | None, set[str]]:
    """Return what stands before the source, and which of the files do."""
    pieces = split_final(fixed)
    assert pieces is not None
    built = image(original, files, deleted or {})
    before = before_source(original, fixed, pieces.body, built, frozenset(["src/a.js"]))
    if before is None:
        return None, set()
    late = late_paths(before, built, files)
    return before, {path for path in files if stands_before(path, late)}


def test_what_is_installed_before_the_source_stands_before_it(tmp_path: Path) -> None:
    model = project(tmp_path, NODE)
    before, early = found(model, model, {"app/node_modules/x": 3, "app/src/a.js": 4, "app/dist/a.js": 5})
    assert before is not None and (before.at, before.runs_after) == (3, True)
    assert early == {"app/node_modules/x"}


def test_a_folder_that_a_later_step_wrote_to_or_deleted_from_does_not(tmp_path: Path) -> None:
    model = project(tmp_path, NODE)
    files = {"app/node_modules/x/i": 3, "app/node_modules/y/i": 3, "opt/z/a": 3, "app/node_modules/x/j": 5}
    before, _ = found(model, model, files, {"opt/z/gone": 5})
    assert before is not None
    late = late_paths(before, image(model, files, {"opt/z/gone": 5}), files)
    assert [
        p for p in ("app/node_modules", "app/node_modules/x", "app/node_modules/y", "opt/z") if stands_before(p, late)
    ] == ["app/node_modules/y"]


def test_a_fix_may_have_put_the_install_before_the_source(tmp_path: Path) -> None:
    original = project(tmp_path, "FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n")
    fixed = project(tmp_path, NODE.replace("RUN npm ci", "RUN --mount=type=cache,target=/root/.npm npm ci"))
    # Layers of the original: 1 WORKDIR, 2 COPY, 3 install, 4 build.
    _, early = found(original, fixed, {"app/node_modules/x": 3, "app/src/a.js": 2, "app/dist/a.js": 4})
    assert early == {"app/node_modules/x"}


def test_there_is_nothing_to_split_without_an_install_or_in_a_stage_from_one_with_source(tmp_path: Path) -> None:
    for text in (
        "FROM node:18\nCOPY . .\nRUN npm ci\n",
        "FROM node:18\nRUN npm i -g x\n",
        "FROM node:18 AS one\nCOPY . .\nFROM one\nRUN npm ci\nCOPY src /app\n",
        "FROM node:18\nRUN --mount=type=bind,target=/src npm ci --prefix /src\nCOPY . .\n",
    ):
        model = project(tmp_path, text)
        assert found(model, model, {})[0] is None, text


def test_a_copy_from_a_stage_with_source_is_source(tmp_path: Path) -> None:
    text = "FROM node:18 AS one\nCOPY . .\nFROM node:18\nRUN npm i -g x\nCOPY --from=one /a /a\nRUN x\n"
    model = project(tmp_path, text)
    before, early = found(model, model, {"usr/x": 1, "a": 2})
    assert before is not None and before.at == 1
    assert early == {"usr/x"}


def test_a_file_that_is_no_source_does_not_end_it(tmp_path: Path) -> None:
    model = project(tmp_path, "FROM node:18\nCOPY package.json /etc/\nRUN one\nCOPY src /app\nRUN two\n")
    before, _ = found(model, model, {})
    assert before is not None and before.at == 2
