"""What a report shows: nothing that steers a terminal, no secret, the right place."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jettison.lint.engine import check_bytes
from jettison.report.check_json import render as render_json
from jettison.report.check_text import render as render_text
from jettison.report.excerpt import MAX_WIDTH as MAX_EXCERPT
from jettison.report.explain import render_list, render_rule
from jettison.rules.index import ENTRIES, load
from jettison.terminal import Palette

PLAIN = Palette(False)
HOSTILE = {
    "osc": b"\x1b]0;owned\x07",
    "csi": b"\x1b[2J\x1b[1;1H",
    "c1": "\x9b31m".encode(),
    "raw c1": b"\x9b31m",
    "bidi": "\u202eevil\u2066".encode(),
    "return": b"good\rbad",
    "backspace": b"abc\x08\x08\x08",
    "delete": b"\x7f",
    "byte order mark": "\ufeff".encode(),
    "broken utf-8": b"\xff\xfe\xc3(",
}
SECRETS = {
    "env": (b"ENV DB_PASSWORD=hunter2Zq\n", "hunter2Zq"),
    "quoted env": (b'ENV DB_PASSWORD="hunter2 Zq" OTHER=1\n', "hunter2"),
    "old env": (b"ENV DB_PASSWORD hunter2 Zq\n", "hunter2"),
    "arg": (b"ARG API_TOKEN=hunter2Zq\n", "hunter2Zq"),
    "label": (b"LABEL a=ghp_abcdefghijklmnopqrstuvwxyz0123456789\n", "ghp_"),
    "curl": (b"RUN curl -u me:hunter2Zq https://example.org\n", "hunter2Zq"),
    "url": (b"RUN git clone https://me:hunter2Zq@example.org/a.git && rm -rf a\n", "hunter2Zq"),
    "export": (b"RUN export API_TOKEN='hunter2Zq'\n", "hunter2Zq"),
    "exec form": (b'CMD ["env", "API_TOKEN=hunter2Zq", "x"]\n', "hunter2Zq"),
    "onbuild": (b"ONBUILD ENV DB_PASSWORD=hunter2Zq\n", "hunter2Zq"),
    "heredoc": (b"COPY <<X /root/.netrc\nmachine a login me password hunter2Zq\nX\n", "hunter2Zq"),
}


def controls(text: str) -> list[str]:
    return [c for c in text if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) <= 0x9F or c in "\u202e\u2066\ufeff"]


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "template",
    [
        b"FROM debian\nADD %s /x\nCMD run %s\n",
        b"FROM %s\n",
        b"%s x\n",
        b"FROM debian\nENV %s_TOKEN=abc%s\nWORKDIR a%s\n",
        b"FROM debian\nRUN <<E%s\nx\n",
    ],
)
def test_no_control_sequence_of_the_input_reaches_the_terminal(data: bytes, template: bytes) -> None:
    text = template.replace(b"%s", data)
    report = check_bytes(text, "dir/" + data.decode("utf-8", "surrogateescape"))
    shown = render_text([report], PLAIN)
    assert report.findings
    assert controls(shown) == []
    shown.encode()
    assert controls(render_json([report])) == []
    assert json.loads(render_json([report]))["version"] == 1


@settings(max_examples=150)
@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_give_a_report_that_is_safe_to_print(data: bytes, path: str) -> None:
    shown = render_text([check_bytes(b"FROM debian\nADD " + data, path)], PLAIN)
    assert controls(shown) == []
    shown.encode()


@pytest.mark.parametrize("case", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("style", ["text", "json", "all rules but the secret ones"])
def test_no_report_repeats_a_secret(case: tuple[bytes, str], style: str) -> None:
    line, value = case
    data = b"FROM debian\n" + line + b"ADD a /b\nUSER root\n"
    others = frozenset(e.code for e in ENTRIES if not e.name.startswith("secret"))
    report = check_bytes(data, "Dockerfile", select=others if style.startswith("all") else None)
    shown = render_json([report]) if style == "json" else render_text([report], PLAIN)
    assert report.findings
    assert value not in shown


def test_a_secret_on_the_line_of_another_finding_is_masked() -> None:
    data = b"FROM debian:bookworm\nRUN apt-get update && curl -u me:hunter2Zq https://example.org\n"
    others = frozenset(e.code for e in ENTRIES if not e.name.startswith("secret"))
    shown = render_text([check_bytes(data, "Dockerfile", select=others)], PLAIN)
    assert "me:*** https" in shown


def test_the_caret_stands_below_the_place() -> None:
    shown = render_text([check_bytes("FROM a:1\nENV Ä=é DB_PASSWORD=hunter2 B=1\n".encode(), "D")], PLAIN).splitlines()
    at = next(i for i, line in enumerate(shown) if "JT302" in line)
    excerpt, caret = shown[at + 1], shown[at + 2]
    assert excerpt[caret.index("^") : caret.rindex("^") + 1] == "***"


def test_a_place_far_into_a_long_line_is_shown() -> None:
    data = b"FROM a:1\nENV " + b"A=1 " * 5000 + b"DB_PASSWORD=hunter2\n"
    shown = render_text([check_bytes(data, "D")], PLAIN).splitlines()
    caret = next(line for line in shown if "^^^" in line)
    excerpt = shown[shown.index(caret) - 1]
    assert "***" in excerpt
    assert len(excerpt) <= MAX_EXCERPT + 10


def test_every_rule_has_a_page_with_its_examples() -> None:
    rules = [load(entry.code) for entry in ENTRIES]
    listed = render_list(rules, PLAIN)
    for rule in rules:
        page = render_rule(rule, PLAIN)
        assert rule.name in listed
        assert page.startswith(f"{rule.code} {rule.name}\n\n{(rule_doc(rule)).splitlines()[0]}")
        assert all(example.before.splitlines()[0] in page for example in rule.examples)
        assert all(name in page for name in rule.foreign)


def rule_doc(rule: object) -> str:
    import sys

    return sys.modules[rule.check.__module__].__doc__ or ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "unit",
    [
        b"curl -u ",
        b"https://",
        b"a://b:",
        b"docker login -p ",
        b" login a password",
        b"--password ",
        b"eyJaaaaaaaaaaa.",
        b"Authorization: ",
        b"sshpass -p",
        b"echo a:b | chpasswd",
        b"echo a",
        b"mysql -",
        b" --a-token ",
        b"A_TOKEN=",
        b"AAAAAAAAAA",
    ],
)
def test_looking_for_secrets_takes_linear_time(unit: bytes) -> None:
    data = b"FROM debian:bookworm\nRUN echo " + unit * (400_000 // len(unit)) + b"\n"
    started = time.process_time()
    check_bytes(data, "Dockerfile", select=frozenset(["JT302", "JT303"]))
    assert time.process_time() - started < 5
