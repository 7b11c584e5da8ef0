"""Texts of an image that would steer a terminal, a page or a CI log: every place they can stand, every output."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.cli.scan import FORMATS as SCAN_FORMATS

from .archives import config_of, tar_of

MARKS = {
    "osc": "\x1b]0;title\x07", "csi": "\x1b[2J", "c1": "\x9b31m", "bell": "\x07", "return": "\rfake", "backspace": "\b\b\b",
    "bidi": "\u202egnp.", "isolate": "\u2066x\u2069", "zero width": "a\u200bb", "line separator": "a\u2028b", "nul": "a\x00b",
    "delete": "\x7f", "vertical tab": "\x0b", "bom": "\ufeff", "tag": "\U000e0041", "no UTF-8": "\udcff",
    "workflow command": "\n::error::x\n", "pipelines": "\n##vso[task.x]y\n", "html": "<script>alert(1)</script>",
    "markdown": "|`x`|\n# title\n![i](http://example.org)",
}  # fmt: skip
CHECKS = ("text", "github", "markdown", "html", "sarif")
OUTPUTS = {
    "inspect text": ["inspect", "{}"],
    "inspect json": ["inspect", "--format", "json", "{}"],
    "inspect markdown": ["inspect", "--format", "markdown", "{}"],
    "compare text": ["compare", "{}", "{other}"],
    "compare json": ["compare", "--format", "json", "{}", "{other}"],
    "compare markdown": ["compare", "--format", "markdown", "{}", "{other}"],
    "cyclonedx": ["sbom", "{}"],
    "spdx": ["sbom", "--format", "spdx", "{}"],
    "secrets text": ["secrets", "--confidence", "low", "{}"],
    "secrets json": ["secrets", "--confidence", "low", "--format", "json", "{}"],
    **{f"scan {name}": ["scan", "--all", "--format", name, "{}"] for name in SCAN_FORMATS},
    **{f"check {name}": ["check", "--image", "{}", "--exit-zero", "--format", name, "{file}"] for name in CHECKS},
}
# Those that a program reads as JSON; in the others a line that begins with :: is a command of the writer's own.
JSON = {
    "cyclonedx",
    "spdx",
    "scan sarif",
    "scan openvex",
    "scan cyclonedx",
    "check sarif",
}
FORBIDDEN = {
    chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x200B, 0x2028, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE0041)
} - {"\n", "\t"}


def known(folder: Path, mark: str) -> str:
    """Return an advisory on the image's package with the mark in its texts."""
    plain = mark.replace("\x00", "0").encode("utf-8", "replace").decode()
    advisory = {
        "id": "DEBIAN-CVE-2026-1", "upstream": ["CVE-2026-1"], "modified": "2026-08-01T00:00:00Z", "summary": f"s{plain}",
        "references": [{"type": "WEB", "url": f"https://example.org/{plain}"}],
        "affected": [{"package": {"ecosystem": "npm", "name": "n"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}],
    }  # fmt: skip
    path = folder / "advisory.json"
    path.write_text(json.dumps(advisory))
    return str(path)


def archive(folder: Path, mark: str) -> str:
    """Return an archive with the mark in every text that an image has."""
    plain = mark.replace("\x00", "0")
    name = plain.replace("/", "_") + ".txt"
    clean = plain.encode("utf-8", "surrogateescape")
    status = b"Package: pk%s\nStatus: install ok installed\nVersion: 1%s\nArchitecture: amd64\n\n" % (
        (clean.replace(b"\n", b""),) * 2
    )
    layers = [
        tar_of(
            ("etc/os-release", "file", b'ID=debian\nPRETTY_NAME="D%s"\n' % clean.replace(b"\n", b"")),
            ("etc/passwd", "file", b"u%s::0:0::/:/bin/sh\nu%s::0:0::/:/bin/sh\n" % (clean, clean)),
            ("etc/shadow", "file", b"u%s::1:\n" % clean),
            ("var/lib/dpkg/status", "file", status),
            (f"node_modules/{name}/package.json", "file", json.dumps({"name": "n", "version": "1.0.0", "license": plain}).encode()),
            (f"srv/{name}", "file", b"x" * 3000), (f"srv/copy{name}", "file", b"x" * 3000), (f"srv/gone{name}", "file", b"g" * 900),
            (f"l{name}", "link", plain),
        ),
        tar_of((f"srv/.wh.gone{name}", "file", b""), (f"srv/{name}", "file", b"y" * 3000)),
    ]  # fmt: skip
    config = json.loads(config_of(layers))
    config["history"] = [{"created_by": f"RUN a{plain}"}, {"created_by": f"COPY b{plain}"}]
    config["config"] = {
        "User": f"u{plain}", "Env": [f"NAME{plain}=v"], "Labels": {f"k{plain}": f"v{plain}"}, "Cmd": [f"c{plain}"],
        "WorkingDir": f"/w{plain}", "ExposedPorts": {f"80{plain}": {}}, "Entrypoint": [f"e{plain}"],
    }  # fmt: skip
    config["architecture"], config["os"] = f"amd64{plain}", "linux"
    text = json.dumps(config).encode()
    config_name = hashlib.sha256(text).hexdigest() + ".json"
    manifest = json.dumps(
        [{"Config": config_name, "RepoTags": [f"t{plain}:1"], "Layers": ["0/layer.tar", "1/layer.tar"]}]
    )
    members = [("0/layer.tar", "file", layers[0]), ("1/layer.tar", "file", layers[1]), (config_name, "file", text)]
    path = folder / "image.tar"
    path.write_bytes(tar_of(*members, ("manifest.json", "file", manifest.encode())))
    return str(path)


@pytest.mark.parametrize("mark", MARKS)
def test_no_output_carries_what_steers(
    mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache"))
    (tmp_path / "other").mkdir()
    target, other = archive(tmp_path, MARKS[mark]), archive(tmp_path / "other", "plain")
    file = tmp_path / "Dockerfile"
    file.write_bytes(
        b"FROM a\nRUN a%s\nCOPY b /\n"
        % MARKS[mark].replace("\n", "").replace("\0", "0").encode("utf-8", "surrogateescape")
    )
    assert main(["db", "import", known(tmp_path, MARKS[mark])]) == 0
    capsys.readouterr()
    for name, arguments in OUTPUTS.items():
        places = {"{other}": other, "{}": target, "{file}": str(file)}
        code = main([places.get(text, text) for text in arguments])
        out, err = capsys.readouterr()
        assert code in (0, 1), (name, err)
        for text in (out, err):
            assert not FORBIDDEN & set(text), (name, sorted(map(hex, map(ord, FORBIDDEN & set(text)))))
            text.encode("utf-8")
            own = name == "check github"
            commands = [line for line in text.splitlines() if line.lstrip().startswith(("::", "##vso"))]
            assert not [line for line in commands if not own or "::error::x" in line or "##vso" in line], name
        if "json" in name or name in JSON:
            json.loads(out)
        if "markdown" in name:
            assert (
                "<script" not in out
                and "\n# title" not in out
                and "](http://example.org)" not in out.replace("\\]", "")
            )
        if "html" in name:
            assert "<script>alert(1)" not in out
    page = tmp_path / "page.html"
    for arguments in (["inspect", target], ["compare", target, other]):
        assert main([*arguments, "--html", str(page)]) == 0
        capsys.readouterr()
        html = page.read_text()
        assert not FORBIDDEN & set(html)
        assert "<script>alert(1)" not in html


@pytest.mark.parametrize("mark", MARKS)
def test_no_error_carries_what_steers(mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "image.tar"
    config = config_of([b""])
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": [MARKS[mark]], "Layers": [f"layer{MARKS[mark]}"]}]).encode()
    path.write_bytes(tar_of((name, "file", config), ("manifest.json", "file", manifest)))
    for arguments in (
        ["inspect", str(path)],
        ["inspect", f"{path}:none"],
        ["sbom", str(path)],
        ["compare", str(path), str(path)],
    ):
        assert main(arguments) == 6
        out, err = capsys.readouterr()
        assert out == "" and err
        assert not FORBIDDEN & set(err), err
        assert not any(line.lstrip().startswith(("::", "##vso")) for line in err.splitlines())


def test_there_are_enough_cases() -> None:
    assert len(MARKS) * (len(OUTPUTS) + 2) >= 150
