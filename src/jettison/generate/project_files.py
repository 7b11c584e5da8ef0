"""Every file that `init` writes for a project, and the findings of our own rules on them."""

from __future__ import annotations

import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.errors import SourceError
from jettison.generate.compose import asked, compose, env_example
from jettison.generate.dockerfile import dockerfile
from jettison.generate.ignore import Line, ignore_lines, ignore_text
from jettison.generate.runtime_stage import WEB_CONFIG
from jettison.generate.web_server import site
from jettison.lint.engine import check_bytes
from jettison.model.context import BuildContext, IgnoreFile

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.generate.plan import Plan
    from jettison.lint.engine import FileReport

COMPOSE: Final = "compose.yaml"
_COMPOSE_NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_MAX_STAGED: Final = 100_000


@dataclass(frozen=True, slots=True)
class NewFile:
    """One file to write. path: relative to the project's root; before: what stands there now, None for nothing."""

    path: str
    content: bytes
    before: bytes | None


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made for one service. sent: bytes of the build context before and after; ends: findings on old versions.

    findings: what our own rules say of the Dockerfile but for the ends of life that the project's version brings.
    """

    plan: Plan
    files: tuple[NewFile, ...]
    ignore: tuple[Line, ...]
    sent_before: int
    sent_after: int
    findings: tuple[Finding, ...]
    ends: tuple[Finding, ...]

    def content(self, name: str) -> bytes:
        """Return the content of the file of this name in the service's folder."""
        path = posixpath.join(self.plan.service.folder, name)
        return next(file.content for file in self.files if file.path == path)


def generate(root: str, plan: Plan, with_ignore: bool = True) -> Generated:
    """Return the files of one service, checked."""
    folder = os.path.join(root, plan.service.folder) if plan.service.folder else root
    text = dockerfile(plan).encode()
    own: dict[str, bytes] = {"Dockerfile": text}
    if plan.service.web_root:
        own[WEB_CONFIG] = site(plan.port or 8080, plan.service.ecosystem.language == "node").encode()
    if asked(plan) and not any(
        os.path.exists(os.path.join(folder, n)) for n in (".env.example", ".env.sample", ".env.template")
    ):
        own[".env.example"] = env_example(plan).encode()
    old = read_file(os.path.join(folder, ".dockerignore"))
    open_context = BuildContext(
        folder,
        "Dockerfile",
        IgnoreFile.parse(old) if old is not None else None,
        ".dockerignore" if old is not None else None,
    )
    report = check_bytes(text, "Dockerfile", open_context)
    lines = ignore_lines(report.model) if with_ignore and report.model else ()
    if lines:
        own[".dockerignore"] = ignore_text(lines, old or b"")
    with staged(folder, own) as place:
        report = _checked(place, own, old)
    findings = report.findings
    ends = tuple(f for f in findings if f.name == "end-of-life-base" and _asked_for(plan))
    before = open_context.sent_bytes
    return Generated(
        plan=plan,
        files=tuple(
            NewFile(posixpath.join(plan.service.folder, name), content, read_file(os.path.join(folder, name)))
            for name, content in own.items()
        ),
        ignore=lines,
        sent_before=before,
        sent_after=before - sum(line.bytes for line in lines),
        findings=tuple(f for f in findings if f not in ends),
        ends=ends,
    )


def _asked_for(plan: Plan) -> bool:
    """Return whether the project, or who runs this, named the version."""
    return bool(plan.service.version.origin) or plan.version != plan.service.version.text


def _checked(place: str, own: dict[str, bytes], old: bytes | None) -> FileReport:
    ignore = own.get(".dockerignore", old)
    context = BuildContext(
        place,
        "Dockerfile",
        IgnoreFile.parse(ignore) if ignore is not None else None,
        ".dockerignore" if ignore is not None else None,
    )
    return check_bytes(own["Dockerfile"], "Dockerfile", context)


def compose_file(root: str, made: Sequence[Generated], writing: frozenset[str] = frozenset()) -> NewFile | None:
    """Return the Compose file for all services; None when the project has one already.

    writing: names of services that were seen to need a file system they can write.
    """
    if any(os.path.exists(os.path.join(root, name)) for name in _COMPOSE_NAMES):
        return None
    return NewFile(COMPOSE, compose([one.plan for one in made], writing).encode(), None)


def read_file(path: str) -> bytes | None:
    """Return the content of a file, None when there is none. Raises SourceError when it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


@contextmanager
def staged(folder: str, own: dict[str, bytes]) -> Iterator[str]:
    """Give a folder that holds the project as it will be: its files (linked, not copied) and the new ones.

    The project's own folder is given when it needs no new file beside Dockerfile and ignore file, which
    a build is handed apart.
    """
    extra = {
        name: content for name, content in own.items() if name not in ("Dockerfile", ".dockerignore", ".env.example")
    }
    if not extra:
        yield folder
        return
    ignore = own.get(".dockerignore")
    context = BuildContext(folder, "Dockerfile", IgnoreFile.parse(ignore) if ignore else None, None)
    with tempfile.TemporaryDirectory(prefix="jettison-init-") as place:
        for file in context.files()[:_MAX_STAGED]:
            target = os.path.join(place, file.path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _link(os.path.join(folder, file.path), target)
        for name, content in extra.items():
            # The link is cut first, so that the project's own file is never written through it.
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(place, name))
            with open(os.path.join(place, name), "wb") as stream:
                stream.write(content)
        yield place


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        with suppress(OSError):
            shutil.copy2(source, target, follow_symlinks=False)
