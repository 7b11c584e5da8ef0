"""Secrets on the commands of the history: what they write into files, and what they hand to clients."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jettison.cli.main import main

from .images import image

VALUE = "k4Rz81Ln5YpVq7Xt2ZwM93sd"
COMMANDS = [
    'RUN echo "password={}" > /etc/app.conf',
    "RUN printf 'db:\\n  api_key: {}\\n' > /etc/app.yml",
    'RUN curl "https://api.corp.net/v1?access_token={}"',
    "RUN curl -H 'X-Api-Key: {}' https://api.corp.net/",
    "RUN curl -u bot:{} https://api.corp.net/",
    "RUN redis-cli -h cache.corp.net -a {} ping",
    "RUN mysql -uroot -p{} -e 'select 1'",
    "RUN PGPASSWORD={} psql -h db.corp.net app",
    "RUN echo {} | docker login -u me --password-stdin r.corp.net",
    "RUN printf '%s' '{}' | helm registry login r.corp.net -u me --password-stdin",
    "RUN composer config http-basic.repo.corp.net me {}",
    "RUN npm config set //npm.corp.net/:_authToken {}",
    "RUN aws configure set aws_secret_access_key {}qX7bN0vT4mK2jH",
    "RUN export TOKEN={} && make",
]


def told(folder: Path, capsys: pytest.CaptureFixture[str], commands: list[str]) -> tuple[list[str], str]:
    """Return the detectors of what is told of an image with the commands in its history, and all that is printed."""
    history = [{"created_by": "COPY . /"}, *({"created_by": one, "empty_layer": True} for one in commands)]
    path = image(folder, [[("a", b"x")]], {}, history)
    capsys.readouterr()
    main(["secrets", path, "--format", "json"])
    out = capsys.readouterr().out
    main(["inspect", path])
    return [one["detector"] for one in json.loads(out)["secrets"]], out + capsys.readouterr().out


def test_values_on_commands_are_told_and_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [f"{VALUE}{number:02}" for number in range(len(COMMANDS))]
    found, printed = told(tmp_path, capsys, [text.format(value) for text, value in zip(COMMANDS, values, strict=True)])
    assert len(found) == len(COMMANDS)
    assert VALUE not in printed


@pytest.mark.parametrize("harmless", ["$TOKEN", "${TOKEN}", "$(cat /run/secrets/token)", "changeme", "your-token-here"])
def test_what_stands_for_a_value_is_not_told(harmless: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [text.replace("qX7bN0vT4mK2jH", "").format(harmless) for text in COMMANDS]
    assert told(tmp_path, capsys, commands)[0] == []


def test_a_variable_and_the_step_that_set_it_are_one_secret(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A value that the step had, and the image no longer has, is a second one."""
    steps = ("ENV DB_TOKEN=Kx93mVpq7Rt2Wz", "ENV DB_TOKEN=Zt81nQwe5Yu7Ab", "LABEL api_token=Kx93mVpq7Rt2Wz")
    history = [{"created_by": "COPY . /"}, *({"created_by": one, "empty_layer": True} for one in steps)]
    config = {"Env": ["DB_TOKEN=Zt81nQwe5Yu7Ab"], "Labels": {"api_token": "Kx93mVpq7Rt2Wz"}}
    path = image(tmp_path, [[("a", b"x")]], config, history)
    capsys.readouterr()
    main(["secrets", path, "--format", "json"])
    found = json.loads(capsys.readouterr().out)["secrets"]
    assert sorted((one["where"], one["path"]) for one in found) == [
        ("env", "DB_TOKEN"), ("history", "DB_TOKEN"), ("label", "api_token"),
    ]  # fmt: skip
