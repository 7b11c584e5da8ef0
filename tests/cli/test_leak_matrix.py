"""No planted value comes out of any command about a project, in any format, nor into its cache or folder for temporary files.

What shows a file of the user's by design (`ast`, `fmt` of the standard input, a patch that is written to a file) is not here.
"""

from __future__ import annotations

import base64
import json
import random
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from jettison.cache_folder import cache_folder
from jettison.cli import options
from jettison.cli.main import main
from jettison.report.formats import FORMATS
from secretscan.samples import github_token

CHANCE = random.Random(40)
# Name of the place -> what is planted there.
PLANTED: dict[str, str] = {}


def made(place: str, length: int = 20) -> str:
    """Plant a random password."""
    # A letter, a digit and a capital each: what only chance decides is no matter of these tests.
    PLANTED[place] = "k7Q" + "".join(CHANCE.choices(string.ascii_letters + string.digits, k=length - 3))
    return PLANTED[place]


def token(place: str) -> str:
    """Plant a token that has a mark, for places where no name says that something is a secret."""
    PLANTED[place] = github_token(CHANCE)
    return PLANTED[place]


def marked(place: str, mark: str, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Plant a token that the detectors alone know, not the rules of `check`."""
    PLANTED[place] = mark + "".join(CHANCE.choices(alphabet, k=length))
    return PLANTED[place]


HEX = "0123456789abcdef"
DOCKERFILE = f"""\
# syntax=docker/dockerfile:1
# build with {token("comment")}
# jettison: ignore=JT999 because of {token("comment that mutes")}
FROM debian:latest
ARG NPM_TOKEN={made("ARG")}
ENV DB_PASSWORD={made("ENV")}
ENV API_TOKEN {made("ENV with a blank")}
ENV A=1 MAIL_PASSWORD="two words {made("ENV quoted")}"
ENV DATABASE_URL=postgres://app:{made("address")}@db.corp.net/app
LABEL deploy.token={token("LABEL")}
RUN apt-get update && apt-get install -y curl
RUN curl -u bot:{made("curl")} https://files.corp.net/x.tgz | tar xz
RUN wget --password={made("wget")} https://files.corp.net/y
RUN export AWS_SECRET_ACCESS_KEY={made("export", 40)} && aws s3 cp s3://x /y
RUN ./push --key {marked("RUN", "glsa_", 32)}_1a2b3c4d && cd /srv
RUN sudo ./bill {marked("sudo", "xkeysib-", 64, HEX)}-{made("end of a key", 16)}
RUN echo "root:{made("chpasswd")}" | chpasswd
RUN cd /x && git clone https://me:{made("git")}@github.com/corp/x.git
RUN echo {base64.b64encode(f"token {token('base64')}".encode()).decode()} | base64 -d && cd /y
RUN <<EOF
cat > /root/.npmrc <<X
//npm.example/:_authToken={made("here-document", 36)}
X
apt-get install -y {marked("package", "lin_api_", 40)}
EOF
COPY <<EOF /root/.netrc
machine corp.net login me password {made("COPY of a text")}
EOF
ADD https://bot:{made("ADD")}@files.corp.net/z.tgz /z
COPY . .
ONBUILD ENV CHILD_SECRET={made("ONBUILD")}
HEALTHCHECK CMD curl -H "Authorization: Bearer {made("HEALTHCHECK", 32)}" http://localhost/
CMD ["app","--password","{made("CMD")}"]
ENTRYPOINT /bin/app --api-token={made("ENTRYPOINT")}
MAINTAINER me {marked("MAINTAINER", "dapi", 32, HEX)}
EXPOSE 99999
WORKDIR relative/{token("WORKDIR")}
USER root
"""
BROKEN = {
    "unknown": f"FROM debian:12\nRUNN export API_TOKEN={made('unknown instruction')}\n",
    "env": f"FROM debian:12\nENV DB_PASSWORD \nENV X {token('broken ENV')} Y=\n",
    "quote": f'FROM debian:12\nENV DB_PASSWORD="{made("open quote")}\nRUN true\n',
    "heredoc": f"FROM debian:12\nRUN <<EOF\nexport API_TOKEN={made('open here-document')}\n",
    "flag": f"FROM debian:12\nCOPY --token={token('unknown flag')} a b\n",
    "from": f"FROM https://me:{made('FROM')}@registry.corp.net/x:1\nRUN true\n",
    "default": f"FROM debian:12\nENV X=${{A:^b}}\nRUN echo ${{API_TOKEN:-{made('default')}}}\n",
    "json": f'FROM debian:12\nCMD ["app", "--token", "{made("broken JSON")}"\n',
    "port": f"FROM debian:12\nEXPOSE {token('EXPOSE')}\n",
    "mount": f"FROM debian:12\nRUN --mount=type=secret,id=x,env={token('mount')},tokn=1 true\n",
    "tag": f"ARG BASE=reg.corp.net/x:{token('tag')}\nFROM $BASE\nRUN true\n",
}
COMPOSE = f"""\
services:
  web:
    build:
      context: .
      args:
        NPM_TOKEN: {made("argument of Compose")}
    environment:
      DB_PASSWORD: {made("environment of Compose")}
      URL: postgres://app:{made("address of Compose")}@db/app
      FROM_FILE: ${{DOTENV_TOKEN}}
    command: ["app", "--token", "{made("command of Compose")}"]
  bad:
    build: ["{token("broken Compose")}"]
secrets:
  db:
    file: ./db.txt
"""
FILES = {
    "app/Dockerfile": DOCKERFILE,
    "app/.env": f"DB_PASSWORD={made('.env')}\n",
    "app/app.py": "print('x')\n",
    "app/requirements.txt": f"--extra-index-url https://bot:{made('requirements')}@pypi.corp.net/simple\nflask==3.0.0\n",
    "app/.npmrc": f"//r.corp.net/:_authToken={made('.npmrc', 36)}\n",
    **{f"{name}/Dockerfile": text for name, text in BROKEN.items()},
    "compose/compose.yaml": COMPOSE,
    "compose/.env": f"DOTENV_TOKEN={made('.env of Compose')}\n",
    "compose/db.txt": made("secret of Compose"),
    "compose/Dockerfile": "FROM debian:12\nARG NPM_TOKEN\nRUN echo $NPM_TOKEN\n",
    "bake/docker-bake.hcl": f'target "default" {{\n  args = {{ API_TOKEN = "{made("Bake")}" }}\n}}\n',
    "bake/Dockerfile": "FROM debian:12\nARG API_TOKEN\nRUN echo $API_TOKEN\n",
    "yaml/compose.yaml": f"services:\n  web:\n    environment:\n      DB_PASSWORD: {made('broken YAML')}\n   bad: [\n",
    "hcl/docker-bake.hcl": f'target "x" {{ args = {{ T_TOKEN = "{made("broken HCL")}" \n',
    "settings/jettison.toml": f'[optimize]\nbuild-args = {{ NPM_TOKEN = "{made("settings")}" }}\n',
    "settings/Dockerfile": "FROM debian:12\n",
    "toml/jettison.toml": f'[optimize]\nbuild-args = {{ NPM_TOKEN = "{made("broken settings")}\n',
    "toml/Dockerfile": "FROM debian:12\n",
    "type/jettison.toml": f'[optimize]\nenv = "{made("setting of another type")}"\n',
    "type/Dockerfile": "FROM debian:12\n",
    "values/jettison.toml": f'[optimize]\nenv = {{ A_TOKEN = ["{made("list for a text")}"] }}\n',
    "values/Dockerfile": "FROM debian:12\n",
    "exceptions/.jettison-ignore.toml": f'[[secret]]\npath = "x"\nreason = "{token("exception")}"\nbad = 1\n',
    "exceptions/Dockerfile": "FROM debian:12\n",
}
FOLDERS = sorted({name.partition("/")[0] for name in FILES})
ARGUMENT = token("argument of the command line")
PASSWORD = made("address on the command line")
ADDRESS = f"https://bot:{PASSWORD}@127.0.0.1:1/x"
NO_ENGINE = ("--engine", "nothing")
COMMANDS = [
    *(("check", "HERE", "--format", name) for name in FORMATS),
    ("check", "HERE", "--select", "ALL"),
    ("fix", "HERE", "--diff"),
    ("fix", "HERE", "--diff", "--unsafe"),
    ("fmt", "HERE", "--diff"),
    ("fmt", "HERE", "--check"),
    ("config", "HERE"),
    ("ignore", "HERE", "--print"),
    ("init", "HERE", *NO_ENGINE),
    ("optimize", "HERE", *NO_ENGINE),
    ("optimize", "HERE", "--format", "json", *NO_ENGINE),
    ("secrets", "HERE"),
    ("secrets", "HERE", "--confidence", "low", "--format", "json"),
    ("undo", "HERE"),
    ("verify", "HERE/Dockerfile"),
    ("inspect", "HERE/Dockerfile"),
    ("scan", "HERE/Dockerfile"),
    ("db", "import", "HERE/Dockerfile"),
]
ALONE = [
    ("optimize", "settings", "--build-arg", f"NPM_TOKEN={ARGUMENT}", *NO_ENGINE),
    ("optimize", "settings", "--build-arg", f"={ARGUMENT}"),
    ("optimize", "settings", "--env", ARGUMENT),
    ("init", "settings", "--env", ARGUMENT),
    ("check", f"--{ARGUMENT}"),
    ("check", ARGUMENT),
    ("inspect", f"registry://bot:{PASSWORD}@127.0.0.1:1/x:1"),
    ("inspect", "x", "--engine", f"tcp://bot:{PASSWORD}@h:1"),
    *(
        (command, ADDRESS)
        for command in ("inspect", "scan", "secrets", "sbom", "check", "fix", "optimize", "verify", "undo")
    ),
    ("compare", ADDRESS, ADDRESS),
    ("db", "import", ADDRESS),
    ("db", "update", "--from", ADDRESS),
    (ARGUMENT,),
]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The project, with a folder of its own for temporary files."""
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(tmp_path / "project")
    yield tmp_path / "project"
    left = b"".join(
        path.read_bytes() for path in (*scratch.rglob("*"), *Path(cache_folder()).rglob("*")) if path.is_file()
    )
    assert leaks(left.decode("latin-1")) == []


def forms(value: str) -> set[str]:
    raw = value.encode()
    inner = {base64.b64encode(b"\0" * n + raw).decode()[(0, 2, 3)[n] : (n + len(raw)) * 8 // 6] for n in range(3)}
    return {value, quote(value, safe=""), json.dumps(value)[1:-1], raw.hex(), *inner}


def leaks(told: str) -> list[str]:
    return [place for place, value in PLANTED.items() if any(form in told for form in forms(value))]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_command_tells_what_is_in_a_project(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = ""
    for command in COMMANDS:
        code = main([word.replace("HERE", folder) for word in command])
        out, err = capsys.readouterr()
        assert code != 70, (command, err)
        assert (command, leaks(out + err)) == (command, [])
        told += out + err
    assert told


@pytest.mark.parametrize("command", ALONE, ids=range(len(ALONE)))
def test_no_command_repeats_what_it_was_given(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) != 70
    out, err = capsys.readouterr()
    assert err
    assert leaks(out + err) == []


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_error_of_our_own_tells_none(
    debug: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(args: object) -> int:
        raise ValueError(f"no field {ARGUMENT} in {ADDRESS}: API_TOKEN={PLANTED['ENV']}")

    monkeypatch.setattr("jettison.cli.check.run", fail)
    monkeypatch.setenv("JETTISON_DEBUG", debug)
    assert main(["check", "settings"]) == 70
    err = capsys.readouterr().err
    assert leaks(err) == []
    assert ("Traceback" in err) == bool(debug)
    assert "ValueError" in err
    assert "no field" in err


def test_every_command_is_here() -> None:
    asked = {command[0] for command in (*COMMANDS, *ALONE)}
    # Of an image: tests/secretscan/test_masked.py; with an engine: tests/optimize/test_leaks.py; `explain` and `completion` read no file.
    assert {command.name for command in options.COMMANDS} - asked <= {"ast", "explain", "completion", "clean", "slim"}
