"""What a Compose file says of the image of the Dockerfile beside it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from jettison.image.image import read_config
from jettison.model.context import read_context
from jettison.model.dockerfile import build_model
from jettison.optimize.compose_needs import read_needs
from jettison.optimize.needed import Needs
from jettison.optimize.stated_start import states_start
from jettison.syntax.tree import parse

COMPOSE = """
x-app: &app
  build: {context: ./app}
  env_file: [app.env]
  environment: {DATABASE_URL: "postgres://shop:pw@db:5432/shop", LEVEL: debug}
  depends_on: [db]
services:
  worker:
    <<: *app
    command: celery -A shop worker
  web:
    <<: *app
    command: gunicorn --bind 0.0.0.0:8000 "shop:make()"
    user: "${NO_SUCH_UID}:${NO_SUCH_GID}"
    working_dir: src
    ports: ["127.0.0.1:8080:8000", "9000-9010:9000-9010", {target: 53, published: 53}]
    expose: ["7000/udp"]
  debug:
    <<: *app
    profiles: [debug]
    entrypoint: ["python", "-m", "debugpy"]
    ports: ["1:1"]
  db: {image: "postgres:15", command: ["-c", "fsync=off"]}
"""
NO_START = "FROM python:3.11-slim\nCOPY . .\n"


def needs_of(tmp_path: Path, dockerfile: str = NO_START, compose: str = COMPOSE) -> Needs:
    app = tmp_path / "app"
    app.mkdir(exist_ok=True)
    (app / "Dockerfile").write_text(dockerfile)
    (tmp_path / "docker-compose.yml").write_text(compose)
    (tmp_path / "app.env").write_text(
        "SECRET_KEY=hidden in a file\nBROKER=redis://queue\nWORKERS=12345\nKIND=postgres\n"
    )
    model = build_model(parse(dockerfile.encode()), read_context(str(app), "Dockerfile"))
    found = read_needs(str(app), str(app / "Dockerfile"), model)
    assert found is not None
    return found


def test_of_several_services_the_one_that_serves_is_run(tmp_path: Path) -> None:
    found = needs_of(tmp_path)
    assert found.run_as is not None
    assert found.run_as.text == ("service web of docker-compose.yml: gunicorn --bind 0.0.0.0:8000 'shop:make()'")
    assert found.ports == ("8000/tcp", "53/tcp", "7000/udp")
    assert (found.run_as.user, found.run_as.workdir) == ("", "src")
    assert [other.text for other in found.others] == [
        "service worker of docker-compose.yml: celery -A shop worker",
        "service debug of docker-compose.yml: python -m debugpy",
    ]
    assert found.shared
    assert [(need.name, need.command) for need in found.services] == [("db", ("-c", "fsync=off"))]


def test_a_start_is_laid_over_the_configuration_of_the_image(tmp_path: Path) -> None:
    found = needs_of(tmp_path)
    image = read_config({"config": {"Entrypoint": ["/run.sh"], "Cmd": ["python3"], "WorkingDir": "/app", "User": "9"}})
    assert found.run_as is not None
    web = found.run_as.applied(image)
    assert web.entrypoint == ("/run.sh",)
    assert web.cmd == ("gunicorn", "--bind", "0.0.0.0:8000", "shop:make()")
    assert (web.workdir, web.user) == ("/app/src", "9")
    # Docker forgets the image's command where another entry point is given.
    debug = found.others[1]
    assert (debug.applied(image).entrypoint, debug.applied(image).cmd) == (("python", "-m", "debugpy"), ())
    assert (debug.option, debug.arguments) == ("python", ("-m", "debugpy"))


@pytest.mark.parametrize(
    ("start", "used"),
    [
        ("", True),
        ('ENTRYPOINT ["/entry.sh"]\n', True),
        ('CMD ["python", "app.py"]\n', False),
        ('ENTRYPOINT ["/entry.sh"]\nCMD ["python", "app.py"]\n', False),
    ],
)
def test_what_the_dockerfile_starts_itself_goes_first(tmp_path: Path, start: str, used: bool) -> None:
    found = needs_of(tmp_path, NO_START + start)
    assert (found.run_as is not None) == used
    # What is not run is still told of.
    assert found.shared
    assert any("gunicorn" in other.text for other in found.others) != used


def test_without_its_services_it_is_not_told_of_them(tmp_path: Path) -> None:
    found = needs_of(tmp_path)
    assert found.env["DATABASE_URL"] and found.env["BROKER"]
    alone = found.alone()
    assert alone.services == ()
    assert sorted(alone.env) == ["BROKER", "KIND", "LEVEL", "SECRET_KEY", "WORKERS"]
    assert alone.run_as == found.run_as


def test_values_of_files_are_hidden_but_what_stands_openly_elsewhere(tmp_path: Path) -> None:
    hidden = needs_of(tmp_path).hidden
    assert {"hidden in a file", "redis://queue"} <= set(hidden)
    # A number, and a word of the Compose file itself: `postgres:15` must stay readable.
    assert not {"12345", "postgres"} & set(hidden)


@pytest.mark.parametrize(
    ("script", "stated"),
    [
        ('#!/bin/sh\npython migrate.py\n\nexec "$@"\n', False),
        ("#!/bin/sh\nexec gosu app ${@}\n", False),
        ("#!/bin/sh\nexec python app.py\n", True),
        ('#!/bin/sh\n# passes "$@" on\nexec python app.py\n', True),
    ],
)
def test_a_script_that_only_starts_what_it_is_given_says_nothing(script: str, stated: bool, tmp_path: Path) -> None:
    (tmp_path / "entry.sh").write_text(script)
    for more, expected in (("", stated), ('CMD ["python", "a.py"]\n', True)):
        text = NO_START + 'ENTRYPOINT ["/srv/entry.sh"]\n' + more
        model = build_model(parse(text.encode()), read_context(str(tmp_path), "Dockerfile"))
        assert states_start(model) == expected


@pytest.mark.parametrize("piece", ["\n", " ", "a ", "a\n", "exec "])
def test_a_hostile_script_takes_linear_time(piece: str, tmp_path: Path) -> None:
    (tmp_path / "entry.sh").write_text(piece * 65536)
    text = NO_START + 'ENTRYPOINT ["/srv/entry.sh"]\n'
    begin = time.process_time()
    assert states_start(build_model(parse(text.encode()), read_context(str(tmp_path), "Dockerfile")))
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(("repository", "found"), [(True, True), (False, False)])
def test_the_file_may_lie_at_the_root_of_the_repository(repository: bool, found: bool, tmp_path: Path) -> None:
    project = tmp_path / "services" / "web"
    project.mkdir(parents=True)
    (project / "Dockerfile").write_text(NO_START)
    (tmp_path / "compose.yaml").write_text("services: {web: {build: services/web, command: serve}}\n")
    if repository:
        (tmp_path / ".git").mkdir()
    model = build_model(parse(NO_START.encode()), read_context(str(project), "Dockerfile"))
    assert (read_needs(str(project), str(project / "Dockerfile"), model) is not None) == found


def test_what_a_service_extends_counts_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "base.yml").write_text(
        "services:\n  base:\n    build: ../app\n    entrypoint: [/entry.sh]\n    env_file: [b.env, /etc/hostname]\n"
        "    user: '7'\n    links: ['db:database']\n"
    )
    (tmp_path / "common" / "b.env").write_text("FROM_BASE='quoted' # note\n")
    (tmp_path / "docker-compose.override.yml").write_text("services: {web: {command: [serve, --dev]}}\n")
    compose = (
        "include: [data/compose.yaml]\nservices:\n  web:\n    extends: {file: common/base.yml, service: base}\n"
        "    command: serve\n    ports: [{target: 53, protocol: udp}]\n    depends_on: {migrate: {condition: service_completed_successfully}}\n"
        "  migrate: {build: {context: tools, target: migrate, args: [A=1]}, links: [db], user: '5'}\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "compose.yaml").write_text(
        "services:\n  db: {image: 'postgres:15', container_name: shop-db, networks: {default: {aliases: [pg, '--bad']}}}\n"
    )
    found = needs_of(tmp_path, compose=compose)
    assert found.run_as is not None
    assert (found.run_as.entrypoint, found.run_as.command) == (("/entry.sh",), ("serve", "--dev"))
    assert found.run_as.user == "7" and found.ports == ("53/udp",)
    # A file of this machine is no part of the project.
    assert found.env == {"FROM_BASE": "quoted"}
    db, migrate = found.services
    assert (db.name, db.image, db.aliases) == ("db", "postgres:15", ("shop-db", "pg", "database"))
    assert (migrate.ends, migrate.needs, migrate.target, migrate.args) == (True, ("db",), "migrate", {"A": "1"})
    assert (migrate.user, migrate.context) == ("5", str(tmp_path / "tools"))
    assert [each.name for each in found.without(frozenset({"db"})).services] == []
    assert found.without(frozenset({"db"})).env == found.env


def test_what_variables_with_a_secrets_name_bring_is_hidden(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_PASSWORD=of the file\nTAG=plain\n")
    found = needs_of(tmp_path, compose="services: {web: {build: ./app, command: 'serve --db ${DB_PASSWORD} ${TAG}'}}\n")
    assert "of the file" in found.hidden and "plain" not in found.hidden


def test_a_broken_file_is_told_of(tmp_path: Path) -> None:
    found = needs_of(tmp_path, compose="services:\n  web: [\n")
    assert (found.services, found.run_as, found.env) == ((), None, {})
    assert found.problems == (
        "docker-compose.yml:3: not YAML: did not find expected node content; nothing was taken from it",
    )
    found = needs_of(tmp_path, compose="services: {web: {build: ./app, extends: {file: no.yml, service: a}}}\n")
    assert found.problems == ("docker-compose.yml: services.web.extends: no.yml: cannot be read",)


STAGES = 'FROM python:3.11-slim AS base\nFROM base AS dev\nCMD ["dev"]\nFROM base AS final\nCMD ["final"]\n'


def test_what_another_stage_needs_the_last_needs_too(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build: {context: app, target: dev}\n    command: watch\n    environment: {DEBUG: 1}\n"
        "    depends_on: [db]\n    healthcheck: {test: [CMD, curl, -f, localhost], interval: 15s, timeout: 5s, retries: 2, start_period: 1m}\n"
        "  db: {image: postgres}\n"
    )
    found = needs_of(tmp_path, STAGES, compose)
    assert (found.run_as, found.others, found.env) == (None, (), {"DEBUG": "1"})
    assert [need.name for need in found.services] == ["db"]
    assert found.health is not None
    assert (found.health.argv, found.health.timeout, found.health.retries) == (["curl", "-f", "localhost"], 5.0, 2)
    assert (found.health.every, found.health.patience) == (5.0, 60.0)
    assert "web of docker-compose.yml builds another stage than the last" in found.problems[-1]


def test_only_files_of_the_repository_are_put_into_containers(tmp_path: Path) -> None:
    (tmp_path / "init.sql").write_text("create table a ();")
    (tmp_path / "key.txt").write_text("of the key file\n")
    compose = (
        "secrets: {key: {file: key.txt}, far: {file: /etc/hostname}, set: {environment: HOME}}\n"
        "configs: {main: {file: ./app.env}}\n"
        "services:\n  web:\n    build: app\n    depends_on: [db]\n    secrets: [key, far, set]\n"
        "    configs: [{source: main, target: /etc/main.env}]\n    volumes: ['./app:/srv', './app.env:/srv/app.env:ro']\n"
        "  db:\n    image: postgres\n    secrets: [{source: key, target: db_key}]\n    volumes:\n"
        "      - ./init.sql:/docker-entrypoint-initdb.d/init.sql:ro\n      - data:/var/lib/postgresql/data\n"
        "      - /var/run/docker.sock:/var/run/docker.sock\n      - /cache\n      - {type: bind, source: ./app, target: /app}\n"
        "      - {type: volume, source: data, target: /data}\n      - ../..:/up\n"
    )
    found = needs_of(tmp_path, compose=compose)
    assert found.secrets == (
        (str(tmp_path / "key.txt"), "/run/secrets/key"),
        (str(tmp_path / "app.env"), "/etc/main.env"),
    )
    assert found.mounts == ((str(tmp_path / "app"), "/srv"), (str(tmp_path / "app.env"), "/srv/app.env"))
    assert found.services[0].files == (
        (str(tmp_path / "key.txt"), "/run/secrets/db_key"),
        (str(tmp_path / "init.sql"), "/docker-entrypoint-initdb.d/init.sql"),
        (str(tmp_path / "app"), "/app"),
    )
    assert "of the key file" in found.hidden


def test_a_host_in_the_environment_is_a_service_that_it_needs(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build: app\n    environment:\n      DB_HOST: db\n      CACHE: redis://:pw@cache:6379/0\n"
        "      QUEUES: 'a:1,queue:5672'\n      ROLE: worker\n      SELF: http://web:80\n      FAR: http://far.example.org\n"
        "  db: {image: postgres}\n  cache: {image: redis}\n  queue: {image: rabbitmq}\n  worker: {image: busybox}\n"
    )
    assert sorted(need.name for need in needs_of(tmp_path, compose=compose).services) == ["cache", "db", "queue"]


@pytest.mark.parametrize("piece", ["a:", "//", "@", "a.", "-", "a:1,"])
def test_a_hostile_value_takes_linear_time(piece: str, tmp_path: Path) -> None:
    value = piece * (200_000 // len(piece))
    begin = time.process_time()
    needs_of(tmp_path, compose=f"services: {{web: {{build: app, environment: {{A_HOST: '{value}'}}}}}}\n")
    assert time.process_time() - begin < 2


def test_what_compose_reads_by_itself_goes_before_a_nearer_file_for_another_use(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "docker-compose.test.yml").write_text("services: {web: {build: ., command: pytest}}\n")
    compose = "services: {web: {build: app, command: serve}, db: {image: 'far/postgres:15', environment: {PASSWORD: postgres}}}\n"
    found = needs_of(tmp_path, compose=compose.replace("serve}", "serve, depends_on: [db]}"))
    assert found.run_as is not None and found.run_as.command == ("serve",)
    # A word that names the image would make the report unreadable, and is no secret.
    assert "postgres" not in found.hidden


def test_a_file_for_another_use_may_be_the_one_that_builds_it(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.prod.yml").write_text(
        "services: {web: {build: app, command: gunicorn, env_file: [.env.prod, {path: .env.more, required: false}]}}\n"
    )
    (tmp_path / "compose.override.yaml").write_text("services: {web: {build: app, command: wrong}}\n")
    found = needs_of(tmp_path, compose="services: {web: {image: other}}\n")
    assert found.run_as is not None
    assert found.run_as.text == "service web of docker-compose.prod.yml: gunicorn"
    assert found.problems == ("env_file .env.prod is not there: nobody got its variables",)


def test_what_is_not_required_may_be_missing(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build: app\n    environment: {TRACES: 'http://traces:4318', DB: 'db:5432'}\n"
        "    depends_on: {db: {condition: service_started}, traces: {condition: service_started, required: false}}\n"
        "  db: {image: postgres, depends_on: {backup: {required: false}}}\n"
        "  traces: {image: jaeger, depends_on: [store]}\n  store: {image: a}\n  backup: {image: b}\n"
    )
    found = needs_of(tmp_path, compose=compose)
    assert {need.name: need.optional for need in found.services} == {
        "db": False,
        "traces": True,
        "store": True,
        "backup": True,
    }
    # A database whose backup is missing is a database all the same.
    assert [need.name for need in found.without(frozenset(("backup",))).services] == ["db", "store", "traces"]
    without = found.without(frozenset(("store",)))
    assert sorted(need.name for need in without.services) == ["backup", "db"] and "TRACES" not in without.env


def test_files_that_the_environment_file_chooses(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text("services: {web: {build: app, command: serve, environment: {A: '1'}}}\n")
    (tmp_path / "more.yml").write_text("services: {web: {environment: {B: '2'}}}\n")
    (tmp_path / "docker-compose.override.yml").write_text("services: {web: {environment: {C: '3'}}}\n")
    (tmp_path / ".env").write_text("COMPOSE_FILE=base.yml:more.yml\n")
    found = needs_of(tmp_path, compose="services: {web: {build: app, command: wrong}}\n")
    assert found.run_as is not None and found.run_as.command == ("serve",)
    assert found.env == {"A": "1", "B": "2"}
    (tmp_path / ".env").write_text("COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=base.yml,/etc/passwd,gone.yml\n")
    found = needs_of(tmp_path)
    assert found.env == {"A": "1"}
    assert any("outside of the repository" in problem for problem in found.problems)
    assert any("gone.yml" in problem for problem in found.problems)
