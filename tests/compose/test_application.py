"""The services of a Compose project: what is extended, included and overridden, as the specification says."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from jettison.compose.application import MAX_EXTENDS, Application, read_application
from jettison.compose.env_text import read_env
from jettison.compose.node import Node
from jettison.compose.problem import BuildFileError

BASE = """
services:
  base:
    command: ["old", "words"]
    user: app
    environment: [LEVEL=1, "KEPT=${IN_BASE:-yes}"]
    env_file: base.env
    build: {context: ./code, args: {A: 1, B: 2}}
    healthcheck: {test: ["CMD", "old"], interval: 5s}
    depends_on: [store]
    ports: ["80:80"]
    volumes: ["data:/data", "logs:/logs:ro"]
  middle:
    extends: {service: base}
    user: middle
"""
MAIN = """
services:
  web:
    extends: {file: common/base.yml, service: middle}
    command: new words
    environment: {LEVEL: 2, OWN: "$$x"}
    env_file: [own.env]
    build: {dockerfile: D, args: [B=3]}
    healthcheck: {test: ["CMD-SHELL", "new"]}
    depends_on: {cache: {condition: service_healthy}}
    ports: ["80:80", "81:81"]
    volumes: [{type: volume, source: mine, target: /data}]
"""


def plain(node: Node | None) -> object:
    """Return a value without its places."""
    if node is None or node.data is None:
        return None
    if isinstance(node.data, dict):
        return {name: plain(each) for name, each in node.data.items()}
    return [plain(each) for each in node.data] if isinstance(node.data, list) else node.data


def application(folder: Path, files: dict[str, str]) -> Application:
    """Return the project of the first file and those that are called override."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    main, *others = files
    return read_application([str(folder / main), *(str(folder / each) for each in others if "override" in each)])


def test_what_a_service_extends_is_merged_as_the_specification_says(tmp_path: Path) -> None:
    found = application(tmp_path, {"compose.yaml": MAIN, "common/base.yml": BASE})
    assert not found.problems
    web = plain(found.services["web"])
    assert isinstance(web, dict)
    assert (web["command"], web["user"]) == ("new words", "middle")
    assert web["environment"] == {"LEVEL": "2", "KEPT": "yes", "OWN": "$x"}
    # Paths are relative to the file that they stand in.
    assert web["env_file"] == [str(tmp_path / "common/base.env"), str(tmp_path / "own.env")]
    assert web["build"] == {"context": str(tmp_path / "common/code"), "dockerfile": "D", "args": {"A": "1", "B": "3"}}
    assert web["healthcheck"] == {"test": ["CMD-SHELL", "new"], "interval": "5s"}
    assert web["depends_on"] == {"store": None, "cache": {"condition": "service_healthy"}}
    assert web["ports"] == ["80:80", "81:81"]
    assert web["volumes"] == [{"type": "volume", "source": "mine", "target": "/data"}, "logs:/logs:ro"]
    assert "extends" not in web
    # What is only extended in another file is no service of the project.
    assert list(found.services) == ["web"]


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("{service: a}", "it extends itself"),
        ("{service: b}", "it extends itself"),
        ("{service: none}", "there is no service 'none'"),
        ("{file: none.yml, service: a}", "none.yml: cannot be read"),
        ("{file: broken.yml, service: a}", "broken.yml: not YAML"),
        ("{file: ../../outside.yml, service: a}", "lies outside of the repository"),
        ("{file: /etc/passwd, service: a}", "lies outside of the repository"),
        ("{file: link.yml, service: a}", "lies outside of the repository"),
        ("{file: pipe.yml, service: a}", "pipe.yml: cannot be read"),
    ],
)
def test_what_cannot_be_extended_is_said_with_its_line(extends: str, message: str, tmp_path: Path) -> None:
    project = tmp_path / "above" / "project"
    project.mkdir(parents=True)
    (tmp_path / "outside.yml").write_text("services: {a: {command: stolen}}")
    (project / "link.yml").symlink_to(tmp_path / "outside.yml")
    os.mkfifo(project / "pipe.yml")
    text = f"services:\n  a:\n    extends: {extends}\n    user: own\n  b: {{extends: a}}\n"
    found = application(project, {"compose.yaml": text, "broken.yml": "services: ["})
    assert any(message in said for _, said in found.problems), found.problems
    assert {line for line, _ in found.problems} <= {3, 5}
    assert plain(found.services["a"]) == {"user": "own"}


