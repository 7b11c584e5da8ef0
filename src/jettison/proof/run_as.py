"""How a service of a Compose file starts an image that does not say by itself what to start.

Source: the Compose specification, "command", "entrypoint", "user", "working_dir"; docker-run(1), "--entrypoint".
"""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.image.image import ImageConfig

MAX_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class RunAs:
    """What a service says of its start.

    service: its name and file, for people; entrypoint, command: None: the image's own; user, workdir: "": the
    image's own.
    """

    service: str
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    user: str = ""
    workdir: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words that the service itself gives."""
        return (*(self.entrypoint or ()), *(self.command or ()))

    @property
    def text(self) -> str:
        """Return which service it is and what it starts, for people; not yet safe to print."""
        return f"{self.service}: {shlex.join(self.words)[:MAX_TEXT]}"

    @property
    def option(self) -> str | None:
        """Return the one word that the engine's own option for an entry point takes; None: the image's own."""
        return None if self.entrypoint is None else (self.entrypoint[0] if self.entrypoint else "")

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return what follows the image's name: the rest of the entry point, and the command."""
        return (*(self.entrypoint or ())[1:], *(self.command or ()))

    def applied(self, config: ImageConfig) -> ImageConfig:
        """Return the configuration of a container that the service starts from an image."""
        # An entry point of the service voids the image's command with the image's entry point.
        own = config.cmd if self.entrypoint is None else ()
        return config._replace(
            entrypoint=config.entrypoint if self.entrypoint is None else self.entrypoint,
            cmd=own if self.command is None else self.command,
            user=self.user or config.user,
            workdir=posixpath.join(config.workdir, self.workdir) if self.workdir else config.workdir,
        )
