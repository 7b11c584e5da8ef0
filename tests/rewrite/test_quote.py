"""The configuration of an image as instructions."""

from __future__ import annotations

from jettison.image.image import ImageConfig
from jettison.rewrite.quote import config_lines, quoted
from jettison.syntax.tree import parse


def test_a_word_is_read_back() -> None:
    for value in ("", "a b", 'say "hi"', "$HOME", "C:\\x", "plain"):
        node = parse(f"ENV A={quoted(value)}\n".encode()).instructions[0]
        assert node.pairs[0][1] is not None
        assert node.pairs[0][1].value.replace("\\$", "$") == value


def test_nothing_of_an_image_becomes_an_instruction_of_its_own() -> None:
    bad = "x\nRUN touch /owned"
    config = ImageConfig(
        env=(f"A={bad}", "B=c"),
        labels=((bad, "v"), ("k", bad), ("good", "v"), ("dev.jettison.run", "1"), ("io.buildah.version", "1")),
        workdir=bad,
        volumes=(bad,),
        user=bad,
        stop_signal=bad,
        exposed=(bad,),
        shell=(bad,),
        cmd=(bad,),
        entrypoint=(bad,),
        healthcheck=("CMD-SHELL", bad),
    )
    file = parse(f"FROM scratch\n{config_lines(config)}".encode())
    assert not file.errors
    assert [node.keyword for node in file.instructions] == [
        "FROM",
        "ENV",
        "LABEL",
        "VOLUME",
        "SHELL",
        "ENTRYPOINT",
        "CMD",
    ]
    assert [name.value for name, _ in file.instructions[1].pairs] == ["B"]
    assert [name.value for name, _ in file.instructions[2].pairs] == ["good"]
