"""The ports that EXPOSE names, and whether a port of an image is one of them."""

from __future__ import annotations

import pytest

from jettison.model.ports import exposed_range, is_exposed


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("8080", (8080, 8080, "tcp")),
        ("53/UDP", (53, 53, "udp")),
        ("8000-8010/tcp", (8000, 8010, "tcp")),
        ("90-80", None),
        ("80000", None),
        ("127.0.0.1:80:80", None),
        ("", None),
    ],
)
def test_words(word: str, found: tuple[int, int, str] | None) -> None:
    assert exposed_range(word) == found


def test_a_port_of_a_range_is_named() -> None:
    words = ("5000-5002", "53/udp", "$PORT")
    assert all(is_exposed(port, words) for port in ("5000/tcp", "5002/tcp", "53/udp"))
    assert not any(is_exposed(port, words) for port in ("5003/tcp", "53/tcp", "5000/udp"))
