"""A secret of every detector, in every place of an image that can hold it."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from jettison.cache_folder import cache_folder
from jettison.cli.main import main
from jettison.cli.scan import FORMATS as SCAN_FORMATS
from jettison.image.inspection import Inspection, inspect
from jettison.image.layer_cache import expanded, results_folder
from jettison.report.formats import FORMATS as CHECK_FORMATS
from jettison.secretscan.detectors import load_detectors
from jettison.secretscan.scanner import Scanner

from .images import image
from .samples import Sample, all_samples, raw_detectors

SAMPLES = all_samples()
# Of stores of keys a mark is told of, which is everybody's.
TEXTS = [sample for sample in SAMPLES if sample.text.isascii()]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image with a folder for each detector: its file lives on in one layer and is deleted from another."""
    live = [(f"srv/{s.id}/{s.path}", b"# settings\n" + s.text + b"\n") for s in SAMPLES]
    gone = [(f"tmp/{s.id}/{s.path}", s.text) for s in SAMPLES]
    whiteouts = [(f"tmp/.wh.{s.id}", b"") for s in SAMPLES]
    general = [s for s in SAMPLES if not _of_path(s)]
    config = {"Env": [f"CONF_{n}={_line(s)}" for n, s in enumerate(general)]}
    history = [
        {"created_by": "COPY . /srv"},
        {"created_by": "COPY . /tmp"},
        {"created_by": "RUN rm -r /tmp/*"},
        *({"created_by": f"RUN /bin/sh -c app --with '{_line(s)}'", "empty_layer": True} for s in general),
        *(
            {"created_by": f"RUN |1 CONF_{n}={_line(s)} /bin/sh -c make", "empty_layer": True}
            for n, s in enumerate(general)
        ),
    ]
    return image(tmp_path_factory.mktemp("planted"), [live, gone, whiteouts], config, history)


@pytest.fixture(scope="module")
def planted(archive: str) -> Inspection:
    return inspect(archive)


def _of_path(sample: Sample) -> bool:
    return any(d.id == sample.id and d.path for d in load_detectors().all)


def _line(sample: Sample) -> str:
    return sample.text.decode()


def test_there_are_enough_and_each_is_complete() -> None:
    raw = raw_detectors()
    entries = [*raw["shaped"], *raw["near"], *raw["settings"]]
    assert len(entries) >= 150
    assert len({entry["id"] for entry in entries}) == len(entries)
    assert [entry["id"] for entry in entries if not entry["source"] or not entry["title"]] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.id)
def test_it_is_found_in_a_file(sample: Sample, scanner: Scanner) -> None:
    data = b"first\n" + sample.text + b"\nlast\n"
    hit = next(hit for hit in scanner.text(sample.path, data) if hit.detector == sample.id)
    assert data[hit.offset :].startswith(sample.value)
    assert hit.line == (0 if b"\0" in data else data[: hit.offset].count(b"\n") + 1)


@pytest.mark.parametrize("seed", range(1, 6))
def test_other_values_of_the_same_form_are_found_too(seed: int, scanner: Scanner) -> None:
    missed = [s.id for s in all_samples(seed) if s.id not in {hit.detector for hit in scanner.text(s.path, s.text)}]
    # A value may by chance be too regular to be random; that is what the entropy of a detector is for.
    assert len(missed) <= 2, missed


def test_live_and_deleted_files_tell_of_it(planted: Inspection) -> None:
    found = {(f.path.split("/")[1], f.layer, f.visible) for f in planted.secrets if f.where == "file"}
    missed = [s.id for s in SAMPLES if not {(s.id, 0, True), (s.id, 1, False)} <= found]
    assert missed == []


def test_environment_history_and_build_arguments_tell_of_it(planted: Inspection) -> None:
    general = [s for s in SAMPLES if not _of_path(s)]
    names = {f"CONF_{n}": s.id for n, s in enumerate(general)}
    for where in ("env", "build-arg"):
        told = [f for f in planted.secrets if f.where == where]
        # Where a value has blanks, an argument's name is not known: then the kind of secret has to be told.
        found = {names.get(f.path, f.detector) for f in told}
        assert sorted(set(names.values()) - found) == [], where
    in_history = sum(f.where == "history" for f in planted.secrets)
    assert in_history >= len(general)


def test_no_value_is_in_a_finding(planted: Inspection) -> None:
    told = repr(planted.secrets) + repr([facts.hits for facts in planted.image.facts])
    assert [s.id for s in TEXTS if s.value.decode() in told] == []


COMMANDS = [
    *(["inspect", "ONE", "--format", name] for name in ("text", "json", "markdown")),
    ["inspect", "ONE", "--html", "OUT"],
    *(["secrets", "ONE", "--confidence", "low", "--format", name] for name in ("text", "json")),
    *(["scan", "ONE", "--all", "--format", name] for name in SCAN_FORMATS),
    *(["compare", "ONE", "TWO", "--format", name] for name in ("text", "json", "markdown")),
    ["compare", "ONE", "TWO", "--html", "OUT"],
    *(["sbom", "ONE", "--format", name] for name in ("cyclonedx", "spdx")),
    *(["check", "FILE", "--image", "ONE", "--format", name] for name in CHECK_FORMATS),
]


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Read each image once for all formats: what is read does not hang on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jettison.image.inspection.inspect", cache(_inspect))
        yield


def _inspect(
    name: str, engine: str | None = None, platform: str = "", model: object = None, digests: bool = False
) -> Inspection:
    return inspect(name, engine, platform, None, digests)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_prints_a_value_in_any_format(
    command: list[str], archive: str, read_once: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path(archive).parent / "other"
    other.mkdir(exist_ok=True)
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /srv\nCOPY . /tmp\nRUN rm -r /tmp/*\n")
    places = {"ONE": archive, "OUT": str(tmp_path / "out.html"), "FILE": str(tmp_path / "Dockerfile")}
    places["TWO"] = image(other, [[("a", b"x")]])
    assert main([places.get(word, word) for word in command]) in (0, 1)
    out, err = capsys.readouterr()
    page = tmp_path / "out.html"
    told = out + err + (page.read_text() if page.exists() else "")
    assert told
    values = {s.id: s.value.decode() for s in TEXTS}
    assert [name for name, value in values.items() if value in told or _quoted(value) in told] == []


def _quoted(value: str) -> str:
    """Return a value as JSON and pages write it."""
    return json.dumps(value)[1:-1] if '"' in value or "\n" in value else html.escape(value)


def test_no_value_is_kept_in_the_cache(archive: str) -> None:
    inspect(archive)
    kept = b"".join(path.read_bytes() for path in Path(cache_folder()).rglob("*") if path.is_file())
    folder = results_folder()
    assert folder is not None
    unpacked = [piece for path in Path(folder).iterdir() for piece in expanded(path.read_bytes())]
    assert unpacked
    kept += b"".join(unpacked)
    assert [s.id for s in TEXTS if s.value in kept] == []
