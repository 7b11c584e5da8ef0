"""The files a build reads beside the project: Dockerfile, ignore rules and secrets, in a temporary folder.

Nothing is written into the project.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jettison.engine.base import BuildRequest
from jettison.errors import SourceError
from jettison.terminal import safe_line

NAME = "Dockerfile"


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """Where the inputs of one build are.

    dockerfile: outside the context, its own ignore file beside it where rules were given;
    context: the project folder, or a copy; iidfile: where the client writes the image id.
    """

    folder: Path
    dockerfile: Path
    context: Path
    iidfile: Path
    secrets: dict[str, Path]


@contextmanager
def build_inputs(request: BuildRequest, copy_context: bool = False) -> Iterator[BuildInputs]:
    """Yield the inputs of a build, removed afterwards whatever happens.

    BuildKit reads `NAME.dockerignore` beside the Dockerfile given with -f. Builders that do not
    (classic, Buildah) need `copy_context`: hard links where possible, rules as `.dockerignore`.
    """
    if not request.context.is_dir():
        raise SourceError(f"the build context {safe_line(str(request.context))} is not a folder")
    with tempfile.TemporaryDirectory(prefix="jettison-build-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        dockerfile = folder / NAME
        dockerfile.write_bytes(request.dockerfile)
        rules = request.dockerignore
        specific = request.context / (request.dockerfile_name + ".dockerignore")
        if rules is None and specific.is_file():
            rules = specific.read_bytes()
        context = request.context
        if rules is not None and not copy_context:
            (folder / f"{NAME}.dockerignore").write_bytes(rules)
        elif rules is not None:
            context = folder / "context"
            _copy(request.context, context)
            (context / ".dockerignore").unlink(missing_ok=True)
            (context / ".dockerignore").write_bytes(rules)
        yield BuildInputs(folder, dockerfile, context, folder / "iid", _write_secrets(request, folder))


def _write_secrets(request: BuildRequest, folder: Path) -> dict[str, Path]:
    paths = {}
    for number, (name, content) in enumerate(request.secrets.items()):
        path = folder / f"secret-{number}"
        path.touch(mode=0o600)
        path.write_bytes(content)
        paths[name] = path
    return paths


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(
        source,
        target,
        symlinks=True,
        copy_function=_link_or_copy,
        ignore=_special,
        ignore_dangling_symlinks=True,
    )


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _special(folder: str, names: list[str]) -> set[str]:
    """Return the names that are neither file, folder nor link (sockets, pipes): a build cannot use them."""
    kept = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink() or entry.is_file() or entry.is_dir():
                kept.add(entry.name)
    return set(names) - kept
