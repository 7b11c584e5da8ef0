"""Fixtures of all tests: a real engine, a corpus, throw-away image names.

JETTISON_ENGINE names the engine (docker or podman; the first that works otherwise),
JETTISON_SECOND_ENGINE a DOCKER_HOST value or "podman" to run the engine tests on as well,
JETTISON_REQUIRE_ENGINE=1 makes a missing engine or browser a failure, JETTISON_CHROMIUM names the browser,
JETTISON_CORPUS a folder of Dockerfiles.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from browser import Browser, find_chromium
from jettison.engine.base import BuildRequest, Engine
from jettison.engine.find import find_engine
from jettison.errors import EngineError

FIRST = "first"
JOBS = Path(__file__).parent / "optimize"
# What takes longest, by `pytest -m engine --durations=0`: begun last, one of them would be waited for alone.
LONGEST = (
    "test_libraries_that_wheels_are_linked_with_or_look_up_are_kept",
    "test_bundled_projects_are_proven",
    "test_a_data_folder_that_only_a_built_name_opens_is_missed_and_refuted",
    "test_from_needs_to_branch_evidence_and_undo",
    "test_a_library_that_only_running_names_is_refuted",
    "test_the_first_try_works",
)

# A busy machine is no failure: what must not take long has a test of its own that counts the CPU's time.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests cache apart from the user's own cache."""
    before = os.environ.get("JETTISON_CACHE")
    os.environ["JETTISON_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("JETTISON_CACHE")
    if before is not None:
        os.environ["JETTISON_CACHE"] = before


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes share the tests, each begins with its share of those on an engine, whole jobs first.

    Each process is given an equal part of the list, and who is done takes from the end of another's: what is long must
    not be there. Tests without an engine stay beside those of their file, which share what they need.
    """
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if "PYTEST_XDIST_WORKER" not in os.environ or count < 2:
        return
    long = sorted((item for item in items if item.get_closest_marker("engine")), key=_rank)
    others = [item for item in items if not item.get_closest_marker("engine")]
    left = len(items)
    dealt: list[pytest.Item] = []
    for process in reversed(range(count)):
        own = long[process::count]
        short = max(0, left // (process + 1) - len(own))
        left -= len(own) + short
        dealt += own + others[:short]
        del others[:short]
    items[:] = dealt + others


def _rank(item: pytest.Item) -> int:
    name = item.name.partition("[")[0]
    return LONGEST.index(name) if name in LONGEST else len(LONGEST) + (JOBS not in item.path.parents)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes do not name a test: compressed ones hold the time, and processes then disagree about the names."""
    return argname if isinstance(val, bytes) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the engine tests on each engine that is named."""
    if "engine" in metafunc.fixturenames:
        second = os.environ.get("JETTISON_SECOND_ENGINE")
        names = [FIRST, second] if second else [FIRST]
        metafunc.parametrize("engine", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return a real engine; skip, or fail when one is required, where none works."""
    try:
        return _find(request.param)
    except EngineError as error:
        if os.environ.get("JETTISON_REQUIRE_ENGINE") == "1":
            pytest.fail(f"an engine is required: {error}")
        pytest.skip(f"no engine: {error}")


def _find(name: str) -> Engine:
    if name == FIRST:
        return find_engine(os.environ.get("JETTISON_ENGINE"))
    if "://" not in name:
        return find_engine(name)
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = name
    try:
        return find_engine("docker")
    finally:
        os.environ.pop("DOCKER_HOST")
        if before is not None:
            os.environ["DOCKER_HOST"] = before


@pytest.fixture
def new_tag(engine: Engine) -> Iterator[Callable[[], str]]:
    """Return a maker of image names that are removed after the test."""
    names: list[str] = []

    def make() -> str:
        names.append(f"jettison/test:{secrets.token_hex(4)}")
        return names[-1]

    yield make
    for name in names:
        engine.remove_image(name)


@pytest.fixture(scope="session")
def base_image(engine: Engine) -> str:
    """Return the name of a small base image with a shell, made by scripts/bases.sh; skip without it."""
    name = "debian:bookworm-slim"
    tag = f"jettison/test:{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as context:
        # An image of its own: of one that another process removes meanwhile the engine may lose a part.
        request = BuildRequest(context, f"FROM {name}\nLABEL a={tag}\n".encode(), None, tag)
        try:
            engine.build(request)
        except EngineError as error:
            if os.environ.get("JETTISON_REQUIRE_ENGINE") == "1" and engine.name.startswith("docker"):
                pytest.fail(f"run scripts/bases.sh: {error}")
            pytest.skip(f"{engine.name} has no {name}: {error}")
        engine.remove_image(tag)
    return name


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """Return the Dockerfiles of the corpus; skip without one."""
    folder = os.environ.get("JETTISON_CORPUS")
    if not folder:
        pytest.skip("JETTISON_CORPUS names no folder")
    return sorted(p for p in Path(folder).rglob("*") if p.is_file() and "dockerfile" in p.name.lower())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a real headless browser; skip, or fail when everything is required, without one."""
    program = find_chromium()
    if program is None:
        if os.environ.get("JETTISON_REQUIRE_ENGINE") == "1":
            pytest.fail("chromium is required: apt-get install chromium")
        pytest.skip("no chromium")
    with Browser(program) as found:
        yield found
