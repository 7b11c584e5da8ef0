"""Copies in the order of how often they change, moved only where nothing can tell the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.engine.base import Features
from jettison.model.dockerfile import Model
from jettison.project.detect import detect
from jettison.project.history import History
from jettison.rewrite.candidates import candidates
from jettison.rewrite.order import ordered
from rewrite.project_folder import model_in

FILES = {
    "src/a.js": "", "assets/logo.svg": "x" * 99999, "package.json": "{}", "package-lock.json": "", "requirements.txt": "flask\n",
    "conf/.npmrc": "", "run.sh": "", "frontend/x.js": "",
}  # fmt: skip
# The newest 300 commits: src in 120 of them, the rest in two.
HISTORY = History(
    (frozenset(["src/a.js"]),) * 118
    + (frozenset(FILES),) * 2
    + (frozenset(["README"]),) * 130
    + (frozenset(["frontend/x.js"]),) * 50
)


def model_of(tmp_path: Path, text: str) -> Model:
    return model_in(tmp_path, text, FILES)


HEAD = "FROM node:18\nWORKDIR /app\n"


def test_what_changes_often_goes_below_what_does_not(tmp_path: Path) -> None:
    text = HEAD + "# The program.\nCOPY src ./src\nCOPY assets ./assets\nEXPOSE 80\n"
    result, moved = ordered(model_of(tmp_path, text), HISTORY)
    assert result.decode() == HEAD + "COPY assets ./assets\n# The program.\nCOPY src ./src\nEXPOSE 80\n"
    assert [(each.line, each.below) for each in moved] == [(4, 5)]
    assert moved[0].evidence == "src changed in 120 of the last 300 commits, assets in 2"
    assert ordered(model_of(tmp_path, result.decode()), HISTORY) == (result, ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Named packages, system and language.
        ("COPY src ./src\nRUN apt-get update && apt-get install -y curl\n", "RUN apt-get update && apt-get install -y curl\nCOPY src ./src\n"),
        ("COPY src ./src\nENV A=b\nRUN npm install -g pm2\nCMD x\n", "ENV A=b\nRUN npm install -g pm2\nCOPY src ./src\nCMD x\n"),
        # Manifests, and what is installed from them.
        ("COPY src ./src\nCOPY package*.json ./\nRUN npm ci\n", "COPY package*.json ./\nRUN npm ci\nCOPY src ./src\n"),
        ("COPY src src\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n", "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY src src\n"),
        # From a stage that reads what changes often.
        ("COPY --from=0 /dist /dist\nCOPY assets /assets\n", None),
        # The order of two that both change often stays.
        ("COPY src ./src\nCOPY frontend ./frontend\nCOPY assets ./assets\n", "COPY assets ./assets\nCOPY src ./src\nCOPY frontend ./frontend\n"),
    ],
)  # fmt: skip
def test_moves(tmp_path: Path, before: str, after: str | None) -> None:
    result, moved = ordered(model_of(tmp_path, HEAD + before), HISTORY)
    assert result.decode() == HEAD + (after or before)
    assert bool(moved) is (after is not None)


@pytest.mark.parametrize(
    "body",
    [
        # One writes where the other does.
        "COPY src ./\nCOPY assets ./assets\n",
        "COPY src ./x\nCOPY run.sh ./x\n",
        "COPY src ./x\nCOPY assets ./x/\n",
        # Folders that both make would have another owner.
        "COPY --chown=1 src /new/src\nCOPY assets /new/assets\n",
        # A RUN that reads what was copied, or may.
        "COPY src ./src\nRUN node src/a.js\nCOPY assets ./assets\n",
        "COPY src ./src\nRUN make\n",
        "COPY src ./src\nCOPY package.json ./\nRUN npm ci && npm run build\n",
        "COPY src ./src\nRUN apt-get install -y ./src/x.deb\n",
        "COPY src /usr/lib/node_modules/src\nRUN apt-get update && apt-get install -y nodejs\n",
        # The user, the folder, a volume, a variable in between.
        "COPY src src\nUSER 1\nCOPY assets assets\n",
        "COPY src src\nWORKDIR /other\nCOPY assets assets\n",
        "COPY src src\nVOLUME /data\nCOPY assets assets\n",
        "ARG A=1\nCOPY src /app/$A\nARG A=2\nCOPY assets assets\n",
        # What steers a package manager.
        "COPY conf ./\nCOPY package.json ./\nRUN npm ci\n",
        # Archives are unpacked, other sources are not known.
        "ADD src src\nADD https://example.org/x /x\n",
        "COPY src src\nCOPY <<EOF /app/x\nx\nEOF\n",
        "COPY --parents src /app/\nCOPY assets assets\n",
        # Nothing changes often.
        "COPY assets assets\nCOPY run.sh ./\n",
    ],
)
def test_what_might_be_seen_stays(tmp_path: Path, body: str) -> None:
    model = model_of(tmp_path, HEAD + body)
    assert ordered(model, HISTORY) == (model.source.data, ())


def test_scripts_of_the_manifest_may_read_the_source(tmp_path: Path) -> None:
    text = HEAD + "COPY src ./src\nCOPY package*.json ./\nRUN npm ci\n"
    model = model_of(tmp_path, text)
    (tmp_path / "package.json").write_text('{"scripts": {"postinstall": "node src/a.js"}}')
    assert ordered(model, HISTORY)[1] == ()


def test_a_stage_that_reads_what_changes_often_counts_as_much(tmp_path: Path) -> None:
    text = (
        "FROM node:18 AS web\nCOPY src /s\nRUN x\nFROM debian\nCOPY --from=web /d /srv/d\nCOPY assets /srv/a\nCMD x\n"
    )
    result, moved = ordered(model_of(tmp_path, text), HISTORY)
    assert result.decode().endswith("FROM debian\nCOPY assets /srv/a\nCOPY --from=web /d /srv/d\nCMD x\n")
    assert moved[0].evidence == "/d of stage web changed in 120 of the last 300 commits, assets in 2"


def test_line_ends_and_a_missing_last_one_are_kept(tmp_path: Path) -> None:
    text = (HEAD + "COPY src ./src\nCOPY assets ./assets").replace("\n", "\r\n")
    result, _ = ordered(model_of(tmp_path, text), HISTORY)
    assert result == (HEAD + "COPY assets ./assets\nCOPY src ./src\n").replace("\n", "\r\n").encode()


def test_the_candidates_say_it_and_it_can_be_taken_back(tmp_path: Path) -> None:
    text = 'FROM debian:12\nWORKDIR /app\nCOPY src ./src\nCOPY assets ./assets\nCMD ["/app/src/a"]\n'
    model = model_of(tmp_path, text)
    project = detect(model.context)._replace(history=HISTORY)  # type: ignore[arg-type]
    found = {c.name: c for c in candidates(model, project, Features(mounts=True))[0]}["in-place"]
    titles = [change.title for change in found.changes if change.id == "history-order"]
    assert titles == ["what changes most stands last: src changed in 120 of the last 300 commits, assets in 2"]
    assert found.dockerfile.index(b"COPY assets") < found.dockerfile.index(b"COPY src")
    without = candidates(model, project, Features(mounts=True), without=frozenset(["history-order"]))[0]
    assert all(c.dockerfile.index(b"COPY assets") > c.dockerfile.index(b"COPY src") for c in without)


def test_a_value_that_changes_with_every_build_goes_below_what_it_does_not_concern(tmp_path: Path) -> None:
    text = 'FROM debian:12\nARG GIT_SHA\nLABEL rev=$GIT_SHA\nRUN apt-get update && apt-get install -y nginx\nCMD ["nginx"]\n'
    model = model_of(tmp_path, text)
    found = {c.name: c for c in candidates(model, detect(model.context), Features(mounts=True))[0]}["in-place"]  # type: ignore[arg-type]
    assert found.dockerfile.index(b"apt-get install") < found.dockerfile.index(b"ARG GIT_SHA")
