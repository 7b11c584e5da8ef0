"""A large layer is read in parts that begin where a header seems to be: the result is that of one reading."""

from __future__ import annotations

import random
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from jettison.image import layer_pool
from jettison.image.archive import read_file
from jettison.image.collect import LayerFacts
from jettison.image.proof_collector import ProofCollector

from .archives import old_layout, tar_of


def layer(seed: int, nested: bool) -> bytes:
    """Return a layer's tar; nested: some are tars themselves, whose headers are none of the layer's."""
    random_ = random.Random(seed)
    found: dict[str, bytes] = {}
    for number in range(random_.randrange(1, 60)):
        name = f"d{random_.randrange(5)}/{'n' * random_.choice([1, 90, 150, 300])}{number}"
        content = random_.randbytes(random_.choice([0, 1, 511, 512, 513, 3000, 9000]))
        if nested and random_.random() < 0.4:
            content = tar_of(*((f"in/{n}", "file", random_.randbytes(700)) for n in range(random_.randrange(1, 9))))
        found[name] = content
    form = random_.choice([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    return tar_of(*((name, "file", content) for name, content in found.items()), form=form)


def entries(facts: LayerFacts) -> list[tuple[object, ...]]:
    return [(path, e.kind, e.size, e.mode, e.check, e.at, e.digest) for path, e in facts.entries.items()]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("processes", [1, 2])
def test_parts_are_the_whole(nested: bool, processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_pool, "MAX_PROCESSES", processes)
    monkeypatch.setattr(layer_pool, "MIN_PARALLEL", 0)
    kinds: Counter[str] = Counter()
    do = layer_pool.do
    monkeypatch.setattr(layer_pool, "do", lambda task, collector: (kinds.update([task.kind]), do(task, collector))[1])
    for seed in range(200 if processes == 1 else 12):
        path = tmp_path / "image.tar"
        path.write_bytes(old_layout(layer(seed, nested), layer(seed + 1, nested)))
        monkeypatch.setattr(layer_pool, "MIN_PART", 1 << 30)
        whole = read_file(str(path), ProofCollector())
        monkeypatch.setattr(layer_pool, "MIN_PART", 2048)
        parts = read_file(str(path), ProofCollector())
        assert [entries(one) for one in parts.facts] == [entries(one) for one in whole.facts], seed
    if processes == 1:
        # Most parts fit together at once; where headers are none of the layer's, some have to be read again.
        assert kinds["scan"] > 500 and kinds["exact"] > (150 if nested else 50), kinds
