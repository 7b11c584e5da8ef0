"""What `init` generates for every example passes our own rules and parses back; nothing is refused or lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.generate.plan import make_plan
from jettison.generate.project_files import generate
from jettison.knowledge.ecosystem import AIMS
from jettison.model.context import BuildContext
from jettison.project.recognise import recognise
from jettison.project.tree import Tree
from jettison.syntax.tree import parse

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "init"
# Folder: ecosystem, port, health path ("" when only the port can be asked).
EXPECTED = {
    "bun-serve": ("node-bun", 3000, ""),
    "c-make": ("c-make", 8081, ""),
    "cpp-cmake": ("cpp-cmake", 8082, ""),
    "deno-serve": ("deno", 8000, "/health"),
    "elixir-plug": ("elixir-mix", 4000, ""),
    "go-cmd": ("go", 9000, "/health"),
    "go-http": ("go", 8080, "/healthz"),
    "java-gradle": ("java-gradle", 8080, "/"),
    "java-plain": ("java-maven", 8080, "/health"),
    "meson-hello": ("meson", 8081, ""),
    "mixed-go-vite": ("go", 8090, "/api/health"),
    "node-express": ("node-npm", 3000, "/healthz"),
    "node-typescript": ("node-npm", 4000, "/"),
    "php-plain": ("php-apache", 8080, ""),
    "python-fastapi": ("python-pip", 8000, "/docs"),
    "python-flask": ("python-pip", 8000, "/healthz"),
    "python-pipenv": ("python-pipenv", 8000, "/"),
    "python-plain": ("python-pip", 8000, "/health"),
    "python-poetry": ("python-poetry", 8000, "/"),
    "python-uv": ("python-uv", 8000, "/"),
    "ruby-socket": ("ruby-bundler", 4567, ""),
    "rust-std": ("rust-cargo", 7000, ""),
    "static-site": ("static-site", 8080, "/"),
    "web-vite": ("node-npm", 8080, "/"),
}


def test_every_example_is_expected() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_examples_are_recognised(name: str) -> None:
    (service,) = recognise(BuildContext(str(EXAMPLES / name), "Dockerfile", None, None))
    assert (service.ecosystem.name, service.port, service.health) == EXPECTED[name]


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("name", EXPECTED)
def test_our_own_rules_find_nothing(name: str, aim: str) -> None:
    context = BuildContext(str(EXAMPLES / name), "Dockerfile", None, None)
    for link in (False, True):
        made = generate(str(EXAMPLES / name), make_plan(recognise(context)[0], Tree(context), aim=aim, link=link))
        assert [(finding.code, finding.message) for finding in made.findings] == []
        text = made.content("Dockerfile")
        file = parse(text, "Dockerfile")
        assert not file.errors and b"{" not in text.replace(b"{ exchange", b"").replace(b"install -D {}", b"").replace(
            b"touch {} +", b""
        )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "python-flask", tmp_path / "shop"))


def test_init_writes_all_files_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--yes", "--no-build", str(project)]) == 0
    written = {path.name for path in project.iterdir()}
    assert {"Dockerfile", ".dockerignore", "compose.yaml", ".env.example"} <= written
    assert "gunicorn" in (project / "Dockerfile").read_text()
    assert main(["check", str(project)]) == 0
    before = (project / "Dockerfile").read_bytes()
    capsys.readouterr()
    assert main(["init", "--yes", "--no-build", str(project)]) == 2
    assert "--force" in capsys.readouterr().err
    assert (project / "Dockerfile").read_bytes() == before
    (project / "Dockerfile").write_text("FROM scratch\n")
    assert main(["init", "--yes", "--no-build", "--force", str(project)]) == 0
    assert (project / "Dockerfile").read_bytes() == before


def test_dry_run_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(project.rglob("*"))
    assert main(["init", "--yes", "--dry-run", str(project)]) == 0
    assert "HEALTHCHECK" in capsys.readouterr().out
    assert sorted(project.rglob("*")) == before


def test_values_of_an_env_file_go_nowhere(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".env").write_text("API_TOKEN=abcdef0123456789\n")
    assert main(["init", "--yes", "--no-build", str(project)]) == 0
    shown = capsys.readouterr()
    everything = (
        shown.out + shown.err + "".join(p.read_text() for p in project.iterdir() if p.is_file() and p.name != ".env")
    )
    assert "API_TOKEN=" in (project / ".env.example").read_text() and "abcdef0123456789" not in everything
    assert ".env" in (project / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--ecosystem", "cobol"], 2), (["--port", "0"], 2), (["--health", "x"], 2), (["--service", "nowhere"], 2)],
)
def test_wrong_options_are_refused(project: Path, arguments: list[str], code: int) -> None:
    assert main(["init", "--yes", "--no-build", *arguments, str(project)]) == code
    assert not (project / "Dockerfile").exists()


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--yes", "--no-build", str(tmp_path)]) == 3
    assert "nothing was recognised" in capsys.readouterr().err


def test_several_services_get_a_file_each(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "go-http", tmp_path / "api")
    shutil.copytree(EXAMPLES / "web-vite", tmp_path / "web")
    assert main(["init", "--yes", "--no-build", str(tmp_path)]) == 0
    assert (tmp_path / "api" / "Dockerfile").exists() and (tmp_path / "web" / "nginx.conf").exists()
    text = (tmp_path / "compose.yaml").read_text()
    assert "build: ./api" in text and "build: ./web" in text
    assert main(["check", str(tmp_path)]) in (0, 1)


def test_services_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "go-http", tmp_path / "a" / "web")
    shutil.copytree(EXAMPLES / "python-plain", tmp_path / "b" / "web")
    assert main(["init", "--yes", "--no-build", str(tmp_path)]) == 0
    text = (tmp_path / "compose.yaml").read_text()
    assert "  a-web:\n" in text and "  b-web:\n" in text
