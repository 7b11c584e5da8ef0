"""No planted value comes out of any command, in any format, in any of the forms that texts are written in."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from urllib.parse import quote

import pytest

from jettison.cli.main import main
from jettison.cli.scan import FORMATS as SCAN_FORMATS
from jettison.report.mask import masked
from jettison.secretscan.config_secrets import config_secrets
from jettison.secretscan.mask import MASK, Redactor
from jettison.secretscan.scanner import Scanner

from .images import image
from .samples import github_token

CHANCE = random.Random(5)
TOKEN = github_token(CHANCE)
PASSWORD = "Zr8!kq+/Wv2-pLm"
BUILD = "b1LdArg7Value9x"
COMMAND = "c0mMandLine4Pw"
LABEL = github_token(CHANCE)
CANARIES = (TOKEN, PASSWORD, BUILD, COMMAND, LABEL)


def _forms(value: str) -> set[str]:
    raw = value.encode()
    inner = {base64.b64encode(b"\0" * n + raw).decode()[(0, 2, 3)[n] : (n + len(raw)) * 8 // 6] for n in range(3)}
    return {value, quote(value, safe=""), raw.hex(), *inner}


def _archive(folder: Path, extra: str) -> str:
    folder.mkdir()
    return image(
        folder,
        [
            [("srv/.env", f"DB_PASSWORD={PASSWORD}\nTOKEN={TOKEN}\n".encode()), ("srv/" + extra, b"x")],
            [("srv/.wh..env", b"")],
        ],
        {
            "Env": [f"DB_PASSWORD={PASSWORD}", f"URL=https://bot:{quote(PASSWORD, safe='')}@git.corp.net/", "A=1"],
            "Labels": {"build.token": LABEL, "x": extra},
            "Cmd": ["app", "--password", COMMAND, f"--mysql-password={COMMAND}", f"PASSWORD={COMMAND}", extra],
            "Entrypoint": ["sh", "-c", f"echo {base64.b64encode(f'k: {TOKEN}'.encode()).decode()} | base64 -d"],
        },
        [
            {"created_by": f"RUN |2 NPM_TOKEN={BUILD} X={extra} /bin/sh -c curl -u me:{COMMAND} https://a # buildkit"},
            {"created_by": f"/bin/sh -c #(nop)  ENV DB_PASSWORD={PASSWORD}", "comment": f"token {TOKEN}"},
        ],
        {"container_config": {"Env": [f"OLD_TOKEN={TOKEN}"], "Cmd": ["/bin/sh", "-c", f"export API_TOKEN={BUILD}"]}},
    )


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("masked")
    return _archive(folder / "one", "one"), _archive(folder / "two", "two")


COMMANDS = [
    ("inspect", "ONE"),
    ("inspect", "ONE", "--format", "json"),
    ("inspect", "ONE", "--html", "OUT"),
    ("compare", "ONE", "TWO"),
    ("compare", "ONE", "TWO", "--format", "json"),
    ("inspect", "ONE", "--format", "markdown"),
    ("compare", "ONE", "TWO", "--format", "markdown"),
    ("compare", "ONE", "TWO", "--html", "OUT"),
    *(("scan", "ONE", "--format", format_) for format_ in SCAN_FORMATS),
    ("scan", "ONE", "--html", "OUT"),
    ("sbom", "ONE"),
    ("sbom", "ONE", "--format", "spdx"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_output_holds_a_value(
    command: tuple[str, ...], archives: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"ONE": archives[0], "TWO": archives[1], "OUT": str(tmp_path / "out")}
    assert main([places.get(word, word) for word in command]) == 0
    out, err = capsys.readouterr()
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    told = out + err + written
    leaks = [form for value in CANARIES for form in _forms(value) if form in told]
    assert leaks == []
    assert out or written


ODD: dict[str, dict[str, object]] = {
    "the name of a label": {"Labels": {TOKEN: "a"}},
    "the name of a variable": {"Env": [f"{TOKEN}=x"]},
    "the user": {"User": TOKEN},
    "the folder": {"WorkingDir": f"/{TOKEN}"},
    "a volume": {"Volumes": {f"/{TOKEN}": {}}},
    "a port": {"ExposedPorts": {TOKEN: {}}},
    "the signal": {"StopSignal": TOKEN},
    "the shell": {"Shell": [TOKEN]},
}


@pytest.mark.parametrize("place", ODD)
def test_a_secret_where_nobody_puts_one_is_told_and_not_shown(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two").mkdir()
    one, two = image(tmp_path, [[("a", b"x")]], ODD[place]), image(tmp_path / "two", [[("a", b"x")]])
    page = tmp_path / "page.html"
    assert main(["secrets", one]) == 1
    for command in COMMANDS:
        main([{"ONE": one, "TWO": two, "OUT": str(page)}.get(word, word) for word in command])
        out, err = capsys.readouterr()
        assert TOKEN not in out + err + (page.read_text() if page.exists() else ""), command


def test_the_findings_name_every_place(archives: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", archives[0], "--fail-on-secrets"]) == 1
    out, err = capsys.readouterr()
    for place in (
        "env DB_PASSWORD",
        "label build.token",
        "build-arg NPM_TOKEN",
        "history",
        "command",
        "/srv/.env:2",
        "config OLD_TOKEN",
    ):
        assert place in out, (place, out)
    assert "secrets are in the image" in err
    assert max(len(line) for line in out.splitlines()) <= 100


@pytest.mark.parametrize("value", [*CANARIES, 'quo"te\\d-pass'])
def test_the_redactor_knows_the_forms_of_a_value(value: str) -> None:
    redact = Redactor([value])
    for form in _forms(value) - {value.encode().hex()}:
        assert form not in redact(f"a {form} b")
    assert redact("nothing here") == "nothing here"
    assert redact.all({"k": [value, {value: 1}]}) == {"k": [MASK, {MASK: 1}]}


def test_the_second_copy_that_the_classic_builder_keeps_is_no_second_secret() -> None:
    section = {"Env": [f"API_TOKEN={TOKEN}"], "Labels": {"build.token": LABEL}}
    other = {**section, "Env": [f"API_TOKEN={TOKEN}", f"OLD_TOKEN={BUILD}"]}
    found = config_secrets({"config": section, "container_config": other}, Scanner())
    places = [(one.where.kind, one.where.name) for one in found]
    assert sorted(places) == [("config", "OLD_TOKEN"), ("env", "API_TOKEN"), ("label", "build.token")]


@pytest.mark.parametrize(
    "command",
    [
        "echo 'root:{}' | chpasswd",
        'printf "app:{}\\n" | sudo chpasswd',
        "mysql -h db -uroot -p{} -e 'select 1'",
        "tool --db-password={} serve",
        "tool --api-key {} serve",
    ],
)
def test_a_value_on_a_command_line_is_masked_in_history_commands_and_files(command: str) -> None:
    value = "Wq7x-Kd93vTz"
    text = command.format(value)
    settings = {"history": [{"created_by": f"RUN /bin/sh -c {text} # buildkit"}], "config": {"Cmd": text.split(" ")}}
    found = config_secrets(settings, Scanner())
    assert {(one.where.kind, one.value) for one in found} == {("history", value), ("command", value)}
    assert value.encode() not in masked(f"FROM debian\nRUN {text}\n".encode())
    if "|" not in text:
        assert value.encode() not in masked(b"FROM debian\nCMD " + json.dumps(text.split(" ")).encode() + b"\n")


def test_a_build_argument_is_one_secret_however_many_commands_follow() -> None:
    history = [{"created_by": f"|1 GIT_PASS=Wq7xKd93vTz /bin/sh -c step {number}"} for number in range(9)]
    (one,) = config_secrets({"history": history}, Scanner())
    assert (one.where.kind, one.where.name, one.where.entry) == ("build-arg", "GIT_PASS", 0)
