"""A database server is started while the image is built.

What it writes is a layer: the accounts and data of the build are the same in every container made from it,
and a running server's files are copied in the middle of a write. Initialise on the first start, on a volume.

One that the start command runs beside the program shares its life, its resources and its updates, and nobody
notices when it dies. Run it as a container of its own.

Source: docker-library documentation, "Initialization scripts".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.shell_command import Command

_SERVERS: Final = frozenset(
    (
        "mysqld",
        "mysqld_safe",
        "mariadbd",
        "postgres",
        "pg_ctl",
        "pg_ctlcluster",
        "mongod",
        "redis-server",
        "mariadbd-safe",
    )
)
_SERVICES: Final = frozenset(("mysql", "mariadb", "postgresql", "mongod", "mongodb", "redis-server", "redis"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that starts a database, and for a start command that starts one beside others."""
    for run in model.runs:
        if model.in_final_image(run.stage):
            started = next(_started(run.commands), None)
            if started is not None:
                yield RULE.at(started.span)
    if model.final is None:
        return
    scope = model.end_scope(model.final)
    for node in (scope.entrypoint, scope.cmd):
        # CMD service postgresql start && /app
        if node is None or node.form != "shell":
            continue
        commands = model.shell_body(node, model.stage_of(node)).commands
        started = next(_started(commands), None)
        if started is not None and len(commands) > 1:
            yield RULE.at(started.span, "a database server runs inside the image, beside its program")


def _started(commands: tuple[Command, ...]) -> Iterator[Command]:
    for command in commands:
        asks = any(a in ("--version", "-V", "--help") for a in command.arguments)
        service = (
            command.name == "service" and command.arguments[:1] and command.arguments[0] in _SERVICES
        ) or command.argv[0].value.removeprefix("/etc/init.d/") in _SERVICES
        if (service and "start" in command.arguments) or (command.name in _SERVERS and not asks):
            yield command


RULE = Rule(
    code="JT535",
    name="embedded-database",
    group="persistence",
    message="a database server is started while the image is built",
    check=check,
    triggers=("mysql", "maria", "postgres", "pg_ctl", "mongo", "redis"),
    effort=Effort.HIGH,
    examples=(
        Example(before="FROM debian:bookworm\nRUN service mysql start && mysql -e 'CREATE DATABASE x'\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nCMD service postgresql start && /app\n", lines=(2,)),
        Example(
            before='FROM mysql:8.4\nCOPY init.sql /docker-entrypoint-initdb.d/\nRUN mysqld --version\nCMD ["mysqld"]\n'
        ),
    ),
)
