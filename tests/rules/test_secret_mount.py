"""The move of a build argument to a secret mount: only where nothing else uses it; proven by a real build."""

from __future__ import annotations

import os
import random
import string
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.engine.base import Engine
from jettison.engine.cli import CliEngine
from jettison.image.inspection import inspect

ARG = "FROM debian:bookworm-slim\nARG API_TOKEN\n"
LEFT_ALONE = {
    "an ENV keeps it": ARG + "ENV X=$API_TOKEN\nRUN echo $API_TOKEN\n",
    "a COPY names it": ARG + "COPY $API_TOKEN /x\nRUN echo $API_TOKEN\n",
    "a RUN in array form": ARG + 'RUN ["sh", "-c", "echo $API_TOKEN"]\nRUN echo $API_TOKEN\n',
    "a here-document": ARG + "RUN <<EOF\necho $API_TOKEN\nEOF\n",
    "several names": "FROM debian:bookworm-slim\nARG API_TOKEN MODE\nRUN echo $API_TOKEN $MODE\n",
    "the command sets it": ARG + "RUN API_TOKEN=${API_TOKEN:-none} ./fetch\n",
    "another shell": "FROM debian:bookworm-slim\nSHELL [\"/usr/bin/python3\", \"-c\"]\nARG API_TOKEN\nRUN print('$API_TOKEN')\n",
    "ENV has the name": "FROM debian:bookworm-slim\nENV API_TOKEN=\nARG API_TOKEN\nRUN echo $API_TOKEN\n",
    "a stage that goes on copies it": "FROM debian:bookworm-slim AS a\nARG API_TOKEN\nRUN echo $API_TOKEN\nFROM a\nENV B=$API_TOKEN\n",
}  # fmt: skip


def fixed(folder: Path, text: str) -> str:
    file = folder / "Dockerfile"
    file.write_text(text)
    main(["fix", "--unsafe", "--select", "secret-in-arg-or-env", str(file)])
    return file.read_text()


@pytest.mark.parametrize("why", LEFT_ALONE)
def test_it_is_left_alone(why: str, tmp_path: Path) -> None:
    assert fixed(tmp_path, LEFT_ALONE[why]) == LEFT_ALONE[why]


def test_everyone_who_takes_it_gets_it(tmp_path: Path) -> None:
    text = (
        "FROM debian:bookworm-slim AS a\n# for the mirror\nARG API_TOKEN\nRUN --network=host one $API_TOKEN && \\\n    two\n"
        "RUN three\nUSER app\nRUN four ${API_TOKEN}\nFROM a\nRUN five $API_TOKEN\n"
    )
    mount = "--mount=type=secret,id=API_TOKEN,required=true"
    read = 'export API_TOKEN="$(cat /run/secrets/API_TOKEN)" && '
    assert fixed(tmp_path, text) == (
        f"FROM debian:bookworm-slim AS a\n# for the mirror\nRUN {mount} --network=host {read}one $API_TOKEN && \\\n    two\n"
        f"RUN three\nUSER app\nRUN {mount},mode=0444 {read}four ${{API_TOKEN}}\n"
        f"FROM a\nRUN {mount},mode=0444 {read}five $API_TOKEN\n"
    )


@pytest.mark.engine
def test_the_build_sees_it_and_the_image_does_not(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    if not engine.name.startswith("docker"):
        pytest.skip("the docker client is called here")
    assert isinstance(engine, CliEngine)
    value = "".join(random.Random(41).choices(string.ascii_letters + string.digits, k=30))
    text = (
        f"FROM {base_image}\nARG API_TOKEN\n"
        'RUN printf %s "$API_TOKEN" | sha256sum > /seen\nRUN useradd app\nUSER app\nRUN test -n "$API_TOKEN"\n'
    )
    (tmp_path / "value").write_text(value)
    before, after = new_tag(), new_tag()
    logs = {}
    for tag, content, options in (
        (before, text, ["--build-arg", f"API_TOKEN={value}"]),
        (after, fixed(tmp_path, text), ["--secret", f"id=API_TOKEN,src={tmp_path / 'value'}"]),
    ):
        (tmp_path / "Dockerfile").write_text(content)
        done = subprocess.run(
            [*engine.client, "build", "--network=host", "-t", tag, *options, str(tmp_path)],
            env={**os.environ, "DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        logs[tag] = done.stdout + done.stderr
    old, new = inspect(before, digests=True), inspect(after, digests=True)
    assert old.image.files["seen"].digest == new.image.files["seen"].digest != b""
    assert any(found.where == "build-arg" for found in old.secrets)
    assert [found for found in new.secrets if found.where != "file"] == []
    assert value in str(old.image.settings)
    assert value not in str(new.image.settings) + logs[after]
