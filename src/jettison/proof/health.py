"""A health check is run in a running container until it passes or its time is over.

Source: the Dockerfile reference, HEALTHCHECK; the Compose specification, "healthcheck".
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.engine.base import Engine

# An engine would wait half a minute between two; who waits for the first that passes asks more often.
EVERY: Final = (0.5, 5.0)
LIMIT: Final = (1.0, 30.0)
PATIENCE: Final = (10.0, 60.0)
ABSENT: Final = (126, 127)


@dataclass(frozen=True, slots=True)
class HealthTest:
    """What a health check runs, as engines keep it: ("CMD", words...) or ("CMD-SHELL", text). Times in seconds.

    of: whose it is, for people; "": the image's own.
    """

    test: tuple[str, ...]
    interval: float = 30.0
    timeout: float = 30.0
    start_period: float = 0.0
    retries: int = 3
    of: str = ""

    @property
    def argv(self) -> list[str]:
        """Return the command that is run; empty where there is none."""
        if len(self.test) < 2 or self.test[0] not in ("CMD", "CMD-SHELL"):
            return []
        return ["/bin/sh", "-c", self.test[1]] if self.test[0] == "CMD-SHELL" else list(self.test[1:])

    @property
    def every(self) -> float:
        """Return the seconds between two runs here."""
        return _within(self.interval, EVERY)

    @property
    def limit(self) -> float:
        """Return the seconds after which one run counts as failed."""
        return _within(self.timeout, LIMIT)

    @property
    def patience(self) -> float:
        """Return the seconds in which it has to pass for the first time."""
        return _within(self.start_period + self.interval * self.retries, PATIENCE)


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])


def await_health(engine: Engine, container: str, health: HealthTest, patience: float) -> tuple[int, bytes] | None:
    """Return (exit code, output) of the last run of a check: the first that passes; None where there is no check.

    patience: seconds after which no further run is begun.
    """
    if not health.argv:
        return None
    deadline = time.monotonic() + patience
    while True:
        result = engine.execute(container, health.argv, health.limit)
        late = time.monotonic() + health.every > deadline
        # A program that is not there will not come.
        if result[0] in (0, *ABSENT) or late or not engine.state(container).running:
            return result
        time.sleep(health.every)
