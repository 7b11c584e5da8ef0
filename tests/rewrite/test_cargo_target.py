"""Cargo's target folder is kept where every place that a compiled file is read from is known, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.rewrite.cargo_target import kept_target
from rewrite.project_folder import model_in, rewritten_once

HEAD = "FROM rust:1-bookworm\nWORKDIR /app\nCOPY . .\n"
CMD = 'CMD ["./target/release/a"]\n'
MOUNT = "RUN --mount=type=cache,id=target-a-rust-1-bookworm,target=/cargo-target,sharing=locked "


def rewritten(folder: Path, text: str, strip: bool = True, **files: str) -> tuple[str, tuple[str, ...]]:
    there = {"Cargo.toml": '[package]\nname = "a"\n', "src/main.rs": "fn main() {}\n", **files}
    data = rewritten_once(lambda model: kept_target(model, strip)[0], folder, text, there)
    return data, kept_target(model_in(folder, text), strip)[1]


def test_a_program_is_built_on_the_mount_and_put_where_it_was(tmp_path: Path) -> None:
    text, stripped = rewritten(tmp_path, f"{HEAD}RUN cargo build --release\n{CMD}")
    assert stripped == ("app/target/release/a",)
    comment, rest = text.removeprefix(HEAD).split("\n", 1)
    assert comment.startswith("#")
    assert rest == (
        f"{MOUNT}\\\n    find . ! -type l -exec touch {{}} + \\\n"
        "    && cargo build --release --target-dir /cargo-target \\\n    && mkdir -p target/release \\\n"
        f"    && strip -o target/release/a /cargo-target/release/a\n{CMD}"
    )


def test_what_another_stage_copies_is_not_stripped_and_commands_below_find_it(tmp_path: Path) -> None:
    text, stripped = rewritten(
        tmp_path,
        HEAD.replace("bookworm", "bookworm AS b")
        + "RUN cargo build -r && cp target/release/a /usr/bin/\n"
        + "FROM debian:bookworm\nCOPY --from=b /app/target/release/liba.so /usr/lib/\nCMD a\n",
    )
    assert stripped == ()
    copied = (
        "cp /cargo-target/release/a target/release/a \\\n    && cp /cargo-target/release/liba.so target/release/liba.so"
    )
    assert f"    && {copied} && cp target/release/a /usr/bin/\n" in text


@pytest.mark.parametrize(
    "text",
    [
        # Where the program is read from is not known, or a whole folder of it is.
        f"{HEAD}RUN cargo build --release\nCMD cargo run --release\n",
        f"{HEAD}RUN cargo build --release && cp -r target/release /srv\n{CMD}",
        f"{HEAD}RUN cargo build --release && cp target/release/* /srv\n{CMD}",
        # Another folder than the usual one.
        f"{HEAD}RUN cd x && cargo build --release\n{CMD}",
        f"{HEAD}ENV CARGO_TARGET_DIR=/t\nRUN cargo build --release\n{CMD}",
        f"{HEAD}RUN cargo build --release --target-dir /t\n{CMD}",
        f"{HEAD}RUN --mount=type=cache,target=/app/target cargo build --release\n{CMD}",
        f"{HEAD}RUN --mount=type=bind,source=src,target=/app/src cargo build --release\n{CMD}",
        # A layer of dependencies made by hand.
        f"{HEAD}RUN cargo build --release\nCOPY src src\nRUN cargo build --release\n{CMD}",
        # Sources that are not below the working folder would not be touched.
        f"FROM rust:1\nWORKDIR /app\nCOPY . /src\nCOPY app .\nRUN cargo build --release\n{CMD}",
        f"FROM rust:1\nCOPY . .\nRUN cargo build --release\n{CMD}",
        # Not certain to run, or to end well.
        f"{HEAD}RUN cargo build --release | tail\n{CMD}",
        f"{HEAD}RUN if true; then cargo build --release; fi\n{CMD}",
        f"{HEAD}USER 1000\nRUN cargo build --release\n{CMD}",
    ],
)
def test_it_is_left_where_something_is_not_known(text: str, tmp_path: Path) -> None:
    assert rewritten(tmp_path, text) == (text, ())


def test_a_project_that_names_its_target_folder_is_left(tmp_path: Path) -> None:
    text = f"{HEAD}RUN cargo build --release\n{CMD}"
    files: dict[str, str] = {".cargo/config.toml": '[build]\ntarget-dir = "/t"\n'}
    assert rewritten(tmp_path, text, True, **files) == (text, ())
