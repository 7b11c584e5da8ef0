"""Files of a project in the image of one run: copies, bounded, on a real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import Engine, RunRequest
from jettison.proof.laid_in import Placed, with_files

pytestmark = pytest.mark.engine


def test_copies_are_where_they_are_mounted(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    (folder / "ready.sh").write_text("#!/bin/sh\necho ready\n")
    (folder / "ready.sh").chmod(0o755)
    (folder / "passwd").symlink_to("/etc/shadow")
    (tmp_path / "key").write_text("secret")
    (tmp_path / "key").chmod(0o600)
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 30)
    tag = new_tag()
    placed = (
        Placed(str(folder), "/checks"),
        Placed(str(tmp_path / "key"), "/run/secrets/key"),
        Placed(str(tmp_path / "none"), "/none"),
        Placed(str(tmp_path / "key"), "/a b $PATH"),
        Placed(str(tmp_path / "large"), "/large"),
    )
    assert with_files(engine, base_image, placed, tag)
    command = "/checks/ready.sh && id -u && cat /run/secrets/key && ls /checks && ls -d /none /large /a*"
    container = engine.start(
        RunRequest(tag, f"{tag.replace('/', '-').replace(':', '-')}", command=("sh", "-c", "sleep 60"), user="1234")
    )
    try:
        code, output = engine.execute(container, ["sh", "-c", command], 20)
    finally:
        engine.remove(container)
    text = output.decode()
    assert code and text.startswith("ready\n1234\nsecret") and "passwd" not in text.replace("No such", "")
    # Nothing of what is not there, is too large, or has a name that a Dockerfile would expand.
    assert text.count("No such file") == 3
    assert not with_files(engine, base_image, placed[2:3], new_tag())
