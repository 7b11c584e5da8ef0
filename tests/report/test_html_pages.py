"""The pages in a real headless Chromium: what is seen, what is loaded, what hostile names can do."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from browser import Browser
from image.archives import old_layout, tar_of
from jettison.cli.main import main
from jettison.image.archive import read_archive
from jettison.image.attribution import BASE as BASE_ORIGIN
from jettison.image.attribution import Origin
from jettison.image.inspection import inspection_of
from jettison.image.proof_collector import WholeCollector
from jettison.optimize.costs import LineCost
from jettison.optimize.job import optimize
from jettison.optimize.records import Attempt, BackedOut, Request, Side
from jettison.proof.claims import Claim, Proof
from jettison.proof.measure import Measurement
from jettison.report.html.optimize_page import render_outcome_page
from jettison.secretscan.scanner import Scanner
from jettison.vulnerabilities.image_counts import ImageCounts
from jettison.vulnerabilities.vulnerability import DataSource, Findings, Match, Vulnerability

EVIL = "</script><script>window.owned=1</script><img src=x onerror=window.owned=1>"
NAMES = (EVIL, "rtl\u202egpj.exe", "esc\x1b[31mred", "line\u2028sep", "quote\"'&amp;", "bad\udcff")
STATUS = b'Package: <b>evil</b>\nStatus: install ok installed\nVersion: 1"><script>window.owned=1</script>\nArchitecture: amd64\n\n'
BASE = tar_of(
    ("etc/os-release", "file", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian <12>"\n'),
    ("var/lib/dpkg/status", "file", STATUS),
    *((f"srv/{name}", "file", bytes(20_000 + 1000 * n)) for n, name in enumerate(NAMES)),
    ("gone/away", "file", bytes(90_000)),
)
TOP = tar_of(
    ("gone/.wh.away", "file", b""), ("app/server.js", "file", bytes(400_000)), ("app/lib/x.js", "file", bytes(50_000))
)


def page(folder: Path, *arguments: str) -> Path:
    target = folder / "page.html"
    assert main([*arguments, "--html", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspect")
    (folder / "image.tar").write_bytes(old_layout(BASE, TOP))
    return page(folder, "inspect", str(folder / "image.tar"))


def is_quiet(browser: Browser) -> None:
    assert browser.complaints() == []
    assert browser.requests() == []
    assert browser.run("window.owned") is None


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1600])
def test_it_is_readable_and_silent(browser: Browser, inspected: Path, width: int, dark: bool) -> None:
    browser.open(inspected, width, dark=dark)
    is_quiet(browser)
    assert browser.run("document.documentElement.scrollWidth") <= width, "nothing sticks out"
    assert browser.run("document.querySelectorAll('[data-box]').length") > 8
    assert browser.run("document.querySelectorAll('.leaf.hidden').length") >= 1
    colours = browser.run("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    ink, paper = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert (ink > paper) is dark
    assert abs(ink - paper) > 450


def test_boxes_add_up_to_the_image(browser: Browser, inspected: Path) -> None:
    browser.open(inspected)
    total, boxes = browser.run("[data.images[0].total, maps[0].root.size]")
    assert total == boxes == browser.run("maps[0].root.kids.reduce((sum, kid) => sum + kid.size, 0)")
    browser.run("maps[0].setMode('folders')")
    assert browser.run("maps[0].root.size") == total


def test_search_shows_what_holds_all_words(browser: Browser, inspected: Path) -> None:
    browser.open(inspected)
    browser.press("/")
    browser.run("document.querySelector('.search input').focus()")
    browser.type("APP x.js")
    browser.wait("document.querySelector('.search output').textContent !== ''")
    assert (
        browser.run("document.querySelector('.search output').textContent").replace("\u00a0", " ") == "1 files, 50.0 kB"
    )
    assert browser.run("document.querySelector('#hits code').textContent") == "/app/lib/x.js"
    assert browser.run("document.querySelectorAll('.leaf.match').length") == 1
    assert browser.run("[...document.querySelectorAll('#packages tbody tr')].every((row) => row.hidden)")
    is_quiet(browser)


def test_keys_open_and_leave_a_folder(browser: Browser, inspected: Path) -> None:
    browser.open(inspected)
    browser.run(
        "maps[0].focusOn([...document.querySelectorAll('[data-box]')].find((g) => maps[0].nodeOf(g).path === '/app'))"
    )
    browser.press("Enter", 13)
    assert browser.run("maps[0].top.path") == "/app"
    assert browser.run("document.querySelectorAll('.crumbs button').length") > 1
    browser.press("ArrowRight", 39)
    assert browser.run("document.querySelector('.detail').textContent").startswith("/app/")
    browser.press("Escape", 27)
    assert browser.run("maps[0].top.path") == "layer 1: step 1"


def test_the_theme_toggles(browser: Browser, inspected: Path) -> None:
    browser.open(inspected)
    colour = "getComputedStyle(document.body).backgroundColor"
    before = browser.run(colour)
    browser.run("document.getElementById('theme').click()")
    assert browser.run(colour) != before
    browser.run("document.getElementById('theme').click()")
    assert browser.run(colour) == before
    browser.run("localStorage.clear()")
    is_quiet(browser)


def test_tables_sort_by_value(browser: Browser, inspected: Path) -> None:
    browser.open(inspected)
    sizes = "[...document.querySelectorAll('#layers tbody tr')].map((row) => Number(row.cells[2].dataset.v))"
    head = "document.querySelectorAll('#hidden th button, #packages th button')"
    assert browser.run(sizes) == browser.run(f"{sizes}.slice()")
    assert browser.run(f"{head}.length") == 0, "a table of one row has nothing to sort"
    browser.run("[...document.querySelectorAll('#files th button')].find((b) => b.textContent === 'File').click()")
    names = browser.run("[...document.querySelectorAll('#files table')].at(-1).tBodies[0].textContent")
    assert names.index("/app/lib/x.js") < names.index("/app/server.js")


def test_it_is_a_table_without_scripts(browser: Browser, inspected: Path) -> None:
    browser.open(inspected, scripts=False)
    is_quiet(browser)
    shown = browser.run("document.body.innerText")
    for part in ("Layers", "Hidden bytes", "/gone/away", "/app/server.js", "<b>evil</b>"):
        assert part in shown
    assert browser.run("getComputedStyle(document.querySelector('.map')).display") == "none"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_file_names_nothing_to_load(inspected: Path) -> None:
    text = inspected.read_text()
    elements = _Elements()
    elements.feed(text)
    assert sum(tag == "script" for tag, _ in elements.found) == 2
    assert not any(tag in ("img", "iframe", "object", "b") for tag, _ in elements.found)
    for tag, attributes in elements.found:
        assert not any(name.startswith("on") or name in ("style", "src") for name in attributes), (tag, attributes)
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert not any(char in text for char in "\u202e\u2028\x1b")
    data = re.search(r'id="data">(.*?)</script>', text)
    assert data is not None and json.loads(data[1])["images"][0]["files"]
    assert "'unsafe" not in text and "default-src 'none'" in text


def test_a_large_image_makes_a_small_page(browser: Browser, tmp_path: Path) -> None:
    many = tar_of(*((f"d{n % 300}/e{n % 7}/f{n}", "file", b"x" * (1 + n % 90)) for n in range(30_000)))
    (tmp_path / "image.tar").write_bytes(old_layout(many))
    found = page(tmp_path, "inspect", str(tmp_path / "image.tar"))
    assert found.stat().st_size < 1_500_000
    browser.open(found)
    is_quiet(browser)
    assert browser.run("maps[0].root.size") == browser.run("data.images[0].total")
    assert browser.run("maps[0].root.count") == 30_000
    assert "20,000 smaller files" in browser.run("document.getElementById('bytes').innerText")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    (folder / "a.tar").write_bytes(old_layout(BASE, TOP))
    (folder / "b.tar").write_bytes(old_layout(tar_of(("app/server.js", "file", bytes(100_000)), (EVIL, "file", b"x"))))
    return page(folder, "compare", str(folder / "a.tar"), str(folder / "b.tar"))


@pytest.mark.parametrize("width", [400, 1600])
def test_two_images_stand_on_one_scale(browser: Browser, compared: Path, width: int) -> None:
    browser.open(compared, width)
    is_quiet(browser)
    assert browser.run("document.documentElement.scrollWidth") <= width
    area = """maps.map((map) => [...map.svg.querySelectorAll(".boxes > [data-box]")]
        .filter((g) => !maps[maps.indexOf(map)].nodeOf(g).path.startsWith("/"))
        .map((g) => g.querySelector("rect")).reduce((sum, r) => sum + r.getAttribute("width") * r.getAttribute("height"), 0))"""
    before, after = browser.run(area)
    totals = browser.run("data.images.map((image) => image.total)")
    assert after / before == pytest.approx(totals[1] / totals[0], rel=0.06)
    browser.run("document.querySelector('.scale input').click()")
    before, after = browser.run(area)
    assert after / before == pytest.approx(1, rel=0.06)
    shown = browser.run("document.body.innerText")
    for part in ("deb <b>evil</b>", "removed", "added", "changed", "/app/server.js"):
        assert part in shown


def outcome_page(folder: Path) -> Path:
    """Return the page of an outcome with hostile texts in every place, and real images."""
    (folder / "Dockerfile").write_text(f"FROM debian:bookworm\n# {EVIL}\nCOPY . /app\nRUN echo '{EVIL}'\n")
    static = optimize(Request(str(folder), build=False), lambda text: None)
    sides = []
    for layers in ((BASE, TOP), (TOP,)):
        scanner = Scanner()
        image = read_archive(io.BytesIO(old_layout(*layers)), WholeCollector(scanner))
        origins = (BASE_ORIGIN, Origin(4, "RUN"))[-len(layers) :]
        seen = inspection_of("image", image, scanner)._replace(origins=origins)
        costs = (LineCost(None, EVIL, 225_000, None), LineCost(4, f"RUN \u202e{EVIL}", 450_000, 2.5, True, 17))
        sides.append(Side(seen, len(seen.inventory.packages), costs))
    before = Measurement(675_000, 9_000, 2, 500, 12.5, 11.0, EVIL, EVIL)
    after = dataclasses.replace(before, size_unpacked=450_000, cold_build_seconds=3.0, user="1000")
    claims = (Claim("http", EVIL, "proven", (EVIL, "esc\x1b[31m")), Claim("stop", "it stops", "not proven"))
    outcome = dataclasses.replace(
        static,
        verdict="not proven",
        unproven_reason=EVIL,
        build_failure=f"\x1b[31m{EVIL}\n",
        diff=f"--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1 @@\n-FROM a\n+FROM {EVIL}\n\u202e\n",
        before=before,
        after=after,
        proof=Proof(claims),
        attempts=(Attempt(EVIL, (EVIL,), "not built", EVIL, 1_000),),
        backed_out=(BackedOut("user", f"refuted: {EVIL}", (EVIL,)),),
        sides=tuple(sides),
    )
    target = folder / "optimize.html"
    one = Vulnerability("CVE-2026-1", summary=EVIL, severity="critical", score=9.8)
    data = (DataSource(EVIL, "2026-01-01", 300, True, 10),)
    packages = sides[0].inspection.inventory.packages
    known = (Findings(packages, (Match(0, one, ("2",), "fixed"),), data=data), Findings((), data=data))
    counts = ImageCounts((("critical", 1),), 0, 1, 1, True, "2026-01-01", 300)
    both = tuple(
        dataclasses.replace(side, known=each, vulnerabilities=counts) for side, each in zip(sides, known, strict=True)
    )
    target.write_text(render_outcome_page(dataclasses.replace(outcome, sides=both)))
    return target


@pytest.mark.parametrize("width", [400, 1600])
def test_an_optimisation_is_shown_with_its_proof(browser: Browser, tmp_path: Path, width: int) -> None:
    browser.open(outcome_page(tmp_path), width)
    is_quiet(browser)
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run("maps.map((map) => map.root.kids.map((kid) => kid.name))")[0][0].startswith("line 4: RUN")
    assert browser.run("maps.map((map) => map.root.size)") == browser.run("data.images.map((image) => image.total)")
    assert browser.run("document.querySelectorAll('.diff .add').length") == 1
    assert browser.run("document.querySelector('.diff .add b').textContent") == "FROM"
    assert browser.run("document.querySelectorAll('#proof .claims > li').length") == 2
    assert EVIL in browser.run("document.querySelector('#tried').innerText")
    assert "1 gone" in browser.run("document.querySelector('#packages').innerText")
    assert "17" in browser.run("document.querySelector('#lines').innerText")
    if width > 1000:
        browser.open(tmp_path / "optimize.html", 1200)
        cut = "[...document.querySelectorAll('#lines .scroll')].filter((each) => each.scrollWidth > each.clientWidth).length"
        assert browser.run(cut) == 0
    vulnerabilities = browser.run("document.querySelector('#vulnerabilities').innerText")
    assert "at least 1" in vulnerabilities and "gone" in vulnerabilities and "CVE-2026-1" in vulnerabilities


def test_a_result_without_an_engine_has_a_page(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN apt-get update\n")
    target = tmp_path / "page.html"
    main(["optimize", "--no-build", str(tmp_path), "--html", str(target)])
    browser.open(target)
    is_quiet(browser)
    assert "JT" in browser.run("document.getElementById('findings').innerText")


def test_a_scan_is_a_page_of_the_same_kind(browser: Browser, inspected: Path) -> None:
    target = inspected.parent / "scan.html"
    main(["scan", str(inspected.parent / "image.tar"), "--html", str(target)])
    for width in (400, 1600):
        browser.open(target, width)
        is_quiet(browser)
        assert browser.run("document.documentElement.scrollWidth") <= width
    browser.run("document.querySelector('.search input').focus()")
    browser.type("root")
    browser.wait("[...document.querySelectorAll('#practice tbody tr')].some((row) => row.hidden)")
    assert "it runs as root" in browser.run("document.getElementById('practice').innerText")


def test_a_small_change_is_not_called_the_same() -> None:
    from jettison.report.html.compare_page import change_figure

    assert "before 95, 1 more" in change_figure("Packages", 95, 96)
    assert "before 1.0 MB, 10.0 kB less" in change_figure("Size", 1_000_000, 990_000, "bytes")
    assert "before 95, same" in change_figure("Packages", 95, 95)
    assert "before 10, 2.0 x more" in change_figure("Packages", 10, 20)
