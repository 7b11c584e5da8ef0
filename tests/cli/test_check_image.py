"""`check --image`: findings get what was measured in the image, and what only the image shows gets a line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest

from image.archives import config_of, old_layout, tar_of, tar_of_modes
from jettison.cli.main import main

DOCS = Path(__file__).parent.parent.parent / "docs"
KEY = "AKIA" + "QYLPMN5HFIQR7XYA"
RELEASE = ("etc/os-release", "file", b'ID=debian\nVERSION_ID="12"\n')
STATUS = b"Package: vim\nStatus: install ok installed\nVersion: 9\nArchitecture: amd64\n\n"
DOCKERFILE = f"""\
FROM debian:bookworm
RUN apt-get update && apt-get install -y vim
COPY app.env big.tar.gz /srv/
RUN rm /srv/big.tar.gz && chown -R 1000 /srv
USER 1000
CMD ["/srv/run", "{"x" * 3}"]
"""
BASE = tar_of(("bin/sh", "file", b"x" * 1_000_000))
APT = tar_of(
    ("var/lib/apt/lists/deb_main", "file", b"l" * 4_000_000),
    ("var/lib/dpkg/status", "file", STATUS),
    ("var/lib/dpkg/info/vim.list", "file", b"/usr/bin/vim\n"),
    ("usr/bin/vim", "file", b"v" * 2_500_000),
)
COPIED = tar_of(
    ("srv/app.env", "file", f"AWS_ACCESS_KEY_ID={KEY}\n".encode()),
    ("srv/big.tar.gz", "file", b"b" * 700_000),
    ("srv/data", "file", b"d" * 300_000),
)
OWNED = tar_of(("srv/.wh.big.tar.gz", "file", b""), ("srv/data", "file", b"d" * 300_000))
HISTORY = (
    {"created_by": "import"},
    {"created_by": "RUN /bin/sh -c apt-get update && apt-get install -y vim # buildkit"},
    {"created_by": "COPY app.env big.tar.gz /srv/ # buildkit"},
    {"created_by": "RUN /bin/sh -c rm /srv/big.tar.gz && chown -R 1000 /srv # buildkit"},
    {"created_by": "USER 1000", "empty_layer": True},
    {"created_by": "CMD", "empty_layer": True},
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    layers = [BASE, APT, COPIED, OWNED]
    config = {**json.loads(config_of(layers)), "history": HISTORY}
    data = json.dumps(config).encode()
    name = hashlib.sha256(data).hexdigest() + ".json"
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    manifest = json.dumps([{"Config": name, "Layers": names}]).encode()
    members = [(path, "file", layer) for path, layer in zip(names, layers, strict=True)]
    (tmp_path / "image.tar").write_bytes(tar_of(*members, (name, "file", data), ("manifest.json", "file", manifest)))
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path


@pytest.fixture
def known(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the project with known.tar, whose package a distribution's data speaks of; the cache is empty."""
    monkeypatch.setenv("JETTISON_CACHE", str(project / "cache"))
    monkeypatch.chdir(project)
    installed = tar_of(RELEASE, ("var/lib/dpkg/status", "file", STATUS))
    (project / "known.tar").write_bytes(old_layout(BASE, installed, COPIED, OWNED, history=list(HISTORY)))
    return project


def vim_advisory(name: str, **more: object) -> str:
    """Return an advisory of every version of vim in Debian 12."""
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    affected = [{"package": {"ecosystem": "Debian:12", "name": "vim"}, "ranges": ranges}]
    return json.dumps({"id": name, "modified": "2026-08-01T00:00:00Z", "affected": affected, **more})


def found(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, object]]:
    main(["check", str(project / "Dockerfile"), "--format", "json", *arguments])
    out = capsys.readouterr().out
    assert KEY not in out
    jsonschema.validate(json.loads(out), json.loads((DOCS / "check.schema.json").read_text()))
    return {finding["code"]: finding for finding in json.loads(out)["files"][0]["findings"]}


