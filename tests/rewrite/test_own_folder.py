"""A front end in a folder of its own is built before the rest is copied, where nothing leads out of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.rewrite.own_folder import own_folders_first
from rewrite.project_folder import rewritten_once

BEFORE = "FROM x\nWORKDIR /srv\nRUN cd web && npm ci\nCOPY . .\n# pages\nRUN cd web && npm run build\nCMD a\n"
AFTER = "FROM x\nWORKDIR /srv\nRUN cd web && npm ci\nCOPY web ./web/\n# pages\nRUN cd web && npm run build\nCOPY . .\nCMD a\n"


def rewritten(folder: Path, text: str, **files: str) -> str:
    there = {
        "web/package.json": "{}",
        "server/app.py": "",
        **{name.replace("__", "/"): body for name, body in files.items()},
    }
    return rewritten_once(lambda model: own_folders_first(model)[0], folder, text, there)


@pytest.mark.parametrize(
    "more",
    [
        {},
        # What is not there yet is what the build makes.
        {"web/vite.config.js": "export default { build: { outDir: '../server/static' } }"},
        {"web/src/views/a.js": "import b from '../../lib/b.js'", "web/lib/b.js": ""},
    ],
)
def test_a_folder_that_stands_alone_is_built_first_and_only_once(more: dict[str, str], tmp_path: Path) -> None:
    assert rewritten(tmp_path, BEFORE, **more) == AFTER
    assert rewritten(tmp_path, AFTER, **more) == AFTER


@pytest.mark.parametrize(
    "more",
    [
        {
            "web/tailwind.config.js": "module.exports = { content: ['../server/templates/**'] }",
            "server/templates/a.html": "",
        },
        {"web/src/a.js": "import b from '../../shared/b.js'", "shared/b.js": ""},
        {"web/tsconfig.json": '{"extends": "../tsconfig.json"}', "tsconfig.json": "{}"},
        {"web/build.js": "const root = path.resolve(__dirname, '..')"},
        # A copy of all below would put the old pages over the new ones.
        {"web/dist/index.html": ""},
    ],
)
def test_a_folder_that_leads_out_or_holds_old_pages_stays(more: dict[str, str], tmp_path: Path) -> None:
    assert rewritten(tmp_path, BEFORE, **more) == BEFORE


@pytest.mark.parametrize(
    "line",
    [
        "RUN cd web && npm ci && npm run build",
        "RUN cd web && npm run build && cp ../server/app.py .",
        "RUN cd web && npm run build > /srv/server/log",
        "RUN cd /srv/web && npm run build",
        "RUN cd other && npm run build",
        "RUN npm run build",
    ],
)
def test_a_run_that_does_more_or_elsewhere_stays(line: str, tmp_path: Path) -> None:
    text = BEFORE.replace("RUN cd web && npm run build", line)
    assert rewritten(tmp_path, text) == text
