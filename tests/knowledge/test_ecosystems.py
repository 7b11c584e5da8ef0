"""The ecosystem files are whole: they load, their patterns compile, every placeholder is a known one."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import pytest

from jettison.knowledge.ecosystem import AIMS, FOLDER, Ecosystem, ecosystems

PLACEHOLDERS = set(
    "version port path app main module object package script project jar gradle_folder gradle_task target app_path root moved adds locked frozen ignore".split()
)
ISSUE = (
    "go python-pip python-uv python-poetry python-pipenv python-conda node-npm node-yarn node-pnpm node-bun java-maven "
    "java-gradle rust-cargo dotnet php-apache php-fpm ruby-bundler c-make cpp-cmake meson autotools elixir-mix deno static-site"
).split()


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in (*value, *value.values()) for text in strings(one)]
    return [text for one in value for text in strings(one)] if isinstance(value, list | tuple) else []


def test_every_ecosystem_of_the_list_is_there() -> None:
    assert sorted(ecosystems()) == sorted(ISSUE)
    assert {path.stem for path in FOLDER.glob("*.toml")} - set(ISSUE) == {"python", "node", "java", "php", "native"}


@pytest.mark.parametrize("one", ecosystems().values(), ids=lambda one: one.name)
def test_facts_are_whole(one: Ecosystem) -> None:
    assert one.source, "every file says where its facts come from"
    assert one.runtimes and {runtime.aim for runtime in one.runtimes} <= set(AIMS)
    assert any(runtime.aim == "safe" for runtime in one.runtimes), "there is always one that can be looked into"
    assert [runtime.bytes for runtime in one.runtimes] == sorted(runtime.bytes for runtime in one.runtimes)
    assert {runtime.family for runtime in one.runtimes} <= {"debian", "alpine", "none"}
    for version in (one.version, *one.tools.values()):
        for reader in (*version.readers, *version.at_least, *version.below):
            groups = re.compile(reader.pattern, re.MULTILINE).groups
            assert groups == 1, reader.pattern
    for pattern in (*one.detect.text.values(), *(p for f in one.frameworks for p in f.text.values())):
        re.compile(pattern)
    known = PLACEHOLDERS | set(one.tools)
    used = {name for text in strings(asdict(one)) for name in re.findall(r"\{([a-z_]+)\}", text)}
    assert used <= known


@pytest.mark.parametrize("one", ecosystems().values(), ids=lambda one: one.name)
def test_users_are_not_root(one: Ecosystem) -> None:
    for runtime in one.runtimes:
        assert runtime.user and runtime.user.split(":")[0] not in ("root", "0")
        assert runtime.user != "create" or runtime.family in ("debian", "alpine")
