"""A package is installed in whatever version is there on the day.

The same file builds another image tomorrow, and a build that worked may fail. Say the version, or install
from a lock file.

For the distribution's packages the base image's release already limits what can come, and old versions
disappear from the archives of some of them; a pinned base by digest with a snapshot archive does better than
single versions. The finding is information, no fault.

Source: Docker documentation, "Building best practices", version pinning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.model.packages import package_call
from jettison.rules.base import Example, Rule
from jettison.syntax.plain_shell import plain_commands

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

_ONLY: Final = frozenset("apt apk dnf microdnf yum zypper pip pipx npm gem go conda cargo".split())
_FILE_FLAGS: Final = frozenset(
    ("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "--require-hashes", "-f", "--file")
)
_VERSION_FLAGS: Final = ("-v", "--version", "--git", "--path", "--rev", "--tag")
_LOCAL: Final = re.compile(
    r"[./~$]|.*\.(?:rpm|deb|apk|whl|tgz|tar\.gz|zip|gem)\Z|\w+(?:\+\w+)?://|git@|git\+|@\w+/\S+@|file:"
)
_GIT: Final = ("git+", "git://", "git@")
_MOVING: Final = ("@latest", "@main", "@master", "@head", "@next")
_MAX_LISTS: Final = 100
_LIST: Final = re.compile(r"""\b([A-Za-z_]\w*)=(?:'([^'"$]*)'|"([^'"$]*)")""")
_PLAIN: Final = re.compile(rb"[\w@./:=~ -]+")
_RPM: Final = re.compile(r"-v?\d")


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each call with packages whose version is open."""
    for run in model.every_run:
        assigned: list[tuple[str, str, str]] | None = None
        for call in _calls(model, run):
            if call.manager not in _ONLY or not _installs(call):
                continue
            if assigned is None and any("$" in word.value for word in call.packages):
                # The quoted lists that the RUN itself gives to variables: read once for all its calls.
                assigned = _LIST.findall(model.source.text(run.instruction.body_span))[:_MAX_LISTS]
            loose = _loose(model, run, call, assigned or [])
            if loose:
                names = ", ".join(loose[:3]) + (f" and {len(loose) - 3} more" if len(loose) > 3 else "")
                yield RULE.at(call.command.span, f"{call.manager}: the version of {names[:80]} is open")


def _calls(model: Model, run: Run) -> Iterable[PackageCall]:
    span = run.instruction.body_span
    if run.commands or not run.has_error or run.instruction.heredocs:
        return model.facts(run)
    # A line of plain words is to PowerShell and cmd what it is to a shell.
    text = model.source.data[span.start : span.end]
    found = plain_commands(text, span.start, 2) if _PLAIN.fullmatch(text) else None
    return [call for call in map(package_call, found or ()) if call is not None]


def _loose(model: Model, run: Run, call: PackageCall, assigned: list[tuple[str, str, str]]) -> list[str]:
    if any(flag.split("=")[0] in _FILE_FLAGS for flag in call.flags) and call.manager in ("pip", "conda"):
        return []
    if call.manager in ("gem", "cargo") and any(f.split("=")[0] in _VERSION_FLAGS for f in call.flags):
        return []
    pins = MANAGERS[call.manager]["pin"]
    names = [word.value for word in call.packages]
    if call.manager == "go" and "install" in [word.value for word in call.command.argv[1:2]]:
        # Without a version it is the one of the module's go.mod; outside of a module go refuses.
        names = [name for name in names if "@" in name]
    lists = [name.strip('"').strip("${}") for name in names if name.strip('"').startswith("$")]
    if lists:
        scope = model.scope_at(run.instruction, run.stage)
        known = {**scope.args, **scope.env}
        texts = [single or double for name, single, double in assigned if name in lists]
        texts += [known[name] for name in lists if "$" not in known.get(name, "$")]
        names.extend(name for text in texts for name in text.replace("\\\n", " ").split())
    return [name for name in names if _is_open(name, call.manager, pins)]


def _installs(call: PackageCall) -> bool:
    if call.manager not in ("go", "cargo"):
        return call.action == "install"
    # Both build what they install; `go get -d` only downloads.
    return any(word.value in ("install", "get") for word in call.command.argv[1:2]) and "-d" not in call.flags


def _is_open(name: str, manager: str, pins: list[str]) -> bool:
    if name.startswith(_GIT) and manager in ("pip", "pipx", "npm") and "$" not in name:
        # The revision of a repository: git+https://HOST/PATH@REVISION for pip, PATH#REVISION for npm.
        return ("#" if manager == "npm" else "@") not in name.partition("://")[2].partition("/")[2]
    # `apt-get install pkg-` removes; a virtual group of apk begins with a dot.
    if (
        not name
        or name[0] in "-.<>&|"
        or name.endswith(("-", "\\"))
        or _LOCAL.match(name)
        or "$" in name
        or "*" in name
    ):
        return False
    if manager in ("dnf", "yum", "microdnf"):
        # A module says its stream after a colon.
        return not _RPM.search(name) and not name.startswith("@") and ":" not in name
    if manager == "npm":
        return "@" not in name[1:] or name.endswith(_MOVING)
    if manager == "go":
        return ("@" not in name or name.lower().endswith(_MOVING)) and "." in name.split("/")[0]
    return not any(pin in name for pin in pins)


RULE = Rule(
    code="JT611",
    name="unpinned-package",
    group="reproducibility",
    message="the version of a package is open",
    check=check,
    triggers=("install", "apk", " add ", "create", "go get", " i ", "zypper", "inject"),
    severity=Severity.INFO,
    foreign=(
        "DL3008",
        "DL3013",
        "DL3016",
        "DL3018",
        "DL3028",
        "DL3033",
        "DL3037",
        "DL3041",
        "DL3062",
        "965a08d7-ef86-4f14-8792-4a3b2098937e",
        "22cd11f7-9c6c-4f6e-84c0-02058120b341",
        "93d88cf7-f078-46a8-8ddc-178e03aeacf1",
        "e36d8880-3f78-4546-b9a1-12f0745ca0d5",
        "6452c424-1d92-4deb-bb18-a03e95d579c4",
        "562952e4-0348-4dea-9826-44f3a2c6117b",
        "02d9c71f-3ee8-4986-9c27-1a20d0d19bfc",
        "d3499f6d-1651-41bb-a9a7-de925fea487b",
    ),
    examples=(
        Example(before="FROM debian:bookworm\nRUN apt-get install -y curl git=1:2.39\n", lines=(2,)),
        Example(before="FROM node:20\nRUN npm install -g pm2 && npm ci && npm run test\n", lines=(2,)),
        Example(
            before="FROM python:3.12\nRUN pip install -r requirements.txt && pip install flask==3.0.0 . git+https://e.org/x@v1\n"
        ),
        Example(
            before="FROM python:3.12\nRUN pip install git+https://e.org/x.git\nRUN npm i git+ssh://git@e.org/x.git#v1\n",
            lines=(2,),
        ),
        Example(before="FROM golang:1.22\nRUN go install e.org/a@latest && gem i rails\n", lines=(2, 2)),
        Example(before="FROM golang:1.22\nRUN go install e.org/a && go install tool e.org/b\n"),
        Example(before="FROM alpine:3.20\nRUN apk add --no-cache libstdc++\n", lines=(2,)),
        Example(before="FROM golang:1.15\nRUN go get example.com/tool\nRUN go get example.com/b@v1.2.3\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nRUN deps='gcc make=4.3' && apt-get install -y $deps && apt-get purge -y $deps\n",
            lines=(2,),
        ),
        Example(
            before='FROM node:20\nSHELL ["pwsh", "-c"]\nRUN npm install -g yarn\nRUN npm i -g pm2@5.4.0\nRUN npm i ($a)\n',
            lines=(3,),
        ),
        Example(
            before='FROM fedora:40\nENV TOOLS="curl jq-1.7"\nARG EXTRA=./x.rpm\nRUN dnf install -y ${TOOLS}\nRUN dnf install -y $EXTRA\n',
            lines=(4,),
        ),
        Example(before="FROM fedora:40\nRUN dnf install -y curl-8.6.0 ./x.rpm\n"),
    ),
)
