"""Texts of Dockerfiles as reports show them: what any detector knows is masked."""

from __future__ import annotations

import random

from jettison.model.dockerfile import build_model
from jettison.report.mask import every_secret_value, masked, masked_diff
from jettison.syntax.tree import parse

CHANCE = random.Random(71)
GRAFANA = "glsa_" + "".join(CHANCE.choices("ABCDEFGHabcdefgh23456789", k=32)) + "_1a2b3c4d"
PLAIN = "correct-horse-9"
TEXT = f"FROM debian:bookworm\nENV DB_PASSWORD={PLAIN}\nRUN ./push --key {GRAFANA}\nRUN make\n".encode()


def test_no_value_is_in_the_text_or_its_diff() -> None:
    shown = masked(TEXT).decode() + masked_diff(TEXT, TEXT.replace(b"make", b"make all"), "Dockerfile")
    assert GRAFANA not in shown
    assert PLAIN not in shown
    assert "+RUN make all" in shown


def test_a_text_without_secrets_stays_as_it_is() -> None:
    text = b"FROM debian:bookworm\nRUN echo \xff\xfe a:b@c\n"
    assert masked(text) == text


def test_the_values_are_known_to_the_redactor_of_builds() -> None:
    assert {GRAFANA, PLAIN} <= set(every_secret_value(build_model(parse(TEXT))))
