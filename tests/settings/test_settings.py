"""Settings: found, read, applied; what is wrong is named with file, line, key and what was meant."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.settings.find import Finder
from jettison.settings.problem import ConfigError

DOCKERFILE = "FROM debian\nWORKDIR a\n"
RULE = '''"""A page."""
from jettison.rules.base import Rule


def check(model):
    yield RULE.at(model.stages[0].from_.span)


RULE = Rule("ACME1", "acme-rule", "acme", "acme says no", check, ())
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, str]]:
    """Return the exit code, and code -> severity of what was found."""
    code = main(["check", "--format", "json", *arguments])
    out = capsys.readouterr().out
    files = json.loads(out)["files"] if out else []
    return code, {f["code"]: f["severity"] for file in files for f in file["findings"]}


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ('select = ["JT404"]', {"JT404"}, {"JT305"}),
        ('ignore = ["DL3006", "hadolint/DL3000"]', set(), {"JT305", "JT404"}),
        ('select = ["JT305"]\nextend-select = ["DL3000"]', {"JT305", "JT404"}, {"JT103"}),
        ('[per-path-ignores]\n"Docker*" = ["JT404"]', {"JT305"}, {"JT404"}),
        ('[per-path-ignores]\n"other/**" = ["JT404"]', {"JT404"}, set()),
        ('ignore = ["JT305"]\nrequired = ["JT305"]', {"JT305", "JT404"}, set()),
        ('exclude = ["Dockerfile"]', set(), {"JT305"}),
        ('[rules.allowed-registries]\nregistries = ["quay.io"]', {"JT902"}, set()),
        ("foreign-comments = false", {"JT305"}, set()),
    ],
)
def test_effect(
    text: str, present: set[str], absent: set[str], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "jettison.toml").write_text(text)
    _, found = checked(capsys)
    assert present <= found.keys()
    assert not absent & found.keys()


def test_severity_fail_on_and_pyproject(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.jettison]\nfail-on = "high"\nselect = ["JT404"]\n[tool.jettison.severity]\nJT404 = "info"\n'
    )
    assert checked(capsys) == (0, {"JT404": "info"})
    assert checked(capsys, "--fail-on", "info")[0] == 1
    assert checked(capsys, "--fail-on", "info", "--exit-zero")[0] == 0
    assert "JT305" in checked(capsys, "--no-config")[1]


def test_the_nearest_file_governs_and_others_are_passed_by(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "jettison.toml").write_text('select = ["JT404"]\n')
    sub = project / "sub"
    sub.mkdir()
    (sub / "Dockerfile").write_text(DOCKERFILE)
    (sub / "pyproject.toml").write_text('[project]\nname = "jettison-user"\n')
    assert set(checked(capsys, "sub")[1]) == {"JT404"}
    (sub / "jettison.toml").write_text('select = ["JT305"]\n')
    assert set(checked(capsys, "sub")[1]) == {"JT305"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("jettison.toml", 'ignore = ["DL3O08"]', "jettison.toml:1: ignore: 'DL3O08' is not a rule; did you mean 'DL30"),
        ("jettison.toml", "\nignor = []", "jettison.toml:2: ignor: there is no such setting; did you mean 'ignore'?"),
        ("jettison.toml", 'fail-on = "hihg"', "1: fail-on: 'hihg' is not one of info, low, medium, high, never; did"),
        ("jettison.toml", 'select = "JT1"', "1: select: a list of rules was expected, not 'JT1'"),
        ("jettison.toml", "a = \n", "jettison.toml:1: not TOML"),
        ("jettison.toml", "[rules.JT902]\nregistry = []", "2: rules.JT902.registry: JT902 has no such option"),
        ("jettison.toml", '[rules.JT902]\nregistries = "x"', "2: rules.JT902.registries: a list of texts was expected"),
        ("jettison.toml", '[severity]\nJT404 = "bad"', "2: severity.JT404: 'bad' is not one of info, low"),
        ("jettison.toml", 'rule-paths = ["../x"]', "1: rule-paths: '../x' is not below the folder"),
        ("jettison.toml", 'plugins = ["nobody"]', "1: plugins: no installed package offers 'nobody'"),
        ("pyproject.toml", "[tool.jettison]\nselct = []", "pyproject.toml:2: tool.jettison.selct: there is no such"),
        (".hadolint.yaml", "ignore: [DL3008]", ".hadolint.yaml:1: ignore: hadolint has no such setting; did you mean 'ignored'"),
        (".hadolint.yaml", "override:\n  eror: [DL3008]", "2: override.eror: 'eror' is not one of error, warning"),
        (".hadolint.yaml", "a: [\n", ".hadolint.yaml:2: not YAML"),
        (".hadolint.yaml", "a: &a [*a]\n", "deeply"),
    ],
)  # fmt: skip
def test_mistakes(name: str, text: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / name).write_text(text)
    assert main(["check"]) == 2
    assert said in capsys.readouterr().err


def test_every_mistake_is_told(project: Path) -> None:
    (project / "jettison.toml").write_text('ignore = ["nope1"]\nselect = 3\nx = 1\n')
    with pytest.raises(ConfigError) as caught:
        Finder().settings_for(str(project / "Dockerfile"))
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]


def test_hadolint_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".hadolint.yaml").write_text(
        "ignored:\n  - DL3000\n  - SC2046\n  - DL9999\noverride:\n  error: [DL3006]\nfailure-threshold: error\n"
        "trustedRegistries: [quay.io]\nlabel-schema:\n  author: text\nstrict-labels: true\nformat: tty\n"
    )
    code, found = checked(capsys)
    assert code == 1
    assert "JT404" not in found
    assert found["JT305"] == "high"
    assert {"JT901", "JT902"} <= found.keys()
    (project / "jettison.toml").write_text("")
    assert "JT404" in checked(capsys)[1], "our own settings leave hadolint's aside"


def test_rules_from_a_path(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tools").mkdir()
    (project / "tools" / "acme.py").write_text(RULE)
    (project / "jettison.toml").write_text('rule-paths = ["tools"]\n')
    assert "ACME1" in checked(capsys)[1]
    from jettison.rules import index

    index._ADDED.clear()
    index._NAMED.clear()


def test_config_show(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import tomllib

    (project / "jettison.toml").write_text('\nignore = ["DL3000"]\n[rules.JT902]\nregistries = ["a"]\n')
    assert main(["config", "show", "Dockerfile"]) == 0
    out = capsys.readouterr().out
    assert f'ignore = ["JT404"]  # {project}/jettison.toml:2' in out
    again = tomllib.loads(out)
    assert again["rules"] == {"JT902": {"registries": ["a"]}}
    for arguments in ([], ["."], [str(project)]):
        assert main(["config", "show", *arguments]) == 0
        assert "jettison.toml:2" in capsys.readouterr().out


def test_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--write-baseline", "base.json"]) == 0
    assert checked(capsys, "--baseline", "base.json") == (0, {})
    (project / "Dockerfile").write_text("# a line above\n\n" + DOCKERFILE + "USER 1\nADD x /y\n")
    assert set(checked(capsys, "--baseline", "base.json")[1]).isdisjoint({"JT305", "JT404"})
    assert checked(capsys, "--baseline", "base.json")[1], "what is new is told"
    (project / "base.json").write_text("[]")
    assert main(["check", "--baseline", "base.json"]) == 2


def test_output_stdin_and_globs(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["check", "--format", "html", "--output", "out.html", "Docker*"]) == 1
    assert (project / "out.html").read_text().startswith("<!doctype html>")
    assert main(["check", "No*"]) == 3
    (project / "jettison.toml").write_text('[per-path-ignores]\n"sub/**" = ["JT305"]\n')

    class Stdin:
        import io

        buffer = io.BytesIO(DOCKERFILE.encode())

    monkeypatch.setattr("sys.stdin", Stdin)
    capsys.readouterr()
    main(["check", "--stdin-filename", "sub/Dockerfile", "-"])
    out = capsys.readouterr().out
    assert "sub/Dockerfile:2:1: JT404" in out and "JT305" not in out


def test_changed_since(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True, capture_output=True
        )

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "a")
    assert checked(capsys, "--changed-since", "HEAD") == (0, {})
    (project / "Dockerfile.new").write_text(DOCKERFILE)
    assert checked(capsys, "--changed-since", "HEAD")[0] == 1
    assert main(["check", "--changed-since", "no-such"]) == 2
    assert main(["check", "--changed-since=--output=x"]) == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    out = capsys.readouterr().out
    assert "baseline" in out and "sarif" in out
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=out.encode(), check=True)


def test_docker_plugin(capsys: pytest.CaptureFixture[str]) -> None:
    from jettison.cli.docker_plugin import run

    assert run(["docker-cli-plugin-metadata"]) == 0
    assert json.loads(capsys.readouterr().out)["SchemaVersion"] == "0.1.0"
    assert run(["jettison", "--version"]) == 0


def test_rules_of_an_installed_package(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = project / "site"
    facts = site / "acme-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / "acme_rules.py").write_text(RULE.replace("ACME1", "ACME2").replace("acme-rule", "acme-other"))
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[jettison.rules]\nacme = acme_rules\n")
    monkeypatch.syspath_prepend(str(site))
    assert "ACME2" not in checked(capsys)[1]
    (project / "jettison.toml").write_text('plugins = ["acme"]\nextend-select = ["acme-other"]\n')
    assert "ACME2" in checked(capsys)[1]
    from jettison.rules import index

    index._ADDED.clear()
    index._NAMED.clear()


def test_the_editor_schema_knows_every_example() -> None:
    import tomllib

    import jsonschema

    from jettison.settings.table import KEYS
    from jettison.settings.toml_file import read_text

    docs = Path(__file__).parent.parent.parent / "docs"
    schema = json.loads((docs / "settings.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for key in KEYS:
        jsonschema.validate(tomllib.loads(key.example), schema)
        if key.kind not in ("plugins",) and key.name != "rule-paths":
            read_text("jettison.toml", key.example)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"ignor": []}, schema)