def test_the_depth_of_extending_is_bounded(tmp_path: Path) -> None:
    text = "services:\n  s0: {user: first}\n" + "".join(
        f"  s{number}: {{extends: {{service: s{number - 1}}}}}\n" for number in range(1, 2 * MAX_EXTENDS + 2)
    )
    reverse = "services:\n" + "\n".join(reversed(text.splitlines()[1:])) + "\n"
    assert not application(tmp_path, {"compose.yaml": text}).problems
    found = application(tmp_path, {"compose.yaml": reverse})
    assert any(f"more than {MAX_EXTENDS} deep" in said for _, said in found.problems)


def test_an_override_merges_resets_and_replaces(tmp_path: Path) -> None:
    base = "services:\n  web: {build: ., ports: ['80:80'], environment: {A: 1, B: 2}, command: a, user: u}\n"
    over = (
        "services:\n  web: {ports: !override ['8443:443'], environment: {A: !reset null, C: 3}, user: !reset null,"
        " build: {target: dev}}\n  mail: {image: mailpit}\n"
    )
    found = application(tmp_path, {"compose.yaml": base, "compose.override.yaml": over})
    assert plain(found.services["web"]) == {
        "build": {"context": str(tmp_path), "target": "dev"},
        "ports": ["8443:443"],
        "environment": {"B": "2", "C": "3"},
        "command": "a",
    }
    assert "mail" in found.services
    broken = application(tmp_path, {"compose.yaml": base, "compose.override.yaml": "- list\n"})
    assert broken.problems and plain(broken.services["web"])


def test_included_files_have_their_own_folder_and_variables(tmp_path: Path) -> None:
    found = application(
        tmp_path,
        {
            "compose.yaml": "include:\n  - db/compose.yaml\n  - {path: [far/a.yaml, far/b.yaml], project_directory: db, env_file: far/own.env}\n"
            "services:\n  web: {image: 'web:${TAG}', depends_on: [db, far]}\n  taken: {user: mine}\n",
            ".env": "SHARED=outer\nTAG='1' # quoted\n",
            "db/compose.yaml": "include: [../compose.yaml, compose.yaml, deep.yaml]\nservices:\n  db: {image: 'db:${TAG}-${SHARED}-${ONLY_DB}', build: .}\n  taken: {user: other}\n",
            "db/.env": "SHARED=inner\nONLY_DB=yes\n",
            "db/deep.yaml": "services: {deep: {image: deep}}\n",
            "far/a.yaml": "services: {far: {image: '${FAR}', build: code}}\n",
            "far/b.yaml": "services: {far: {command: b}}\n",
            "far/own.env": 'FAR="far\\tx"\n',
        },
    )
    assert plain(found.services["web"]) == {"image": "web:1", "depends_on": ["db", "far"]}
    # The project's own variables go before those of an included folder.
    assert plain(found.services["db"]) == {"image": "db:1-outer-yes", "build": str(tmp_path / "db")}
    assert plain(found.services["far"]) == {"image": "far\tx", "build": str(tmp_path / "db/code"), "command": "b"}
    assert plain(found.services["taken"]) == {"user": "mine"}
    assert "deep" in found.services


@pytest.mark.parametrize(
    ("include", "message"),
    [
        ("none.yaml", "include: none.yaml: cannot be read"),
        ("/etc/passwd", "lies outside of the repository"),
        ("https://example.org/compose.yaml", "a path of this repository was expected"),
        ("{env_file: x}", "a path of this repository was expected"),
    ],
)
def test_what_cannot_be_included_is_said(include: str, message: str, tmp_path: Path) -> None:
    found = application(tmp_path, {"compose.yaml": f"include:\n  - {include}\nservices: {{a: {{image: b}}}}\n"})
    assert [(line, message in said) for line, said in found.problems] == [(2, True)]
    assert "a" in found.services


