"""Compose and Bake files: each build found with its Dockerfile, target, arguments and context."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.compose.project import read_builds
from jettison.lint.build import Build

COMPOSE = """\
x-build: &build
  context: ./api
  args: {LEVEL: 3}
services:
  short:
    build: ./web
  long:
    profiles: [debug]
    build:
      <<: *build
      dockerfile: docker/${NAME:-dev}.Dockerfile
      target: dev
      additional_contexts: ["shared=./shared"]
  child:
    extends: {service: long}
    build: {target: prod, args: [A=b, UNSET_HERE]}
  inline:
    build:
      dockerfile_inline: |
        FROM debian
        WORKDIR a
  image_only: {image: postgres}
  far: {build: "https://example.org/a.git"}
  unknown: {build: "$JETTISON_TEST_NOT_SET"}
"""
BAKE = """\
variable "BASE" { default = "debian" }
variable "TAG" { default = "${BASE}-12" }
group "default" { targets = ["app", "tool"] }
target "_common" {
  args = { BASE = BASE, N = 1 }  # comment
}
target "app" {
  inherits   = ["_common"]
  context    = "."
  dockerfile = "app/Dockerfile"
  target     = "final"
  args       = { TAG = TAG, WHEN = timestamp() }
  tags       = [for t in ["a"] : "x:${t}"]
}
target "tool" {
  name       = "tool-${item}"
  matrix     = { item = ["a", "b"] }
  dockerfile = "tools/${item}.Dockerfile"
  dockerfile-inline = <<EOT
FROM debian
EOT
}
"""


def builds(folder: Path, name: str, text: str) -> dict[str, Build]:
    (folder / name).write_text(text)
    found, reports = read_builds([str(folder / name)])
    assert not [finding.message for report in reports for finding in report.findings]
    return {build.origin.rpartition(" ")[2]: build for build in found}


def test_compose(tmp_path: Path) -> None:
    found = builds(tmp_path, "compose.yaml", COMPOSE)
    assert sorted(found) == ["child", "inline", "long", "short"]
    assert found["short"].dockerfile == str(tmp_path / "web/Dockerfile")
    long = found["long"]
    assert long.dockerfile == str(tmp_path / "api/docker/dev.Dockerfile")
    assert (long.context, long.target, long.args) == (str(tmp_path / "api"), "dev", (("LEVEL", "3"),))
    assert long.contexts == ("shared",)
    assert (found["child"].target, found["child"].args) == ("prod", (("A", "b"), ("LEVEL", "3")))
    assert found["child"].dockerfile == long.dockerfile
    assert found["inline"].inline == "FROM debian\nWORKDIR a\n"


def test_bake(tmp_path: Path) -> None:
    found = builds(tmp_path, "docker-bake.hcl", BAKE)
    assert sorted(found) == ["app", "tool"]
    app = found["app"]
    assert app.dockerfile == str(tmp_path / "app/Dockerfile")
    assert dict(app.args) == {"BASE": "debian", "N": "1", "TAG": "debian-12"}
    assert app.target == "final"
    assert found["tool"].inline == "FROM debian\n"


def test_newlines_in_parentheses_mean_nothing(tmp_path: Path) -> None:
    text = 'variable "V" { default = "" }\ntarget "a" {\n  context = (V == ""\n    ? "x"\n    : (V\n    ))\n}\n'
    assert builds(tmp_path, "docker-bake.hcl", text)["a"].context == str(tmp_path / "x")


def test_a_context_written_from_the_root_of_the_repository(tmp_path: Path) -> None:
    folder = tmp_path / "deploy" / "app"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM debian\n")
    (tmp_path / ".git").mkdir()
    text = 'target "a" {\n  context = "deploy/app"\n}\ntarget "b" {\n  context = "missing"\n}\n'
    found = builds(folder, "docker-bake.hcl", text)
    assert found["a"].context == str(folder)
    assert found["b"].context == str(folder / "missing")


def test_bake_json(tmp_path: Path) -> None:
    text = '{"variable": {"V": {"default": "1"}}, "target": {"a": {"context": "x", "args": {"V": "v${V}"}}}}'
    found = builds(tmp_path, "docker-bake.json", text)
    assert found["a"].context == str(tmp_path / "x")
    assert found["a"].args == (("V", "v1"),)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("compose.yaml", "services:\n  a: [\n", 3),
        ("compose.yaml", "services:\n  a:\n    build: [1]\n", 3),
        ("compose.yml", "- a\n", 1),
        ("docker-compose.yml", "services: 3\n", 1),
        ("compose.yaml", "services:\n  a: {extends: {service: no}}\n", 2),
        ("compose.yaml", "services:\n  a:\n    build: ./missing\n", 3),
        ("docker-bake.hcl", 'target "a" {\n  context = \n}\n', 2),
        ("docker-bake.hcl", 'target "a" {\n', 1),
        ("docker-bake.hcl", 'a = "x\n', 1),
        ("docker-bake.json", '{"target": \n', 2),
    ],
)
def test_broken_files_are_findings_with_a_place(
    name: str, text: str, line: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    assert main(["check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{name}:{line}:" in out and "broken-build-file" in out
    assert "JT305" in out, "the other file is still checked"


def test_the_same_file_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian AS a\nWORKDIR x\nFROM debian AS b\nWORKDIR y\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  a: {build: {context: ., target: a}}\n  b: {build: {context: ., target: b}}\n"
    )
    main(["check", "--select", "JT404", str(tmp_path)])
    out = capsys.readouterr().out
    assert out.count("JT404") == 2
    assert "2 findings in 1 file\n" in out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))),
        ("compose.yaml", "[" * 5000),
        ("compose.yaml", "{a: " * 5000),
        ("compose.yaml", "services:\n  a: &x {b: *x}\n"),
        ("docker-bake.hcl", "a = " + "[" * 20000),
        ("docker-bake.hcl", "a = " + "!" * 20000 + "1"),
        ("docker-bake.hcl", 'a = "' + "${" * 20000 + '"'),
        ("docker-bake.hcl", "a {\n" * 20000),
        ("docker-bake.hcl", 'a = "' + '${"' * 2000 + '"}' * 2000 + '"'),
        ("docker-bake.json", "[" * 100000),
        ("docker-bake.json", '{"target":{"a":{"context":"${"}}}'),
        ("docker-bake.hcl", "<<A\n" * 3000),
    ],
)  # fmt: skip
def test_hostile_files_end_soon(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    started = time.process_time()
    read_builds([str(tmp_path / name)])
    assert time.process_time() - started < 3


def test_a_file_that_another_steers_is_no_project_of_its_own(tmp_path: Path) -> None:
    # Its paths count from the folder of the file that includes it.
    (tmp_path / "web").mkdir()
    (tmp_path / "api").mkdir()
    main_file, part = tmp_path / "compose.yml", tmp_path / "web/compose.yml"
    main_file.write_text("include:\n  - {path: web/compose.yml, project_directory: .}\n  - api/compose.yml\n")
    part.write_text("services:\n  web: {build: ./web}\n")
    (tmp_path / "api/compose.yml").write_text("services:\n  api: {build: .}\n")
    builds, reports = read_builds([str(main_file), str(tmp_path / "api/compose.yml"), str(part)])
    assert not reports
    assert {build.dockerfile for build in builds} == {
        str(tmp_path / "web/Dockerfile"),
        str(tmp_path / "api/Dockerfile"),
    }
    # Alone it is read as it stands.
    assert [build.dockerfile for build in read_builds([str(part)])[0]] == [str(tmp_path / "web/web/Dockerfile")]
