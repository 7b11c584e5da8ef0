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
