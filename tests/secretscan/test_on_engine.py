"""Images that a real engine built: what leaks is found with its line, what is clean stays quiet."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine
from jettison.image.inspection import inspect
from jettison.model.dockerfile import build_model
from jettison.secretscan.findings import at_level
from jettison.syntax.tree import parse

from .samples import github_token

CHANCE = random.Random(31)
ENV, LABEL, ARGUMENT, LITERAL, DELETED, KEPT = (github_token(CHANCE) for _ in range(6))

DOCKERFILE = f"""\
FROM {{base}} AS tools
ARG TOOLS_TOKEN
RUN echo "$TOOLS_TOKEN" | wc -c
FROM {{base}}
ARG API_TOKEN
ENV GH_TOKEN={ENV}
LABEL build.token={LABEL}
RUN echo made > /made
COPY .env /srv/.env
RUN rm /srv/.env
RUN GITHUB={LITERAL} true
COPY kept.py /srv/kept.py
COPY --from=tools /etc/hostname /hostname
CMD ["true"]
"""


@pytest.mark.engine
def test_every_leak_of_a_build_has_its_line(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"TOKEN={DELETED}\n")
    (tmp_path / "kept.py").write_text(f"import os\n\nTOKEN = '{KEPT}'\n")
    text = DOCKERFILE.format(base=base_image).encode()
    tag = new_tag()
    never = github_token(CHANCE)
    arguments = {"API_TOKEN": ARGUMENT, "TOOLS_TOKEN": never}
    engine.build(BuildRequest(str(tmp_path), text, b"", tag, build_args=arguments))
    seen = inspect(tag, model=build_model(parse(text, "Dockerfile")))
    sure = at_level(seen.secrets)
    told = {(f.where, f.path, f.dockerfile_line, f.visible) for f in sure if f.where in ("env", "label", "file")}
    assert told == {
        ("env", "GH_TOKEN", 6, True),
        ("label", "build.token", 7, True),
        ("file", "srv/.env", 9, False),
        ("file", "srv/kept.py", 12, True),
    }
    # The argument stands on every RUN of the final stage, whether it uses it or not; it is told where it stands first.
    assert [f.dockerfile_line for f in sure if f.where == "build-arg" and f.path == "API_TOKEN"] == [8]
    assert 11 in {f.dockerfile_line for f in sure if f.where == "history"}
    # What only an earlier stage saw is not in the image.
    assert not any("TOOLS" in f.path for f in sure)
    assert all(f.masked in ("ghp_***", "***") for f in sure)


@pytest.mark.engine
@pytest.mark.parametrize("name", ["debian:bookworm", "python:3.11", "node:18", "golang:1.19"])
def test_a_clean_image_gives_no_alarm(engine: Engine, name: str, base_image: str) -> None:
    seen = inspect(name)
    assert sum(entry.kind == "file" for entry in seen.image.files.values()) > 1000
    assert [(f.detector, f.path, f.line) for f in at_level(seen.secrets)] == []
