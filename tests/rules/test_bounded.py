"""Nothing in a Dockerfile makes a check slow: hostile files, checked by all rules in bounded time.

The processor time of a whole check by all rules is below a second for each; the limit here is generous, since
a loop over all pairs takes minutes at these sizes. Processor time does not count what else the machine does.
"""

from __future__ import annotations

import time

import pytest

from jettison.lint.engine import MAX_BYTES, MAX_FINDINGS, check_bytes
from jettison.model.dockerfile import MAX_COMMANDS, build_model
from jettison.rules.index import ENTRIES, load
from jettison.syntax.expand import expand, references
from jettison.syntax.tree import MAX_INSTRUCTIONS, MAX_LINE, MAX_LOGICAL, parse, render

ALL = frozenset(entry.code for entry in ENTRIES)
BASE = b"FROM debian:12\n"
SECONDS = 4.0


def numbered(template: str, count: int, start: int = 0) -> bytes:
    return "".join(template.replace("#", str(number)) for number in range(start, start + count)).encode()


def folded(line: bytes) -> bytes:
    """Return a long logical line as physical lines that builders accept."""
    pieces = []
    while line:
        at = len(line) if len(line) < 60_000 else line.rfind(b" ", 0, 60_000) + 1 or 60_000
        pieces.append(line[:at])
        line = line[at:]
    return b"\\\n".join(pieces)


