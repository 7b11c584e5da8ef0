"""The engine's frontend is asked about a text; no base is fetched and no step is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.engine.base import Engine
from jettison.optimize.job import optimize
from jettison.optimize.records import Request
from jettison.proof.frontend import refusal, without_bases

# Shapes from the wild, each with what a rewrite could break: continuations, comments inside them, quotes, another
# escape character, stages by number, variables in FROM, ONBUILD, a file that trails off.
WILD = {
    "single stage": "FROM node:18\nWORKDIR /app\nCOPY . .\nRUN npm install && \\\n    # why\n    npm run build\nCMD npm start",
    "many stages": 'ARG V=1\nFROM golang:1.19 AS b\nCOPY . .\nRUN go build -o /x .\nFROM debian:${V}\nCOPY --from=0 /x /x\nCOPY --from=busybox:1 /bin/sh /s\nENTRYPOINT ["/x"]\n',
    "packages": 'FROM ubuntu\nMAINTAINER me\nRUN apt-get update\nRUN apt-get install -y curl wget\nADD https://example.com/a /a\nENV A b\nEXPOSE 80\nCMD cd /srv && exec ./run "$A"\n',
    "apk": 'FROM alpine:3.18\nRUN apk update && apk add curl\nADD . /srv\nUSER root\nRUN chmod -R 777 /srv\nCMD [ "sh", "-c", \'x\' ]\n',
    "windows escape": "# escape=`\nFROM python:3\r\nRUN pip install `\r\n  flask\r\nCOPY . c:/app\r\nCMD python app.py\r\n",
    "onbuild": "FROM python:3.11\nONBUILD COPY . /a\nRUN pip install flask\nVOLUME /data\nHEALTHCHECK NONE\nSTOPSIGNAL 9\n",
}


@pytest.mark.engine
@pytest.mark.parametrize("name", WILD)
def test_what_is_made_of_a_file_is_accepted_like_the_file(engine: Engine, tmp_path: Path, name: str) -> None:
    (tmp_path / "Dockerfile").write_bytes(WILD[name].encode())
    chosen = optimize(Request(str(tmp_path), build=False), lambda text: None).chosen

    assert chosen is not None and chosen.dockerfile != WILD[name].encode()
    assert refusal(engine, WILD[name].encode()) is None
    assert refusal(engine, chosen.dockerfile) is None


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM nowhere.invalid/x\nRUN make\nFOO bar\n", "unknown instruction: FOO"),
        ("FROM nowhere.invalid/x\nCOPY --from=7 /a /b\n", "invalid stage index 7"),
        ("FROM nowhere.invalid/x\nEXPOSE abc\n", "abc"),
        ("FROM nowhere.invalid/x\nRUN --mount=type=foo,target=/x make\n", "foo"),
    ],
)
def test_a_refusal_says_why(engine: Engine, text: str, why: str) -> None:
    assert why in str(refusal(engine, text.encode()))


def test_no_name_of_an_image_is_left() -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM --platform=linux/arm64 a/b:1 AS c\nCOPY --from=x:1 /a /b\nRUN --mount=type=bind,from=zé,target=/x true\nCOPY --from=c /a /b\nFROM c\n"
    assert without_bases(text.encode()).decode() == (
        "# escape=`\nFROM --platform=linux/arm64 scratch AS c\nCOPY --from=scratch /a /b\n"
        "RUN --mount=type=bind,from=scratch,target=/x true\nCOPY --from=c /a /b\nFROM c\n\nWORKDIR /jettison\n"
    )
