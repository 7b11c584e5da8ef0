"""Best practice on the image itself: what CIS and dockle look for, seen in the files and the configuration.

All of dockle's checkpoints but those that dockle itself only lists (CIS-DI-0002, 0003, 0004 and 0011).

Source: CIS Docker Benchmark, section 4; dockle's documented checkpoints (CIS-DI, DKL-DI, DKL-LI).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jettison.image.account_checks import account_checks
from jettison.image.checkpoint import Checkpoint
from jettison.image.file_checks import file_checks
from jettison.image.history_checks import configuration_checks, history_checks

if TYPE_CHECKING:
    from jettison.image.image import Image

__all__ = ("Checkpoint", "checkpoints")


def checkpoints(image: Image, name: str, secret_names: Sequence[str] = ()) -> tuple[Checkpoint, ...]:
    """Return what an image does not hold to.

    secret_names: variables, labels and commands of its configuration in which secrets were found.
    """
    return (
        *configuration_checks(image, name, secret_names),
        *history_checks(image),
        *account_checks(image),
        *file_checks(image),
    )