LONG_LINES = {
    "packages": b"RUN apt-get install -y " + b"pkg " * 250_000,
    "copied": b"COPY " + b"a/b " * 240_000 + b"/x/",
    "secrets copied": b"COPY " + b"id_rsa .env secrets.pem " * 40_000 + b"/x/",
    "start": b'CMD ["python"' + b',"-m"' * 190_000 + b"]",
    "labels": b"LABEL " + b'a.b="x y" ' * 100_000,
    "ports": b"EXPOSE " + b"80 8080/tcp " * 80_000,
    "volumes": b"VOLUME " + b"/var/lib/mysql " * 65_000,
    "downloads": b"RUN curl -k " + b"http://u:p@example.com/a.tar.gz " * 31_000 + b"| sh",
    "mounts": b"RUN " + b"--mount=type=cache,target=/root/.cache " * 25_000 + b"pip install x",
    "health": b"HEALTHCHECK CMD " + b"curl -f http://localhost/ || exit 1; " * 27_000,
    "pairs": b"ENV " + numbered("K#=$K1# ", 40_000),
    "passwords": b"ENV " + numbered("PASSWORD#=v# ", 40_000),
    "blanks": b"RUN a" + b" " * 1_000_000 + b"b",
    "slashes": b"RUN rm -rf " + b"/" * 500_000 + b"\nWORKDIR " + b"/.." * 100_000,
    "dollars": b"RUN echo " + b"$" * 120_000 + b"\nENV X=" + b"$" * 800_000,
    "equals": b"ENV a" + b"=" * 500_000 + b"\nLABEL " + b"=" * 500_000,
}
FILES = {
    "stages": numbered("FROM debian:12 AS s#\nRUN make\n", 20_000),
    "chain of stages": b"FROM debian:12 AS s0\n" + b"".join(b"FROM s%d AS s%d\nRUN make\n" % (i, i + 1) for i in range(20_000)),
    "copies between stages": BASE + b"".join(b"FROM alpine AS s%d\nCOPY --from=s%d /a /b\n" % (i + 1, i) for i in range(20_000)),
    "runs": BASE + b"RUN apt-get update && apt-get install -y curl\n" * 10_000,
    "different runs": BASE + numbered("RUN pip install x==# && curl -o /tmp/a#.tgz http://x/y && tar xf /tmp/a#.tgz\nCOPY a# /b#\n", 8_000),
    "commands": BASE + b"RUN true" + b" && apt-get install -y curl" * 4_000 + b"\n",
    "removals": BASE + b"RUN true" + numbered(" && curl -o /f# http://x/f# && rm /f#", 3_000) + b"\n",
    "ownership": BASE + numbered("COPY f# /srv/f#\nRUN chown -R a:b /srv/f# && rm -rf /srv/f#\n", 8_000),
    "variables": BASE + numbered("ENV K#=v#\n", 40_000) + b"RUN echo $K1\n",
    "chain of variables": BASE + b"".join(b"ENV K%d=$K%d/x\n" % (i + 1, i) for i in range(20_000)),
    "arguments": numbered("ARG K#=v#\n", 20_000) + BASE + numbered("ARG K#\n", 20_000),
    "folders": BASE + numbered("WORKDIR b#\n", 20_000),
    "users": BASE + numbered("USER b#\nRUN useradd b#\n", 20_000),
    "all ports": BASE + numbered("EXPOSE #\n", 40_000),
    "all volumes": BASE + numbered("VOLUME /v#\n", 700) + numbered("RUN touch /v#/a\n", 700),
    "shells": BASE + b'SHELL ["/bin/bash", "-c"]\nRUN a | b\n' * 20_000,
    "onbuild": BASE + b"ONBUILD RUN apt-get install a\n" * 30_000,
    "quotes": BASE + folded(b"RUN echo " + b"\"'" * 100_000),
    "parentheses": BASE + folded(b"RUN " + b"(" * 50_000 + b"a" + b")" * 50_000),
    "substitutions": BASE + folded(b"RUN echo " + b"$(" * 60_000),
    "back quotes": BASE + folded(b"RUN echo " + b"`a " * 40_000),
    "braces in a shell": BASE + folded(b"RUN echo " + b"${a:-" * 25_000),
    "braces": BASE + folded(b"ENV A=" + b"${a:-" * 100_000 + b"}" * 100_000),
    "braces kept open": BASE + folded(b"ENV A=" + b"${a:-" * 200_000),
    "braces in a base": b"ARG a=1\n" + folded(b"FROM " + b"${a:-" * 12_000 + b"}" * 12_000),
    "patterns": BASE + b"ARG a=" + b"ab" * 2000 + b"\n" + b"ENV X=${a//a*b?c*/x}${a##*a*b*c*d}${a%%*b*b*b}\n" * 1000,
    "heredoc": BASE + b"RUN <<EOF\n" + b"apt-get install -y curl\n" * 40_000 + b"EOF\n",
    "copied heredoc": BASE + b"COPY <<EOF /x\n" + b"password=abc\n" * 75_000 + b"EOF\n",
    "heredocs": BASE + b"RUN <<EOF\necho a\nEOF\n" * 40_000,
    "open heredocs": BASE + b"RUN <<EOF\necho a\n" * 40_000,
    "heredocs of a line": BASE + folded(b"COPY " + numbered("<<E# ", 30_000) + b"/x") + b"\n" + numbered("E#\n", 30_000),
    "continuations": BASE + b"RUN apt-get install -y \\\n" + b"  a \\\n" * 160_000 + b" b\n",
    "comments in continuations": BASE + b"RUN apt-get install -y \\\n" + b"  # c\n  a \\\n" * 80_000 + b" b\n",
    "continued pairs": BASE + b"ENV \\\n" + numbered("  A#=b \\\n", 60_000) + b" C=d\n",
    "comments": BASE + b"# hadolint ignore=DL3008\n" * 40_000,
    "ignored": BASE + b"# hadolint ignore=DL3008\nRUN apt-get install a\n" * 20_000,
    "errors": BASE + b"FOO bar\n" * 100_000,
    "empty lines": BASE + b"\n" * 1_000_000,
    "nested conditions": BASE + folded(b"RUN " + b"if a; then " * 6_000 + b"b" + b"; fi" * 6_000),
    "variables in loops": BASE + folded(b"RUN a='b' " + b"; a='b'; apt-get install $a" * 4_500),
    "short words": BASE + b"EXPOSE 1 \\\n" + b" 1 1 1 1 \\\n" * 80_000 + b"1\n",
    "loops": BASE + folded(b"RUN " + b"for i in a b; do apt-get install $i; done; " * 2_900),
    "pipes": BASE + folded(b"RUN a" + b" | sh" * 25_000),
    "wrappers": BASE + folded(b"RUN " + b"sudo A=b " * 14_000 + b" pip install x"),
    "redirects": BASE + folded(b"RUN echo" + b" > /a" * 25_000),
    "stages of one name": b"FROM debian:12 AS a\n" * 40_000,
    "runs of letters": BASE + b"# " + numbered("w#x ", 120_000) + b"\nRUN a\n",
    "one run of letters": BASE + b"# " + b"aptgetinstall" * 75_000 + b"\nRUN a\n",
    "assignments": BASE + folded(b"RUN " + b"A=b " * 31_000),
    "plain commands": BASE + folded(b"RUN a" + b" && a 'b' \"c$D\" | b" * 6_000),
    "open string": BASE + folded(b"RUN " + b'a "b$C ' * 18_000),
    "triggers in a pipe": BASE + b"ONBUILD RUN apt-get update && apt-get install curl | sudo sh\n" * 9_000,
    "everything copied": BASE + b"COPY . .\nRUN npm install\n" * 20_000,
    **{name: BASE + folded(line) + b"\n" for name, line in LONG_LINES.items()},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    for entry in ENTRIES:
        load(entry.code)


@pytest.mark.parametrize("name", FILES)
def test_all_rules_take_bounded_time(name: str) -> None:
    data = FILES[name][:MAX_BYTES]
    start = time.process_time()
    report = check_bytes(data, "Dockerfile", select=ALL)
    assert time.process_time() - start < SECONDS
    assert not [f.message for f in report.findings if f.name == "internal-error"]
    assert len(report.findings) <= len(ENTRIES) * (MAX_FINDINGS + 1)
    assert all(0 <= f.span.start <= f.span.end <= len(data) for f in report.findings)


def test_a_file_of_many_instructions_is_read_so_far_and_says_so() -> None:
    data = BASE + b"RUN true\n" * 10_000
    file = parse(data)
    assert len(file.instructions) == MAX_INSTRUCTIONS
    assert [error.code for error in file.errors] == ["too-many-instructions"]
    assert render(file) == data


def test_an_instruction_that_cannot_run_is_not_looked_at_and_the_next_one_is() -> None:
    data = BASE + folded(b"RUN echo " + b"a " * (MAX_LOGICAL // 2)) + b"\nRUN true\n"
    file = parse(data)
    assert [error.code for error in file.errors] == ["instruction-too-long"]
    assert file.instructions[-1].keyword == "RUN"
    assert render(file) == data


def test_words_are_read_so_far_and_the_report_says_so() -> None:
    data = BASE + (b"EXPOSE " + b"80 " * 20_000 + b"\n") * 9
    file = parse(data)
    assert [error.code for error in file.errors] == ["too-many-instructions"]
    assert len(file.instructions) == 4


def test_a_line_that_builders_refuse_is_an_error() -> None:
    fine, long = BASE + b"ENV A=" + b"x" * (MAX_LINE - 6), BASE + b"ENV A=" + b"x" * (MAX_LINE - 5)
    assert not parse(fine + b"\n").errors
    assert [error.code for error in parse(long + b"\r\n").errors] == ["line-too-long"]
    heredoc = parse(BASE + b"COPY <<E /a\n" + b"x" * (MAX_LINE + 1) + b"\nE\nRUN true\n")
    assert [error.code for error in heredoc.errors] == ["line-too-long"]
    assert heredoc.instructions[-1].keyword == "RUN"


def test_commands_are_read_so_far_and_the_report_says_so() -> None:
    data = BASE + b"RUN true && true\n" * (MAX_COMMANDS // 2 - 200) + b"RUN " + b"true;" * 1000 + b"true\n"
    model = build_model(parse(data))
    assert sum(len(run.commands) for run in model.runs) <= MAX_COMMANDS
    report = check_bytes(BASE + b"RUN " + b"true;" * (MAX_COMMANDS + 1) + b"true\n", "Dockerfile", select=ALL)
    assert "too-many-commands" in {finding.name for finding in report.findings}


def test_expansion_takes_few_steps_for_each_character() -> None:
    nested = "${a:-" * 20_000 + "}" * 20_000
    start = time.process_time()
    expand(nested, {})
    assert len(references(nested)) == 20_000
    expand("${a%%*b*b*b*b}${a//*b*b/c}" * 500, {"a": "a" * 4000})
    assert time.process_time() - start < SECONDS
