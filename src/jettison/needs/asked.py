"""What is asked of the search for a program's needs beside the image itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """What a Dockerfile says of the image. start: the command that starts it, where it is another than the image's.

    base_layers: how many layers are the base; commands: more that the image must be able to run;
    packages: what the project installs for its program; opened: files that the original opened when it was
    watched: they are added to what is found, never the only reason to leave something out; replaced: programs
    that a copy made in the build stands in for: only what they load is kept; copied: numbers of the layers into which
    a COPY or ADD put files of the project.
    """

    base_layers: int
    start: tuple[str, ...] | None = None
    commands: tuple[tuple[str, ...], ...] = ()
    packages: tuple[str, ...] = ()
    opened: frozenset[str] = frozenset()
    replaced: tuple[str, ...] = ()
    copied: frozenset[int] = frozenset()

    @property
    def homes(self) -> tuple[str, ...]:
        """Return the installations that a copy replaces."""
        return tuple(
            sorted(
                {
                    path.split("/lib/")[0] if path.startswith("opt/") else "/".join(path.split("/")[:4])
                    for path in self.replaced
                }
            )
        )
