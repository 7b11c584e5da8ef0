"""What the proof starts is confined, gets what it needs, and is gone afterwards: on a real engine."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine
from jettison.engine.sandbox import LOW_PORTS
from jettison.engine.shield import shield
from jettison.errors import ServiceError
from jettison.image.archive import read_archive
from jettison.image.image import ImageConfig
from jettison.proof.behave import behaviour_claims
from jettison.proof.behaviour import Behaviour, Questions
from jettison.proof.claims import NOT_PROVEN, PROVEN
from jettison.proof.health import HealthTest
from jettison.proof.stand import SERVICE_CAPABILITIES, Service, Stand

pytestmark = pytest.mark.engine
# A shell that waits, and ends at once when it is asked to.
WAIT = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
INSPECT = "$JETTISON_TEST_CLIENT inspect $JETTISON_CONTAINER"
NETWORK = INSPECT + " --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}'"
IS_INTERNAL = f"$JETTISON_TEST_CLIENT network inspect --format '{{{{.Internal}}}}' $({NETWORK})"
CLIENT = os.environ.get("JETTISON_DOCKER", "docker")


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens here, which takes the whole patience."""
    monkeypatch.setattr("jettison.proof.stand.START_SECONDS", 4.0)
    monkeypatch.setenv("JETTISON_TEST_CLIENT", CLIENT)


def image(engine: Engine, tag: str, base: str, command: list[str], folder: Path, more: str = "") -> ImageConfig:
    text = f"FROM {base}\n{more}CMD {json.dumps(command)}\n"
    engine.build(BuildRequest(str(folder), text.encode(), None, tag, network="host"))
    with engine.save(tag) as stream:
        return read_archive(stream).config


def stand(engine: Engine, *checks: str, commands: tuple[str, ...] = (), services: tuple[Service, ...] = ()) -> Stand:
    return Stand(engine, secrets.token_hex(4), Questions(checks=checks, commands=commands), services)


