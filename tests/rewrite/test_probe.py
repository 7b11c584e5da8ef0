"""The program of an added health check is in the new image, not only a link to where it was."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jettison.project.detect import Project
from jettison.rewrite.assemble import _probe


@pytest.mark.parametrize(("kept", "first"), [(("usr/bin/php8.2",), "php"), ((), "/bin/busybox")])
def test_a_link_to_what_is_not_kept_is_no_program(kept: tuple[str, ...], first: str) -> None:
    links = {"usr/local/bin/php": "usr/bin/php8.2"}
    job: Any = SimpleNamespace(
        config=SimpleNamespace(exposed=("80/tcp",)),
        project=Project("", (), (), None, "/"),
        without=frozenset(),
        image=SimpleNamespace(resolve=lambda path: links.get(path, path)),
    )
    needs: Any = SimpleNamespace(
        packages=(), debian=SimpleNamespace(files={}), base_files=(*links, *kept), own=(), apart={}
    )
    words = _probe(job, needs)
    assert words is not None and words[0] == first
