"""A database server is started while the image is built.

What it writes is a layer: the accounts and data of the build are the same in every container made from it,
and a running server's files are copied in the middle of a write. Initialise on the first start, on a volume.

Source: docker-library documentation, "Initialization scripts".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

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
    """Yield a finding for each RUN of the final image that starts a database."""
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for command in run.commands:
            asks = any(a in ("--version", "-V", "--help") for a in command.arguments)
            service = (
                command.name in ("service", "/etc/init.d/mysql")
                and command.arguments[:1]
                and command.arguments[0] in _SERVICES
                and "start" in command.arguments
            )
            if service or (command.name in _SERVERS and not asks):
                yield RULE.at(command.span)
                break


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
        Example(
            before='FROM mysql:8.4\nCOPY init.sql /docker-entrypoint-initdb.d/\nRUN mysqld --version\nCMD ["mysqld"]\n'
        ),
    ),
)