def test_a_container_of_the_proof_is_confined(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    tag = new_tag()
    config = image(engine, tag, base_image, ["sh", "-c", WAIT], tmp_path, "VOLUME /data\n")
    checks = (
        "grep -E '^(Cap|NoNewPrivs)' /proc/self/status",
        "getent hosts example.com",
        "cat /proc/self/mountinfo",
        "cat /proc/sys/kernel/hostname",
    )
    on_docker = engine.name.startswith("docker")
    with stand(engine, *checks, commands=(INSPECT, IS_INTERNAL) if on_docker else ()) as used:
        seen = used.observe(tag, config)
    assert isinstance(seen, Behaviour), seen
    status = dict(line.split(":\t") for line in seen.checks[checks[0]][1].decode().splitlines())
    assert {status[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapInh")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert seen.checks[checks[1]][0] != 0, "no name of the outside world is found"
    assert seen.checks[checks[3]] == (0, b"jettison\n"), "an answer with the name of the machine can be compared"
    assert "docker.sock" not in seen.checks[checks[2]][1].decode()
    if on_docker:
        assert seen.checks[f"on this machine: {IS_INTERNAL}"] == (0, b"true\n")
        _confined(json.loads(seen.checks[f"on this machine: {INSPECT}"][1])[0])
    assert not [left for left in engine.leftovers() if used._run_id in left.name]


def _confined(data: dict) -> None:  # type: ignore[type-arg]
    host = data["HostConfig"]
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges"] and not host["Privileged"]
    assert 0 < host["Memory"] <= 1 << 30 and host["MemorySwap"] == host["Memory"] and 0 < host["PidsLimit"] <= 512
    assert not host["Binds"] and not host["PortBindings"] and not host["Devices"]
    assert host["NetworkMode"].startswith("jettison-") and not host["PidMode"] and host["IpcMode"] != "host"
    assert host["LogConfig"]["Config"]["max-size"] == "8m"
    assert data["Config"]["Labels"]["dev.jettison.run"] == "1"
    # The anonymous volume of VOLUME is the only mount; it goes with the container.
    (volume,) = data["Mounts"]
    assert volume["Type"] == "volume" and len(volume["Name"]) == 64
    gone = subprocess.run([CLIENT, "volume", "inspect", volume["Name"]], capture_output=True, check=False)
    assert gone.returncode != 0


def test_a_service_that_changes_its_user_gets_the_capabilities_it_needs(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    tag = new_tag()
    drops = 'mkdir /run/own && chown 33:33 /run/own && exec setpriv --reuid 33 --clear-groups sh -c "$WAIT"'
    config = image(engine, tag, base_image, ["sh", "-c", drops], tmp_path, f'ENV WAIT="{WAIT}"\n')
    with stand(engine, "id -u") as used:
        first = used.observe(tag, config)
        later = used.observe(tag, config)
    assert isinstance(first, Behaviour) and isinstance(later, Behaviour), (first, later)
    assert first.stayed_up and later.stayed_up, first.output
    assert first.capabilities == later.capabilities == SERVICE_CAPABILITIES


@pytest.mark.parametrize(("user", "needed"), [("USER 1000\n", LOW_PORTS), ("", SERVICE_CAPABILITIES)])
def test_a_user_of_its_own_gets_ports_below_1024_where_the_original_needs_them(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path, user: str, needed: tuple[str, ...]
) -> None:
    tag = new_tag()
    bound = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
    # Root gets the capability, and the bound stays as it is.
    fails = (
        f"test $(cat {bound}) -eq 0 || exit 3" if user else "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status || exit 3"
    )
    config = image(engine, tag, base_image, ["sh", "-c", f"{fails}; {WAIT}"], tmp_path, user)
    with stand(engine, f"cat {bound}") as used:
        first = used.observe(tag, config)
        later = used.observe(tag, config)
    assert isinstance(first, Behaviour) and isinstance(later, Behaviour), (first, later)
    assert first.stayed_up and later.stayed_up, first.output
    assert first.capabilities == later.capabilities == needed
    assert first.checks[f"cat {bound}"] == (0, b"0\n" if user else b"1024\n")


def test_what_is_not_asked_to_stop_is_not_waited_for(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    tag = new_tag()
    config = image(engine, tag, base_image, ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], tmp_path)
    with stand(engine) as used:
        seen = used.observe(tag, config, stops=False)
    assert isinstance(seen, Behaviour) and seen.stayed_up
    assert (seen.stop_code, seen.stop_seconds) == (0, 0.0)


def test_what_it_needs_runs_beside_it_under_its_name(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    tag = new_tag()
    config = image(engine, tag, base_image, ["sh", "-c", f"getent hosts store || exit 3; {WAIT}"], tmp_path)
    alone = stand(engine)
    with alone:
        seen = alone.observe(tag, config)
    assert isinstance(seen, Behaviour) and seen.exit_code == 3
    service = Service(
        "store", tag, command=("sh", "-c", f"touch /ready; {WAIT}"), health=HealthTest(("CMD", "test", "-e", "/ready"))
    )
    with stand(engine, services=(service,)) as used:
        seen = used.observe(tag, config)
        assert isinstance(seen, Behaviour) and seen.stayed_up, seen
        assert seen.needs == ("store",)
    broken = replace(service, command=("sh", "-c", "echo no space; exit 1"))
    with (
        stand(engine, services=(broken,)) as used,
        pytest.raises(ServiceError, match="store that it needs did not start: no space") as seen_error,
    ):
        used.observe(tag, config)
    assert seen_error.value.service == "store"
    assert not [left for left in engine.leftovers() if used._run_id in left.name]


def test_endless_output_is_bounded(engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path) -> None:
    tag = new_tag()
    config = image(engine, tag, base_image, ["sh", "-c", f"head -c 30000000 /dev/zero | tr '\\0' x; {WAIT}"], tmp_path)
    with stand(engine, "head -c 5000000 /dev/zero") as used:
        seen = used.observe(tag, config)
    assert isinstance(seen, Behaviour), seen
    assert len(seen.output) <= 2000
    assert [len(output) for _, output in seen.checks.values()] == [1024 * 1024]


def test_an_interrupt_waits_for_a_shielded_block() -> None:
    done = []
    # Tests in the background of a script inherit that it is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            with shield(), shield():
                os.kill(os.getpid(), signal.SIGINT)
                done.append("finished")
            done.append("not reached")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["finished"]


def test_a_service_may_have_done_its_work_and_ended(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path
) -> None:
    tag = new_tag()
    config = image(engine, tag, base_image, ["sh", "-c", WAIT], tmp_path)
    migrates = Service("migrate", tag, command=("sh", "-c", "sleep 1; exit 0"), ends=True)
    with stand(engine, services=(migrates, replace(migrates, name="once", ends=False))) as used:
        seen = used.observe(tag, config)
    assert isinstance(seen, Behaviour) and seen.needs == ("migrate", "once")
    fails = replace(migrates, command=("sh", "-c", "sleep 1; echo no schema; exit 2"))
    with stand(engine, services=(fails,)) as used, pytest.raises(ServiceError, match="did not start: no schema"):
        used.observe(tag, config)


@pytest.mark.parametrize(
    ("command", "waits"),
    [
        (["sh", "-c", "echo waiting for db; while ! getent hosts db; do sleep 0.05; done; exec sleep 1000"], True),
        # Its own program, whatever it is.
        (["sleep", "1000"], False),
        (["sh", "-c", "tail -f /etc/passwd & wait"], False),
    ],
)
def test_a_script_that_only_waits_is_told_from_a_program(
    engine: Engine, base_image: str, new_tag: Callable[[], str], tmp_path: Path, command: list[str], waits: bool
) -> None:
    tag = new_tag()
    config = image(engine, tag, base_image, command, tmp_path)
    with stand(engine) as used:
        seen = used.observe(tag, config)
    assert isinstance(seen, Behaviour) and seen.stayed_up, seen
    assert bool(seen.waits) == waits, seen.waits
    (starts, *_) = behaviour_claims(seen, None, seen)
    assert starts.verdict == (NOT_PROVEN if waits else PROVEN)
    assert ("it says: waiting for db" in starts.evidence) == waits
