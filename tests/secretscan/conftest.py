"""One scanner for all tests: the first run compiles its database."""

from __future__ import annotations

import pytest

from jettison.secretscan.scanner import Scanner


@pytest.fixture(scope="session")
def scanner() -> Scanner:
    return Scanner()
