"""Fuzzes one target, led by what it reaches, until it is stopped or finds a bug.

    pip install atheris
    python tests/fuzz/run.py TARGET [-max_total_time=300] [-rss_limit_mb=1024] [FOLDER]

The options are libFuzzer's; FOLDER keeps what was found on the way. An input that breaks the target is written to the
working folder as crash-..., and `python tests/fuzz/run.py TARGET crash-...` runs it again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["jettison"]):
    from fuzz.targets import TARGETS

from fuzz.seeds import seeds


def main() -> None:
    """Run the target that the command line names."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"{__doc__}\nTARGET is one of {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "seeds"
        corpus.mkdir()
        for number, data in enumerate(seeds(Path(folder) / "advisories")[name]):
            (corpus / str(number)).write_bytes(data)
        again = any(Path(one).is_file() for one in sys.argv[1:])
        atheris.Setup(sys.argv if again else [*sys.argv, str(corpus)], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
