"""What an image needs beside it, and how it is started, as a Compose file says."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jettison.proof.health import HealthTest
    from jettison.proof.laid_in import Placed
    from jettison.proof.run_as import RunAs


@dataclass(frozen=True, slots=True)
class Needed:
    """A service it depends on, as the Compose file says. image "" where it is built from `context`.

    needs: names of those that it cannot do without; optional: nothing cannot do without it; ends: another waits until it has done its work and ended;
    aliases: further names under which others find it; target, args: of its build;
    files: of the project, that are put into it.
    """

    name: str
    image: str
    context: str
    dockerfile: str
    env: dict[str, str]
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...]
    health: HealthTest | None
    needs: tuple[str, ...] = ()
    ends: bool = False
    aliases: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    target: str = ""
    args: dict[str, str] = field(default_factory=dict)
    files: tuple[Placed, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What the service says that a Dockerfile is built for.

    path: the Compose file; services: in the order in which they start; run_as: how the service starts the image, None
    where the Dockerfile says it; others: what else the file starts from the same image; ports: those of the container
    that it publishes; hidden: values that nobody may see; problems: in words, what of the file could
    not be followed; health: the check of the service itself; secrets, mounts: files of the
    project that the service finds where they are put; read: the paths of all Compose files that say so.
    """

    path: str
    name: str
    env: dict[str, str] = field(default_factory=dict)
    services: tuple[Needed, ...] = ()
    run_as: RunAs | None = None
    others: tuple[RunAs, ...] = ()
    ports: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    health: HealthTest | None = None
    secrets: tuple[Placed, ...] = ()
    mounts: tuple[Placed, ...] = ()
    read: tuple[str, ...] = ()

    @property
    def starts(self) -> tuple[RunAs, ...]:
        """Return everything that the file starts from the image by words of its own."""
        return (*((self.run_as,) if self.run_as is not None else ()), *self.others)

    @property
    def shared(self) -> bool:
        """Return whether another service starts something else from the image, which no check of a port would fit."""
        own = f"service {self.name} of {os.path.basename(self.path)}"
        return any(other.service != own for other in self.others)

    def alone(self) -> Needs:
        """Return the same without what it depends on."""
        return self.without(frozenset(service.name for service in self.services))

    def without(self, names: frozenset[str]) -> Needs:
        """Return the same without some of the services and what depends on them, and without the variables that name them.

        A program told of a database that is not there would only wait for it.
        """
        gone = set(names)
        for service in self.services:
            # They stand in the order in which they start.
            if gone & set(service.needs):
                gone.add(service.name)
        env = {name: value for name, value in self.env.items() if not gone & _hosts(value)}
        left = tuple(service for service in self.services if service.name not in gone)
        return replace(self, services=left, env=env)


def _hosts(value: str) -> set[str]:
    """Return the words of a value that can be a host: `db`, `tcp://db:5432`, `postgres://user:password@db/name`."""
    for sign in "/:@,;?&=":
        value = value.replace(sign, " ")
    return set(value.split())
