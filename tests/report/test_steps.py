"""What a layer's history says was done, without what builders write around it."""

from __future__ import annotations

import pytest

from jettison.report.steps import layer_command
from jettison.report.units import change, counted


@pytest.mark.parametrize(
    ("created_by", "shown"),
    [
        ("RUN /bin/sh -c apt-get update # buildkit", "apt-get update"),
        ("RUN |2 A=b TOKEN=*** /bin/sh -c npm ci # buildkit", "npm ci"),
        ("|1 GIT_PASS=*** /bin/sh -c npm ci", "npm ci"),
        ("|1 A=b /bin/bash -o pipefail -c make | tee log", "make | tee log"),
        ("|1 A=b /bin/bash -euxc make", "make"),
        ("|1 A=b powershell x", "|1 A=b powershell x"),
        (f"/bin/sh -c #(nop) COPY dir:{'4805276a' * 8} in /data ", "COPY dir:4805276a in /data"),
        (f"/bin/sh -c #(nop) ADD {'4805276a' * 8} in /opt/x.bin ", "ADD 4805276a in /opt/x.bin"),
        ("/bin/sh -eu -c #(nop) WORKDIR /srv/app", "WORKDIR /srv/app"),
        ("RUN /bin/bash -o pipefail -c make | tee log # buildkit", "make | tee log"),
        ("/bin/bash -eu -c make", "make"),
        ("COPY . . # buildkit", "COPY . ."),
        ("", ""),
    ],
)
def test_the_command_is_shown(created_by: str, shown: str) -> None:
    assert layer_command(created_by) == shown


def test_sizes_that_are_nearly_equal_are_told_apart() -> None:
    assert [change(100, 100), change(200, 100), change(82_400_000, 82_600_000), change(1001, 1000), change(0, 5)] == [
        "same", "2.0 x less", "200.0 kB more", "1 B less", "",
    ]  # fmt: skip


def test_a_count_has_its_noun() -> None:
    assert [counted(count, "layer") for count in (0, 1, 2, 1000)] == ["0 layers", "1 layer", "2 layers", "1,000 layers"]
    assert counted(2, "vulnerability", "vulnerabilities") == "2 vulnerabilities"
