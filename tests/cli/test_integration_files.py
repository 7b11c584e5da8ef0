"""The files by which others call us: they parse, and name only options that exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jettison.cli.check import OPTIONS
from jettison.cli.discover import is_build_file_name, is_dockerfile_name

ROOT = Path(__file__).parent.parent.parent
FLAGS = {name for option in OPTIONS for name in option.names}


def test_pre_commit_hooks() -> None:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        wanted = re.compile(hook["files"])
        for name in ("Dockerfile", "a/Dockerfile.dev", "b/api.dockerfile", "Containerfile", "Dockerfile-windows"):
            assert wanted.search(name) and is_dockerfile_name(name.rpartition("/")[2])
        assert not wanted.search("a/NotDockerfile.md.txt")
        assert re.search(hook["exclude"], "Dockerfile.dockerignore")


@pytest.mark.parametrize("name", ["action.yml", "templates/gitlab-ci.yml"])
def test_only_options_that_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    assert yaml.safe_load(text)
    calls = "\n".join(
        line
        for line in text.splitlines()
        if ("pip install" not in line and "options" in line) or "jettison check" in line
    )
    assert set(re.findall(r"--[a-z][a-z-]+", calls)) <= FLAGS


def test_inputs_of_the_action_never_stand_in_a_script() -> None:
    for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]:
        script = step.get("run", "")
        assert "${{" not in script
        if script:
            subprocess.run(["bash", "-n"], input=script.encode(), check=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("compose.yaml", True), ("docker-compose.yml", True), ("docker-compose.override.yml", True),
        ("compose.prod.yaml", True), ("docker-bake.hcl", True), ("docker-bake.override.json", True),
        ("composer.json", False), ("compose", False), ("compose.json", False), ("bake.hcl", False), ("x-compose.md", False),
    ],
)  # fmt: skip
def test_names_of_build_files(name: str, expected: bool) -> None:
    assert is_build_file_name(name) is expected


def test_a_check_with_settings_and_machine_formats_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    program = (
        "import sys\nfrom jettison.cli.main import main\n"
        "main(['check', '--no-config', sys.argv[1]])\nimport json\nprint(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & {"tomllib", "yaml", "glob", "hashlib", "jettison.compose.project", "jettison.report.check_json"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dockerfile_r_4.0", True), ("dockerfile-arm64", True), ("Dockerfile-3.11-slim", True), ("Dockerfile.j2", True),
        ("Dockerfile-lint.rb", False), ("dockerfile_build.sh.j2", False), ("Dockerfiles", False), ("dockerfile-", True),
    ],
)  # fmt: skip
def test_names_of_dockerfiles(name: str, expected: bool) -> None:
    assert is_dockerfile_name(name) is expected
