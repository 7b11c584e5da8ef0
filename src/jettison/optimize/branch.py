"""A git branch with one commit for each change, each with its measured effect.

Only git's own store is written to: no file of the working tree, no index, no checked-out branch changes.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.errors import SourceError
from jettison.report.units import human_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jettison.rewrite.candidates import Change

_GIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Stop:
    """One state on the way from the old files to the new ones.

    changes: what came since the stop before; size_unpacked, context_bytes: bytes.
    packages: how many, with known vulnerabilities; both None where no data speaks of the image.
    """

    dockerfile: bytes
    dockerignore: bytes | None
    changes: tuple[Change, ...]
    size_unpacked: int
    context_bytes: int
    packages: int | None = None
    vulnerabilities: int | None = None


class Repository:
    """The git repository around a project. Raises SourceError when there is none, or git is missing."""

    def __init__(self, project: str) -> None:
        self._project = os.path.realpath(project)
        self._top = self._git("rev-parse", "--show-toplevel")
        self._head = self._git("rev-parse", "--verify", "HEAD^{commit}")

    def refuse_when_changed(self, path: str, content: bytes | None) -> None:
        """Refuse a file that is not as it was committed: a commit would mix two people's changes."""
        done = self._run(["cat-file", "blob", f"{self._head}:{self._inside(path)}"], check=False)
        committed = done.stdout if done.returncode == 0 else None
        if committed != content:
            raise SourceError(f"{path}: is not as it was last committed; commit or stash your changes first")

    def commit_all(
        self, dockerfile: str, ignore: str, first: Stop, stops: Sequence[Stop], name: str, footer: str
    ) -> tuple[str, ...]:
        """Make the branch and return the titles of its commits. `first`: the state from before."""
        if self._run(["rev-parse", "--verify", "--quiet", f"refs/heads/{name}"], check=False).returncode == 0:
            raise SourceError(f"the branch {name} is there already")
        parent, earlier = self._head, first
        titles = []
        with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
            index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
            self._git("read-tree", self._head, env=index)
            for stop in stops:
                self._put(dockerfile, stop.dockerfile, index)
                if stop.dockerignore is not None:
                    self._put(ignore, stop.dockerignore, index)
                tree = self._git("write-tree", env=index)
                title, body = _message(earlier, stop)
                text = f"{title}\n\n{body}\n\n{footer}\n"
                parent = self._git("commit-tree", tree, "-p", parent, "-F", "-", text=text.encode())
                titles.append(title)
                earlier = stop
        self._git("update-ref", "-m", "jettison optimize", f"refs/heads/{name}", parent, "0" * len(parent))
        return tuple(titles)

    def _put(self, path: str, content: bytes, env: dict[str, str]) -> None:
        blob = self._git("hash-object", "-w", "--stdin", text=content)
        inside = self._inside(path)
        listed = self._git("ls-tree", self._head, "--", inside).split()
        mode = listed[0] if listed[:1] and listed[0] in ("100644", "100755") else "100644"
        self._git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{inside}", env=env)

    def _inside(self, path: str) -> str:
        inside = os.path.relpath(os.path.realpath(path), self._top)
        if inside.startswith(".."):
            raise SourceError(f"{path}: lies outside the git repository {self._top}")
        return inside.replace(os.sep, "/")

    def _git(self, *arguments: str, env: dict[str, str] | None = None, text: bytes = b"") -> str:
        return self._run(list(arguments), env, text).stdout.decode("utf-8", "surrogateescape").strip()

    def _run(
        self, arguments: list[str], env: dict[str, str] | None = None, text: bytes = b"", check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        # Paths are taken as they are, and no hook or pager of the repository runs.
        argv = ["git", "-C", getattr(self, "_top", self._project), "--literal-pathspecs", *arguments]
        try:
            done = subprocess.run(
                argv,
                input=text,
                capture_output=True,
                env={**os.environ, **(env or {})},
                timeout=_GIT_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise SourceError("--commit needs git, which is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise SourceError(f"git did not answer `{arguments[0]}` within {_GIT_SECONDS:.0f} s") from error
        if check and done.returncode:
            reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
            raise SourceError(f"git {arguments[0]}: {reason[0][:300]}")
        return done


def _message(earlier: Stop, stop: Stop) -> tuple[str, str]:
    titles = [change.title for change in stop.changes]
    title = titles[0] if titles else "The files as they were proven"
    title = title[:1].upper() + title[1:]
    lines = [f"- {text}" for text in titles[1:]]
    lines += [""] if lines else []
    lines.append("Measured:")
    lines.append(_row("image size", earlier.size_unpacked, stop.size_unpacked, human_bytes))
    lines.append(_row("build context", earlier.context_bytes, stop.context_bytes, human_bytes))
    for name, before, after in (
        ("packages", earlier.packages, stop.packages),
        ("known vulnerabilities", earlier.vulnerabilities, stop.vulnerabilities),
    ):
        if before is not None and after is not None:
            lines.append(_row(name, before, after, str))
    return title if len(title) <= 72 else title[:69] + "...", "\n".join(lines)


def _row(name: str, before: int, after: int, shown: Callable[[int], str]) -> str:
    if before == after:
        return f"  {name}: {shown(after)}, unchanged"
    return f"  {name}: {shown(before)} -> {shown(after)}"
