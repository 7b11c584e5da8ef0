"""What a source tree is told to be: versions, ports, paths, dependencies, several programs; hostile trees end soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from jettison.knowledge.ecosystem import ecosystems
from jettison.model.context import BuildContext
from jettison.project.recognise import recognise
from jettison.project.service import Service
from jettison.project.start_line import plain_words
from jettison.project.tree import is_aside


def tree(folder: Path, files: dict[str, str]) -> tuple[Service, ...]:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return recognise(BuildContext(str(folder), "Dockerfile", None, None))


FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
EXPRESS = "require('express')().listen(3000)\n"


@pytest.mark.parametrize(
    ("files", "version", "origin"),
    [
        ({**FLASK, ".python-version": "3.12.4\n"}, "3.12", ".python-version"),
        ({**FLASK, "pyproject.toml": '[project]\nrequires-python = ">=3.11,<3.13"\n'}, "3.12", "pyproject.toml"),
        ({**FLASK, "pyproject.toml": '[project]\nrequires-python = ">=3.9"\n'}, ecosystems()["python-pip"].version.default, ""),
        ({**FLASK, "Pipfile": '[requires]\npython_version = "3.10"\n'}, "3.10", "Pipfile"),
        (FLASK, ecosystems()["python-pip"].version.default, ""),
        ({"package.json": '{"engines": {"node": "^20.1.0"}}', "index.js": EXPRESS}, "20", "package.json"),
        ({"package.json": '{"engines": {"node": ">=30"}}', "index.js": EXPRESS}, "30", "package.json"),
        ({"package.json": "{}", ".nvmrc": "v22.3.0", "index.js": EXPRESS}, "22", ".nvmrc"),
        ({"go.mod": "module a/b\n\ngo 1.22.1\n\ntoolchain go1.23.4\n", "main.go": "package main\nfunc main() {}\n"}, "1.23", "go.mod"),
        ({"pom.xml": "<project><properties><java.version>1.8</java.version></properties></project>", "src/main/java/A.java": "class A { public static void main(String[] a) {} }"}, "8", "pom.xml"),
        ({"build.gradle.kts": "kotlin { jvmToolchain(17) }", "src/main/java/A.java": "class A { public static void main(String[] a) {} }"}, "17", "build.gradle.kts"),
        ({"build.gradle": "apply plugin: 'java'\nsourceCompatibility '1.8'", "src/main/java/A.java": "class A { public static void main(String[] a) {} }"}, "8", "build.gradle"),
        ({"build.gradle": "apply plugin: 'java'", "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://x/distributions/gradle-7.6.1-bin.zip", "src/main/java/A.java": "class A { public static void main(String[] a) {} }"}, "17", "gradle/wrapper/gradle-wrapper.properties"),
        ({"pom.xml": "<project><properties><java.version>19</java.version></properties></project>", "src/main/java/A.java": "class A { public static void main(String[] a) {} }"}, "21", "pom.xml"),
    ],
)  # fmt: skip
def test_versions(files: dict[str, str], version: str, origin: str, tmp_path: Path) -> None:
    (service,) = tree(tmp_path, files)
    assert service.version == (version, origin)


@pytest.mark.parametrize(
    ("source", "port"),
    [
        ("const port = process.env.PORT || 4321;\napp.listen(port)", 4321),
        ("app.listen(5000)", 5000),
        ("const db = { host: 'x', dbport: 5432 };\nserver.listen(8123)", 8123),
        ("connect('redis', { port: 6379 });\napp.listen(process.env.PORT ?? '7777')", 7777),
        ("console.log('12:3456');", None),
    ],
)
def test_ports(source: str, port: int | None, tmp_path: Path) -> None:
    (service,) = tree(tmp_path, {"package.json": '{"dependencies": {"express": "4"}}', "index.js": source})
    assert service.port == port


def test_the_settings_of_a_server_name_its_port(tmp_path: Path) -> None:
    start = {"Procfile": "web: gunicorn --config conf.py app:app\n", "requirements.txt": "flask\ngunicorn\n"}
    for text in ('bind = "0.0.0.0:8181"\n', 'bind = ["[::]:8181"]\n', "bind = ':8181'\nworkers = 2\n"):
        (service,) = tree(tmp_path, {**FLASK, **start, "conf.py": text})
        assert service.port == 8181


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("app.get('/users/:id', f); app.get('/healthz', f)", "/healthz"),
        ("app.get('/', f); app.post('/x', f)", "/"),
        ("app.get('/users/:id', f)", ""),
        ("if (req.url === '/health') {}", "/health"),
    ],
)
def test_health_paths(source: str, path: str, tmp_path: Path) -> None:
    (service,) = tree(tmp_path, {"package.json": "{}", "index.js": source + ";\napp.listen(3000)"})
    assert service.health == path


def test_native_packages_follow_the_dependencies(tmp_path: Path) -> None:
    (service,) = tree(
        tmp_path, {**FLASK, "requirements.txt": "flask\n-r more.txt\n", "more.txt": "psycopg2==2.9 # database\n"}
    )
    assert service.build_packages == ("libpq-dev",) and service.run_packages == ("libpq5",)


def test_a_front_end_that_is_served_is_a_part_of_its_back_end(tmp_path: Path) -> None:
    front = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}'
    files = {
        **FLASK,
        "app.py": "from flask import Flask\napp = Flask(__name__, static_folder='frontend/dist')\n",
        "frontend/package.json": front,
        "frontend/index.html": "",
    }
    (service,) = tree(tmp_path, files)
    assert service.ecosystem.name == "python-pip"
    assert [asset.folder for asset in service.assets] == ["frontend"]


def test_a_front_end_of_its_own_is_a_service(tmp_path: Path) -> None:
    files = {f"api/{name}": text for name, text in FLASK.items()}
    files |= {
        "web/package.json": '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "5"}}',
        "web/index.html": "",
    }
    assert [(one.folder, one.web_root) for one in tree(tmp_path, files)] == [("api", ""), ("web", "dist")]


def test_tests_and_examples_are_no_services(tmp_path: Path) -> None:
    files = {
        **FLASK,
        "examples/a/package.json": "{}",
        "examples/a/index.js": EXPRESS,
        "docs/package.json": "{}",
        "docs/index.js": EXPRESS,
    }
    assert len(tree(tmp_path, files)) == 1
    assert is_aside("tests/x.py") and not is_aside("src/main/java/org/example/App.java")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("gunicorn app:app --bind 0.0.0.0:$PORT", ("gunicorn", "app:app", "--bind", "0.0.0.0:{port}")),
        ("NODE_ENV=production node x.js", ("node", "x.js")),
        ("a && b", None),
        ("echo `id`", None),
        ("echo $HOME", None),
        ("'open", None),
        ("", None),
    ],
)
def test_start_lines(line: str, words: tuple[str, ...] | None) -> None:
    found = plain_words(line)
    assert (found[0] if found else None) == words


HOSTILE = {
    "pom.xml": "<parent>" * 30000,
    "main.go": "package main\n" * 20000,
    "go.mod": "module a\n",
    "requirements.txt": "flask\n" + "a[" * 60000,
    "setup.py": "install_requires = [" * 10000,
    "app.py": "def create_app(\n" * 15000,
    "x.py": "port" + " " * 200000,
    "package.json": '{"a":' * 40000,
    "index.js": "PORT" + " " * 200000 + "\n" + ".get(" * 40000,
    "CMakeLists.txt": "add_executable(" * 2000 + "target_link_libraries(a " * 8000,
    "Makefile": "pkg-config " * 20000,
    "a.c": "int main",
    "pyproject.toml": "[" * 100000,
    "Gemfile": "gem " * 50000,
    "mix.exs": "{:a" * 60000,
    "deno.json": "[" * 200000,
    "composer.json": "[" * 200000,
}


def test_hostile_files_take_bounded_time(tmp_path: Path) -> None:
    started = time.process_time()
    tree(tmp_path, HOSTILE)
    # Quadratic patterns take minutes; a slow machine gets ten times of what it took here.
    assert time.process_time() - started < 20


def test_many_folders_take_bounded_time(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"d{number}").mkdir()
        (tmp_path / f"d{number}" / "package.json").write_text("{}")
    started = time.process_time()
    tree(tmp_path, {})
    assert time.process_time() - started < 20


LISTENS = 'package main\n\nimport (\n\t"net/http"\n)\n\nfunc main() { http.ListenAndServe(":8081", nil) }\n'


def test_files_of_go_without_a_module_are_built_as_they_are(tmp_path: Path) -> None:
    (service,) = tree(tmp_path, {"app/server.go": LISTENS, "app/server_test.go": "package main\n", "README.md": ""})
    assert (service.folder, service.program.names) == ("app", {"app": "server", "package": "server.go"})
    low = LISTENS.replace(":8081", ":80")
    (service,) = tree(tmp_path / "low", {"server.go": low})
    assert service.port == 80 and "only root" in service.program.notes[0]
    (service,) = tree(tmp_path / "told", {"server.go": low.replace("main() {", 'main() { os.Getenv("PORT");')})
    assert service.port == 8080 and not service.program.notes
    outside = LISTENS.replace('"net/http"', '"net/http"\n\t"github.com/a/b"')
    assert tree(tmp_path / "outside", {"server.go": outside}) == ()
    assert tree(tmp_path / "tool", {"tool.go": "package main\nfunc main() {}\n"}) == ()


def test_django_one_folder_down_is_imported_from_the_folder_of_its_manage(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django>=4.2\n",
        "mysite/manage.py": "import sys\n",
        "mysite/mysite/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    }
    (service,) = tree(tmp_path, files)
    assert (service.folder, service.framework and service.framework.name) == ("", "Django")
    assert service.program.names["module"] == "mysite.wsgi"
    assert service.program.env == {"PYTHONPATH": "{root}/mysite"}


POM = (
    "<project><artifactId>x</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>"
)


def test_a_script_beside_a_program_of_another_language_is_a_helper(tmp_path: Path) -> None:
    files = {"pom.xml": POM, "src/main/java/A.java": "class A {}", "app.py": "print(1)\n"}
    assert [one.ecosystem.name for one in tree(tmp_path / "java", files)] == ["java-maven"]
    # Two programs that both state what they need are two.
    assert len(tree(tmp_path / "two", {**files, **FLASK})) == 2
    assert [one.ecosystem.language for one in tree(tmp_path / "python", {"app.py": "print(1)\n"})] == ["python"]


@pytest.mark.parametrize(
    ("manifest", "sources", "app"),
    [
        ('[[bin]]\nname = "kv-cli"\npath = "src/bin/c.rs"\n[[bin]]\nname = "kv-server"\npath = "src/bin/s.rs"\n',
         ["src/bin/c.rs", "src/bin/s.rs"], "kv-server"),
        ("", ["src/main.rs", "src/bin/server.rs"], "kv"),
        ("", ["src/bin/seed.rs", "src/bin/web/main.rs"], "web"),
    ],
)  # fmt: skip
def test_of_several_programs_of_a_crate_the_server_is_built(
    manifest: str, sources: list[str], app: str, tmp_path: Path
) -> None:
    files = {
        "Cargo.toml": f'[package]\nname = "kv"\nversion = "1.0.0"\n{manifest}',
        **dict.fromkeys(sources, "fn main() {}"),
    }
    (found,) = tree(tmp_path, files)
    assert found.program.names["app"] == app


def test_a_project_of_net_that_needs_others_is_built_from_the_folder_around_them(tmp_path: Path) -> None:
    web = '<Project Sdk="Microsoft.NET.Sdk.Web">{}</Project>'
    needs = web.format('<ItemGroup><ProjectReference Include="..\\Core\\Core.csproj" /></ItemGroup>')
    files = {"a.sln": "", "src/Core/Core.csproj": '<Project Sdk="Microsoft.NET.Sdk"/>', "src/Web/Web.csproj": needs}
    assert [one.folder for one in tree(tmp_path / "shop", files)] == [""]
    # One that stands alone is a service of its own.
    files["src/Alone/Alone.csproj"] = web
    assert [one.folder for one in tree(tmp_path / "more", files)] == ["", "src/Alone"]


@pytest.mark.parametrize(
    ("source", "folders"),
    [
        ('os.mkdir("logs")\nos.makedirs("./var/uploads/", exist_ok=True)\n', ("logs", "var/uploads")),
        ("Path('data').mkdir()\nos.mkdir('data/cache')\n", ("data",)),
        # Elsewhere, unknown, or where its own sources are.
        ('os.mkdir("/srv/x")\nos.mkdir(name)\nos.mkdir(f"{a}/b")\nos.makedirs("pkg")\nos.mkdir("../up")\n', ()),
    ],
)
def test_folders_that_a_program_makes(source: str, folders: tuple[str, ...], tmp_path: Path) -> None:
    files = {**FLASK, "app.py": FLASK["app.py"] + source, "pkg/__init__.py": ""}
    assert tree(tmp_path, files)[0].makes == folders


@pytest.mark.parametrize("piece", ["os.mkdir(", "os.mkdir ", 'Path("a', 'mkdirSync("a/'])
def test_a_hostile_source_of_folders_takes_linear_time(piece: str, tmp_path: Path) -> None:
    files = {**FLASK, "app.py": FLASK["app.py"] + piece * (200_000 // len(piece))}
    start = time.process_time()
    tree(tmp_path, files)
    assert time.process_time() - start < 3