@pytest.mark.parametrize(
    "text",
    [
        # Many services that extend a large one, and many that extend each other.
        "services:\n  a: {environment: {" + ",".join(f"V{n}: x" for n in range(5000)) + "}}\n"
        + "".join(f"  s{n}: {{extends: a}}\n" for n in range(3000)),
        "services:\n" + "".join(f"  s{n}: {{extends: s{n + 1}}}\n" for n in range(5000)),
        "services:\n" + "".join(f"  s{n}: {{extends: {{file: none{n}.yml, service: a}}}}\n" for n in range(5000)),
        "include:\n" + "  - compose.yaml\n" * 20000,
        "include:\n" + "".join(f"  - {{path: none{n}.yaml, project_directory: big}}\n" for n in range(5000)),
        "x: &a {b: {c: {d: 1}}}\nservices:\n" + "".join(f"  s{n}: {{<<: *a, extends: {{file: compose.yaml, service: s{n + 1}}}}}\n" for n in range(900)),
        "x: &a [" + ",".join("x" * 20) + "]\nservices: {s: {command: " + "[" * 50 + "*a" + "]" * 50 + "}}\n",
        "services:\n  s:\n    command: " + "$A${A:-" * 40 + "\n    user: " + "$A${B}" * 50000,
        "services: &s {a: {extends: {service: a}, x: *s}}\n",
        "services: {s: {extends: [a], build: {context: [x]}, env_file: {a: b}, depends_on: x, environment: 3}}\n",
    ],
    ids=range(10),
)  # fmt: skip
def test_a_hostile_project_ends_soon(text: str, tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / ".env").write_text("A=1\n" * 60000)
    started = time.process_time()
    try:
        application(tmp_path, {"compose.yaml": text})
    except BuildFileError as error:
        assert "too much" in str(error) or "too deeply" in str(error), error
    assert time.process_time() - started < 5


def test_files_of_variables_are_read_as_compose_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "a.env"
    file.write_text(
        "# comment\nPLAIN=a b # note\nHASH=a#b\nSINGLE='$X \\'q\\' # kept'\nDOUBLE=\"$X\\n{\\\"a\\\": 1}\" # note\n"
        'export SHELL_LIKE=1\nEMPTY=\nGIVEN\nMISSING\nLATER=${PLAIN}!\nCOST="5\\$"\nYAML: 3\n'
        'LINES="one\ntwo"\nBROKEN=\'never closed\n=no name\n'
    )
    assert read_env(str(file), {"X": "x", "GIVEN": "g"}) == {
        "PLAIN": "a b",
        "HASH": "a#b",
        "SINGLE": "$X 'q' # kept",
        "DOUBLE": 'x\n{"a": 1}',
        "SHELL_LIKE": "1",
        "EMPTY": "",
        "GIVEN": "g",
        "LATER": "a b!",
        "COST": "5$",
        "YAML": "3",
        "LINES": "one\ntwo",
        "BROKEN": "'never closed\n=no name",
    }
    assert read_env(str(file), {}, raw=True)["SINGLE"] == "'$X \\'q\\' # kept'"
    with pytest.raises(OSError):
        read_env(str(tmp_path), {})


@pytest.mark.parametrize(
    "line", ["A='\n", 'A="\\"', "A=${A}\n", "A=$A$A$A$A$A$A$A$A\n", "A=" + "\\" * 99, "A: ' \n", " "]
)
def test_a_hostile_file_of_variables_takes_linear_time(line: str, tmp_path: Path) -> None:
    file = tmp_path / "a.env"
    file.write_text(line * (256 * 1024 // len(line)))
    started = time.process_time()
    read_env(str(file), {})
    assert time.process_time() - started < 3


def test_many_files_may_be_included(tmp_path: Path) -> None:
    count = 80
    files = {"compose.yaml": "include:\n" + "".join(f"  - s{n}/compose.yaml\n" for n in range(count))}
    files |= {f"s{n}/compose.yaml": f"services:\n  s{n}: {{image: a}}\n" for n in range(count)}
    found = application(tmp_path, files)
    assert not found.problems and len(found.services) == count
    assert not found.steered


def test_the_text_of_all_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jettison.compose.application.MAX_TEXT", 100)
    files = {"compose.yaml": "include: [a.yaml]\n", "a.yaml": "services: {a: {image: b}}\n#" + 100 * "x"}
    assert any("too much text" in said for _, said in application(tmp_path, files).problems)
