"""A link that is copied by its own name stays a link: COPY alone would put what it leads to in its place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from jettison.image.image import FileEntry
from jettison.rewrite.copies import Copy
from jettison.rewrite.taken import Taken, copy_lines, links


def job(**kinds: str) -> Any:
    files = {f"bin/{name}": FileEntry(kind, 1, 0o755, 0, 0, "", 1) for name, kind in kinds.items()}
    return SimpleNamespace(
        image=SimpleNamespace(files=files),
        features=SimpleNamespace(link=False),
        evidence=SimpleNamespace(written=frozenset()),
    )


def test_links_come_from_a_folder_of_their_own() -> None:
    found = [Taken(Copy(("bin/serve", "bin/tool"), "bin/"), True), Taken(Copy(("lib",), "lib"), True)]
    project = job(serve="link", tool="file")
    assert links(project, found) == ["bin/serve"]
    lines = copy_lines(project, found, "deps", "build", "")
    assert lines == [
        "COPY --from=deps /bin/tool /bin/\n",
        "COPY --from=deps /lib /lib\n",
        "COPY --from=build /links/ /\n",
    ]
    assert copy_lines(project, found[1:], "deps", "build", "") == ["COPY --from=deps /lib /lib\n"]


def test_files_of_the_root_are_copied_to_it() -> None:
    found = [Taken(Copy(("start.sh",), "/"), False)]
    assert copy_lines(job(), found, "deps", "build", "") == ["COPY --from=build /start.sh /\n"]