def test_estimates_become_what_was_measured(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = found(project, capsys)
    after = found(project, capsys, "--image", str(project / "image.tar"))
    assert "measured" not in json.dumps(before["JT104"])
    assert after["JT104"]["impact"]["bytes_saved"] == [4_000_000, 4_000_000]  # type: ignore[index]
    assert after["JT104"]["impact"]["basis"] == "measured"  # type: ignore[index]
    assert after["JT157"]["impact"]["bytes_saved"] == [2_500_000, 2_500_000]  # type: ignore[index]
    assert after.keys() - before.keys() == {"JT010", "JT011", "JT012", "JT014"}
    for code, finding in after.items():
        if finding["impact"].get("bytes_saved") and code not in ("JT011",):  # type: ignore[attr-defined]
            assert str(finding["impact"]["basis"]).startswith("measured") or code not in before, code  # type: ignore[index]


def test_what_only_the_image_shows_has_a_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = found(project, capsys, "--image", str(project / "image.tar"))
    assert {code: after[code]["line"] for code in ("JT010", "JT011", "JT012")} == {"JT010": 3, "JT011": 4, "JT012": 2}
    assert "1.0 MB that line 3 stored" in str(after["JT011"]["message"])
    assert "1 package takes 2.5 MB: vim 2.5 MB" in str(after["JT012"]["message"])
    main(["check", str(project / "Dockerfile"), "--image", str(project / "image.tar")])
    text = capsys.readouterr().out
    assert "measured: 4.0 MB" in text and KEY not in text


def test_what_only_changed_its_owner_is_told_as_stored_twice(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owned = tar_of(("srv/big.tar.gz", "file", b"b" * 700_000))
    (project / "owned.tar").write_bytes(old_layout(BASE, APT, COPIED, owned, history=list(HISTORY)))
    message = str(found(project, capsys, "--image", str(project / "owned.tar"))["JT011"]["message"])
    assert message.startswith(
        "700.0 kB that line 3 stored are stored once more here, only its owner, mode or time changed"
    )


@pytest.mark.parametrize("form", ["sarif", "markdown", "html", "github", "junit", "gitlab", "checkstyle", "sonarqube"])
def test_every_format_takes_them(form: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", str(project / "Dockerfile"), "--image", str(project / "image.tar"), "--format", form])
    out = capsys.readouterr().out
    assert code == 1 and "secret" in out and KEY not in out


def test_an_image_of_another_file_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "Dockerfile").write_text('FROM debian:bookworm\nENTRYPOINT ["a"]\n')
    main(["check", str(project / "Dockerfile"), "--image", str(project / "image.tar")])
    assert "was it built from another file?" in capsys.readouterr().err


def test_it_goes_with_one_dockerfile(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "other").mkdir()
    (project / "other" / "Dockerfile").write_text(DOCKERFILE)
    assert main(["check", str(project), "--image", str(project / "image.tar")]) == 2
    assert "2 were found" in capsys.readouterr().err


def test_the_known_vulnerabilities_of_a_line(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    score = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
    advisory = vim_advisory("DEBIAN-CVE-2026-7", upstream=["CVE-2026-7"], severity=score)
    (known / "advisory.json").write_text(advisory)
    assert "JT013" not in found(known, capsys, "--image", str(known / "known.tar"))
    assert main(["db", "import", str(known / "advisory.json")]) == 0
    capsys.readouterr()
    findings = found(known, capsys, "--image", str(known / "known.tar"))
    told = findings["JT013"]
    assert (told["line"], told["severity"]) == (2, "high")
    assert "at least 1 known vulnerability (1 critical), most in vim 1; data " in str(told["message"])
    worth = told["impact"]["vulnerabilities"]  # type: ignore[index]
    assert (worth["total"], worth["counts"], worth["counts_are"], worth["may_stay"]) == (
        1,
        {"critical": 1},
        "at least",
        False,
    )
    assert worth["data_of"] == "2026-08-01" and worth["data_age_days"] >= 0 and len(worth["sources"]) == 1
    # The rule that speaks of the package is worth as much, one that speaks of something else is not.
    assert findings["JT157"]["impact"]["vulnerabilities"] == worth  # type: ignore[index]
    assert findings["JT104"]["impact"]["vulnerabilities"] is None  # type: ignore[index]
    assert findings["JT010"]["impact"]["secrets"] == 1  # type: ignore[index]
    main(["check", str(known / "Dockerfile"), "--image", str(known / "known.tar")])
    text = capsys.readouterr().out
    assert "counted: at least 1 known vulnerability (1 critical; data " in text
    assert text.count("counted: ") == 1, "what the message tells is not told again"


def test_what_people_decided_not_to_count_is_not_counted(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (known / "advisory.json").write_text(vim_advisory("CVE-2026-7"))
    (known / "second.json").write_text(vim_advisory("CVE-2026-8"))
    assert main(["db", "import", str(known / "advisory.json"), str(known / "second.json")]) == 0
    (known / ".jettison-ignore.toml").write_text(
        '[[ignore]]\nid = "CVE-2026-7"\nreason = "not called"\n[[secret]]\npath = "srv/app.env"\nreason = "revoked"\n'
    )
    capsys.readouterr()
    findings = found(known, capsys, "--image", str(known / "known.tar"))
    assert findings["JT013"]["impact"]["vulnerabilities"]["total"] == 1  # type: ignore[index]
    assert "JT010" not in findings
    assert main(["compare", "known.tar", "known.tar"]) == 0
    assert "at least 1" in capsys.readouterr().out
    (known / ".jettison-ignore.toml").write_text("[[ignore]]\nidd = 1\n")
    assert main(["check", "Dockerfile", "--image", "known.tar"]) == 2
    assert ".jettison-ignore.toml:1" in capsys.readouterr().err


def test_another_base_may_take_the_vulnerabilities_of_this_one(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JETTISON_CACHE", str(project / "cache"))
    base = tar_of(RELEASE, ("var/lib/dpkg/status", "file", STATUS))
    (project / "Dockerfile").write_text("FROM python:3.11\nCOPY app.env /srv/\n")
    history = [{"created_by": "import"}, {"created_by": "COPY app.env /srv/ # buildkit"}]
    (project / "known.tar").write_bytes(old_layout(base, COPIED, history=history))
    (project / "advisory.json").write_text(vim_advisory("DEBIAN-CVE-2026-7"))
    assert main(["db", "import", str(project / "advisory.json")]) == 0
    capsys.readouterr()
    findings = found(project, capsys, "--image", str(project / "known.tar"))
    worth = {code: one["impact"]["vulnerabilities"] for code, one in findings.items()}  # type: ignore[index]
    assert findings["JT013"]["line"] == 1
    assert worth["JT013"]["may_stay"] is False and worth["JT103"]["may_stay"] is True
    assert worth["JT103"]["total"] == 1
    main(["check", str(project / "Dockerfile"), "--image", str(project / "known.tar")])
    assert "counted: up to 1 known vulnerability (1 unknown; data " in capsys.readouterr().out


def test_security_updates_are_told_by_line_without_any_advisory(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = known / "Packages"
    index.write_text("Package: vim\nVersion: 9.1\nArchitecture: amd64\nFilename: pool/updates/main/v/vim.deb\n\n")
    assert main(["db", "import", str(index), "--release", "debian:12"]) == 0
    capsys.readouterr()
    findings = found(known, capsys, "--image", str(known / "known.tar"))
    assert "JT013" not in findings
    assert (findings["JT015"]["line"], findings["JT015"]["severity"]) == (2, "medium")
    message = str(findings["JT015"]["message"])
    assert message.startswith("1 package of this line has a security update of the distribution: vim 9.1; index ")


def test_practice_that_the_file_tells_already_is_not_told_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shadow = ("etc/shadow", "file", b"root::19000:0:99999:7:::\n")
    (tmp_path / "image.tar").write_bytes(old_layout(tar_of(shadow), config={"User": "root"}))
    for text, root in (("FROM debian:bookworm\nUSER root\n", False), ("FROM debian:bookworm\nUSER 1000\n", True)):
        (tmp_path / "Dockerfile").write_text(text)
        main(["check", str(tmp_path / "Dockerfile"), "--format", "json", "--image", str(tmp_path / "image.tar")])
        findings = json.loads(capsys.readouterr().out)["files"][0]["findings"]
        told = {one["message"].split(":")[0] for one in findings if one["code"] == "JT014"}
        assert "DKL-LI-0001" in told
        assert ("CIS-DI-0001" in told) == root
        assert "CIS-DI-0005" not in told


def test_practice_stands_at_the_line_that_brought_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = (
        tar_of_modes({"usr/bin/su": (0o4755, b"x"), "var/cache/apk/x": (0o644, b"x" * 200_000)}),
        tar_of_modes({"usr/bin/sudo": (0o4755, b"x"), "var/cache/apk/y": (0o644, b"x" * 50_000)}),
        tar_of_modes({"srv/open": (0o666, b"x"), "srv/id_rsa": (0o644, b"x"), "srv/a.swp": (0o644, b"x")}),
        tar_of_modes({"srv/new/open": (0o777, b"x"), "srv/new/wide": (0o666, b"x"), "srv/b.swp": (0o644, b"x")}),
    )
    steps = (
        "import",
        "RUN /bin/sh -c sudo make install # buildkit",
        "COPY . /srv # buildkit",
        "COPY new /srv/new # buildkit",
    )
    history = [{"created_by": text} for text in steps]
    (tmp_path / "image.tar").write_bytes(old_layout(*layers, history=history))
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM debian:bookworm\nRUN make install\n\nCOPY . /srv\nCOPY new /srv/new\n")
    main(["check", str(dockerfile), "--format", "json", "--image", str(tmp_path / "image.tar")])
    findings = json.loads(capsys.readouterr().out)["files"][0]["findings"]
    told = {(one["line"], one["message"]) for one in findings if one["code"] == "JT014"}
    assert told >= {
        (1, "CIS-DI-0008: a program that runs with the rights of the owner: usr/bin/su"),
        (2, "CIS-DI-0008: a program that runs with the rights of the owner: usr/bin/sudo"),
        (1, "DKL-DI-0005: a package manager's cache: /var/cache/apk/: 0.2 MB"),
        (2, "DKL-DI-0005: a package manager's cache: /var/cache/apk/: 0.1 MB"),
        (2, "DKL-DI-0001: sudo in the history: USER says who runs a command (line 2)"),
        (4, "JT323: a file or folder that everyone may write: srv/open"),
        (5, "JT323: 2 files and folders that everyone may write: srv/new/open, srv/new/wide"),
        (4, "CIS-DI-0010: files that hold credentials: srv/id_rsa"),
        (4, "DKL-LI-0003: files that no container needs: srv/a.swp"),
        (5, "DKL-LI-0003: files that no container needs: srv/b.swp"),
    }
