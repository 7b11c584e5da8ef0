"""Named tuples of `jettison.named_tuple` are what `typing` makes of the same class, and no run has an annotation compiled."""

from __future__ import annotations

import pickle
import subprocess
import sys
import typing
from collections.abc import Callable

import pytest

from jettison import named_tuple


class Ours(named_tuple.NamedTuple):
    """A record."""

    name: str
    sizes: tuple[int, ...] = ()
    count_of: dict[str, int] | None = None

    @property
    def total(self) -> int:
        """Return the sum."""
        return sum(self.sizes)

    def __str__(self) -> str:
        return f"{self.name}: {self.total}"


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    sizes: tuple[int, ...] = ()
    count_of: dict[str, int] | None = None

    @property
    def total(self) -> int:
        """Return the sum."""
        return sum(self.sizes)

    def __str__(self) -> str:
        return f"{self.name}: {self.total}"


LOOKS: list[Callable[[typing.Any], object]] = [
    lambda kind: kind("a"),
    lambda kind: kind("a", sizes=(1, 2))._replace(name="b").total,
    lambda kind: str(kind("a", (3,))),
    lambda kind: repr(kind("a")).partition("(")[2],
    lambda kind: hash(kind("a")),
    lambda kind: kind("a") == ("a", (), None),
    lambda kind: pickle.loads(pickle.dumps(kind("a", (1,)))),
    lambda kind: type(pickle.loads(pickle.dumps(kind("a")))) is kind,
    lambda kind: kind("a")._asdict(),
    lambda kind: (kind._fields, kind._field_defaults, kind.__bases__, kind.__doc__, kind.__module__),
    lambda kind: kind.__qualname__ == kind.__name__,
    lambda kind: typing.get_type_hints(kind),
    lambda kind: hasattr(kind("a"), "__dict__"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_record_is_what_typing_makes(look: Callable[[typing.Any], object]) -> None:
    assert look(Ours) == look(Theirs)


@pytest.mark.parametrize(
    "make", [lambda kind: kind(), lambda kind: kind("a", other=1), lambda kind: setattr(kind("a"), "name", "b")]
)
def test_what_typing_refuses_is_refused(make: Callable[[typing.Any], object]) -> None:
    for kind in (Ours, Theirs):
        with pytest.raises((TypeError, AttributeError)):
            make(kind)


def test_a_field_without_default_comes_first() -> None:
    body = {"__module__": __name__, "__annotations__": {"a": "int", "b": "int"}, "a": 1}
    with pytest.raises(TypeError, match="default"):
        type(named_tuple.NamedTuple)("Wrong", (named_tuple.NamedTuple,), body)


def test_check_has_no_annotation_compiled(tmp_path: typing.Any) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\nCMD python x.py\n")
    program = """
import sys, typing
def none(*given, **more):
    raise AssertionError(f"an annotation: {given[:1]}")
typing.ForwardRef = none
from jettison.cli.main import main
sys.exit(main(["check", "--exit-zero", sys.argv[1]]))
"""
    done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
