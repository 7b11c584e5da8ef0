"""Layers over layers: the short way for layers that only add and replace files gives what the long way gives."""

from __future__ import annotations

import random
from typing import Any

import pytest

from jettison.image.collect import LayerFacts
from jettison.image.stack import Stack, _marks
from jettison.image.tar_header import Entry

NAMES = ("a", "b", "c", "bin", "x.py")
KINDS = ("file", "file", "file", "file", "dir", "dir", "link", "hardlink")


def random_layer(random_: random.Random, wild: bool) -> LayerFacts:
    """Return a small layer; wild: with marks of deletion, links in the way and names twice."""
    facts = LayerFacts()
    names: list[str] = []
    for _ in range(random_.randrange(1, 12)):
        folder = random_.choice(["", "usr", "usr/lib", "usr/lib/a", "bin", "a"])
        name = random_.choice(NAMES)
        if wild and random_.random() < 0.15:
            name = f".wh.{name}" if random_.random() < 0.8 else ".wh..wh..opq"
        path = f"{folder}/{name}" if folder else name
        kind = random_.choice(KINDS if wild else KINDS[:5] + KINDS[-1:])
        if not wild and (path in names or (kind != "dir" and name in ("a", "bin"))):
            continue
        link = (
            random_.choice(names or ["usr/lib/c"]) if kind == "hardlink" else random_.choice(["usr", "/usr/lib", "b"])
        )
        size = random_.randrange(0, 50) if kind == "file" else 0
        entry = Entry(path, kind, size, 0o644, 0, 0, link if kind in ("link", "hardlink") else "", 0)
        facts.columns.add(path, entry, size, random_.randrange(3), -1)
        facts.size += size
        names.append(path)
    return facts


def layers(seed: int, wild: bool) -> list[LayerFacts]:
    random_ = random.Random(seed)
    return [random_layer(random_, wild and number % 2 == 1) for number in range(random_.randrange(2, 6))]


def told(stack: Stack) -> tuple[Any, ...]:
    """Return everything that a stack says, without the identity of its entries."""

    def entry(one: Any) -> Any:
        return one and (one.kind, one.size, one.link, one.layer, one.check, entry(one.original))

    files = [(path, entry(one)) for path, one in stack.files.items()]
    covered = [(row.path, entry(row.entry), row.by, entry(row.replacement)) for row in stack.covered]
    return files, covered, stack.changes, stack.total, stack.smallest(), sorted(map(tuple, stack._names.values()))


@pytest.mark.parametrize("wild", [False, True])
def test_both_ways_lead_to_the_same(wild: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    short = 0
    for seed in range(1500):
        quick = Stack()
        for number, facts in enumerate(layers(seed, wild)):
            numbers = facts.unfold(number, quick.files.rows)
            short += quick._simple(facts, _marks(facts), numbers) is not None
            quick.lay(facts, number)
        with monkeypatch.context() as patch:
            patch.setattr(Stack, "_simple", lambda *_: None)
            slow = Stack()
            for number, facts in enumerate(layers(seed, wild)):
                slow.lay(facts, number)
        assert told(quick) == told(slow), seed
    assert short > 1000
