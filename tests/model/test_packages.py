"""What a call of a package manager does."""

from __future__ import annotations

import pytest

from jettison.model.dockerfile import build_model
from jettison.syntax.tree import parse


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        ("yarn", ["install"]),
        ("yarn --frozen-lockfile", ["install"]),
        ("yarn test", []),
        ("xargs -rt < deps.txt apt-get install -y", ["install"]),
        ("cat deps | xargs -n 1 -I {} apk add --no-cache {}", ["install"]),
        ("ls | xargs -r", []),
        ("ls | xargs rm", []),
        ("yarn --version", []),
        ("bundle -v", []),
        ("apt-get install -s curl", []),
        ("npm cache clear", ["clean"]),
        ("yarn cache clean", ["clean"]),
        ("bundle", ["install"]),
        ("bundle exec rake assets:precompile", []),
        ("apt-get -y install curl", ["install"]),
        ("python3 -m pip install flask", ["install"]),
    ],
)
def test_the_program_alone_is_not_every_command_of_it(command: str, actions: list[str]) -> None:
    model = build_model(parse(f"FROM node:22\nRUN {command}\n".encode()))
    assert [call.action for run in model.runs for call in model.facts(run)] == actions


@pytest.mark.parametrize(
    ("line", "packages"),
    [
        ('RUN ["/bin/bash", "-c", "apt-get install -y curl"]', ["curl"]),
        ("RUN bash -c 'apt-get update && apt-get install -y git'", ["git"]),
        ('RUN sh -ec "apt-get install -y vim"', ["vim"]),
        ("RUN bash -c 'set -e; for x in a b; do apk add $x; done'", ["$x"]),
        ('RUN sh -c "apt-get install -y \\"a b\\""', []),
        ("RUN bash script.sh -c 'not read as text of a shell that reads script.sh'", []),
        ('RUN ["sh", "-c"]', []),
        ("CMD bash -c 'apk add curl'", []),
    ],
)
def test_the_text_that_a_shell_is_handed(line: str, packages: list[str]) -> None:
    data = f"FROM debian:12\n{line}\n".encode()
    calls = [call for run in build_model(parse(data)).runs for call in build_model(parse(data)).facts(run)]
    found = [word for call in calls if call.action == "install" for word in call.packages]
    assert [word.value for word in found] == packages
    assert [data[word.span.start : word.span.end].decode() for word in found] == packages
