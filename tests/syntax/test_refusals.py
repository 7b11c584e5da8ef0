"""What builders refuse is a finding at its place, and nothing that they accept is."""

from __future__ import annotations

import pytest

from jettison.lint.engine import check_bytes

REFUSED = [
    ("ENV a=b c", "c"), ("ENV a", "a"), ("ENV a=b \\\n c", "c"), ("ENV =x", ""), ('ENV a="x', '"x'), ("ENV a='x", "'x"), ("LABEL a", "a"),
    ("LABEL a=b c", "c"), ("ARG =x", ""), ("SHELL /bin/sh -c", "/bin/sh -c"), ("SHELL []", "[]"), ("STOPSIGNAL a b", "a b"),
    ("STOPSIGNAL SIGFOO", "SIGFOO"), ("STOPSIGNAL 0", "0"), ("HEALTHCHECK NONE x", "x"), ("HEALTHCHECK CMD", "CMD"), ("HEALTHCHECK foo", "foo"),
    ("HEALTHCHECK --interval=5 CMD x", "--interval=5"), ("HEALTHCHECK --interval=-5s CMD x", "--interval=-5s"),
    ("HEALTHCHECK --retries=a CMD x", "--retries=a"), ("HEALTHCHECK --foo=1 CMD x", "--foo=1"), ("COPY a", "a"), ('COPY ["a"]', '["a"]'),
    ('COPY "a b" /x', '"a'), ("COPY --foo=1 a /x", "--foo=1"), ("COPY --link=maybe a /x", "--link=maybe"), ("COPY --chown a /x", "--chown"),
    ("COPY --chown=a --chown=b a /x", "--chown=b"), ("COPY <<EOF\nhi\nEOF", "<<EOF"), ("ADD a", "a"), ("CMD --foo x", "--foo"),
    ("RUN --foo x", "--foo"), ("RUN []", "[]"), ("VOLUME []", "[]"), ('CMD ["a", 1]', '["a", 1]'), ('HEALTHCHECK CMD ["a", 1]', 'CMD ["a", 1]'),
    ("FROM scratch AS a b", "scratch AS a b"), ("FROM scratch a", "scratch a"), ("FROM scratch AS", "scratch AS"), ("FROM scratch AS 1a", "1a"),
    ("FROM --foo=1 scratch", "--foo=1"), ("FROM Debian", "Debian"), ("ENV q=${b", "${b"), ("ENV q=${}", "${}"), ("ENV q=${b!x}", "${b!x}"),
    ("ENV q=${b:x}", "${b:x}"), ("ENV q=${b^}", "${b^}"), ("ENV q=${#b}", "${#b}"), ("ENV q=${b:1:2}", "${b:1:2}"), ("ENV q=${b//l}", "${b//l}"),
    ("ENV q=${b##}", "${b##}"), ("WORKDIR ${a!b}", "${a!b}"), ("USER 'a", "'a"), ("ONBUILD COPY a", "a"),
    ("COPY --from=$A a /x", "--from=$A"), ("RUN --mount=type=bind,from=x${A},target=/x a", "--mount=type=bind,from=x${A},target=/x"),
]  # fmt: skip
ACCEPTED = [
    "ENV a=", "ENV a b c", "ENV a= b=c", 'ENV a="x\\"y" b=\\\'x\\\'', "ENV a=b=c", "ENV a=b \\\n  # c\n\n  d=e", "LABEL a=b\tc=d", 'LABEL "a"=b',
    "ARG a", "ARG a b=c", 'ARG "a b"', "WORKDIR a b", "USER a b", "EXPOSE 80 81/udp", "VOLUME /a /b", "STOPSIGNAL SIGRTMIN+3", "STOPSIGNAL rtmin+3",
    "STOPSIGNAL sigterm", "STOPSIGNAL SIGCLD", "STOPSIGNAL $s", "STOPSIGNAL 9", "HEALTHCHECK cmd x", "HEALTHCHECK --interval=1.5m CMD x",
    "HEALTHCHECK --timeout=0 CMD x", "HEALTHCHECK --start-interval=5s --retries=0 CMD x", "COPY --link a /x", "COPY --link=false a /x",
    "COPY --from= a /x", "COPY --exclude=a --exclude=b c /x", "COPY --parents a /x", "RUN --mount=type=bind,from=a,target=$A b", "COPY --chown=$A a /x", "COPY <<EOF a /x/\n'\nEOF", "RUN --mount=type=cache,target=/x --mount=type=tmpfs,target=/y z",
    "FROM scratch AS Ab.c_d-e", "FROM $BASE", "FROM Foo.example/bar", "FROM localhost/bar:Tag", "FROM a@sha256:" + "A" * 64, "ENV q=${b:-${c}} r=${b#*/} s=${b%%.*} t=${b/a/b} u=${b//a/}",
    "ENV q='${b' r=\\${b", "RUN echo ${a!b} ${c^^} 'x", "CMD [ -f x ] && ${y^}", "CMD []", "ENTRYPOINT []", "RUN [ 1 -eq 1 ]", "FROM debian:${templateOption:x}",
]  # fmt: skip


def refused(line: str) -> list[str]:
    start = b"" if line.startswith("FROM") else b"FROM scratch\n"
    data = start + line.encode() + b"\n"
    report = check_bytes(data, "Dockerfile", select=frozenset())
    return [data[f.span.start : f.span.end].decode() for f in report.findings if f.name == "refused-by-builders"]


@pytest.mark.parametrize(("line", "place"), REFUSED)
def test_refused_at_its_place(line: str, place: str) -> None:
    assert place in refused(line)


@pytest.mark.parametrize("line", ACCEPTED)
def test_accepted(line: str) -> None:
    assert refused(line) == []


def test_escape_directive() -> None:
    report = check_bytes(b"# escape=x\nFROM scratch\n", "Dockerfile", select=frozenset())
    assert [f.name for f in report.findings] == ["refused-by-builders"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# escape=`\n# Escape = `\nFROM scratch\n", 1),
        ("\ufeff# syntax=a/b:1\n# check=skip=all\n# syntax=a/b:1\nFROM scratch\n", 1),
        ("# escape=`\n#\n# escape=`\nFROM scratch\n", 0),
        ("# escape=`\n# check=skip=all\n# other=1\nFROM scratch\n", 0),
    ],
)
def test_directive_given_twice(text: str, count: int) -> None:
    report = check_bytes(text.encode(), "Dockerfile", select=frozenset())
    assert [f.name for f in report.findings] == ["refused-by-builders"] * count
