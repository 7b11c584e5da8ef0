"""The explorer by textual's pilot, and through a real terminal (tmux)."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from image.archives import old_layout, tar_of
from jettison.cli.main import main
from jettison.image.inspection import inspect
from jettison.tui.app import Explorer, LayerTable
from jettison.tui.file_tree import FileTree

HOSTILE = "evil\x1b]0;owned\x07\x1b[31m\u202ecod.exe[b]"
BASE = tar_of(
    ("etc/a", "file", b"1" * 1000),
    ("etc/b", "file", b"2"),
    (f"srv/{HOSTILE}", "file", b"3"),
    ("old/x", "file", b"4" * 5000),
)
TOP = tar_of(("etc/a", "file", b"5" * 2000), ("app/server.js", "file", b"6" * 3000), (".wh.old", "file", b""))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "image.tar"
    path.write_bytes(old_layout(BASE, TOP))
    return path


def driven(archive: Path, steps: Callable[[Explorer, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        app = Explorer(inspect(str(archive)))
        async with app.run_test(size=(120, 30)) as pilot:
            await pilot.pause()
            await steps(app, pilot)

    asyncio.run(run())


def paths(app: Explorer) -> list[str]:
    return [row.path for row in app.query_one(FileTree).rows]


def test_keys_do_what_users_of_dive_expect(archive: Path) -> None:
    async def steps(app: Explorer, pilot: Pilot[None]) -> None:
        tree = app.query_one(FileTree)
        assert app.query_one(LayerTable).has_focus
        assert paths(app) == ["etc", "old", "srv"]
        await pilot.press("down")
        await pilot.pause(0.2)
        assert [(row.path, row.status) for row in tree.rows] == [("app", "M"), ("etc", "M"), ("old", "M"), ("srv", "")]
        await pilot.press("tab")
        assert tree.has_focus
        await pilot.press("home", "space")
        assert paths(app)[:2] == ["app", "app/server.js"]
        await pilot.press("space")
        assert "app/server.js" not in paths(app)
        await pilot.press("ctrl+@")
        assert "old/x" in paths(app)
        await pilot.press("ctrl+r")
        assert "old/x" not in paths(app)
        await pilot.press("ctrl+a")
        assert "app/server.js" not in paths(app)
        await pilot.press("ctrl+u")
        assert "srv" not in paths(app)
        await pilot.press("m")
        assert paths(app) == []
        for key in ("ctrl+r", "ctrl+a", "ctrl+u", "m"):
            await pilot.press(key)
        assert {"srv", "app/server.js", "etc/a", "old/x"} <= set(paths(app))
        await pilot.press("s")
        assert [path for path in paths(app) if "/" not in path] == ["app", "etc", "srv", "old"]

    driven(archive, steps)


def test_layers_are_shown_alone_or_together(archive: Path) -> None:
    async def steps(app: Explorer, pilot: Pilot[None]) -> None:
        tree = app.query_one(FileTree)
        await pilot.press("down", "ctrl+a")
        await pilot.pause(0.2)
        assert "all layers up to layer 1" in str(tree.border_title)
        await pilot.press("ctrl+l")
        assert str(tree.border_title) == "Files, changes of layer 1"

    driven(archive, steps)


def test_a_filter_opens_what_it_finds(archive: Path) -> None:
    async def steps(app: Explorer, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+f", *"etc/[ab]", "enter")
        await pilot.pause()
        assert paths(app) == ["etc", "etc/a", "etc/b"]
        await pilot.press("escape")
        assert paths(app) == ["etc", "old", "srv"]
        await pilot.press("ctrl+f", *"(", "enter")
        assert paths(app) == [], "what is no expression is looked for as it is"

    driven(archive, steps)


def test_help_opens_and_any_key_leaves_it(archive: Path) -> None:
    async def steps(app: Explorer, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        assert app.screen.query_one("#help")
        await pilot.press("x")
        assert not app.screen.query("#help")
        await pilot.press("q")
        assert app.return_code == 0

    driven(archive, steps)


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ["tmux", "-S", str(folder / "socket"), "-f", "/dev/null"]

    def call(self, *arguments: str) -> str:
        # The size of the window counts, not what the tests' own terminal says of its size.
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True, env=environment)
        return done.stdout

    def start(self, command: str) -> None:
        environment = ["-e", "TERM=screen-256color", "-e", "LANG=C.UTF-8", "-e", "LC_ALL=C.UTF-8"]
        self.call("-u", "new-session", "-d", "-x", "120", "-y", "30", *environment, command)

    def keys(self, *keys: str) -> None:
        self.call("send-keys", *keys)

    def wait(self, text: str, gone: bool = False) -> str:
        deadline = time.monotonic() + 60
        while True:
            shown = self.call("capture-pane", "-p")
            if (text in shown) is not gone:
                return shown
            assert time.monotonic() < deadline, f"{text!r} is {'still' if gone else 'not'} in\n{shown}"
            time.sleep(0.1)


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        if os.environ.get("JETTISON_REQUIRE_ENGINE") == "1":
            pytest.fail("tmux is required: apt-get install tmux")
        pytest.skip("no tmux")
    # A socket's path may have 107 bytes only.
    found = Terminal(tmp_path_factory.mktemp("t"))
    yield found
    subprocess.run([*found._tmux, "kill-server"], capture_output=True, check=False)


def test_it_runs_in_a_real_terminal(terminal: Terminal, archive: Path) -> None:
    program = "import sys; from jettison.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = shlex.join([sys.executable, "-c", program, "inspect", str(archive), "--tui"])
    terminal.start(f"{command}; echo done $?; sleep 60")
    shown = terminal.wait("changes of layer 0")
    assert "Layers" in shown and "etc" in shown
    terminal.wait("quit")
    terminal.keys("Down")
    shown = terminal.wait("changes of layer 1")
    terminal.wait("~ ")
    terminal.keys("Tab", "C-r")
    terminal.keys("c")
    # What is read may be half of what is drawn: all of it is waited for.
    terminal.wait("server.js")
    terminal.wait("- -rwxr-xr-x", gone=True)
    assert "- -rwxr-xr-x" not in terminal.wait("+ -rwxr-xr-x")
    terminal.keys("b")
    terminal.wait("-rwxr-xr-x", gone=True)
    shown = terminal.wait("evil")
    assert "\\x1b]0;owned\\x07" in shown and "\\u202e" in shown
    terminal.keys("C-f")
    terminal.wait("part of a path")
    terminal.keys("-l", "server")
    terminal.wait("evil", gone=True)
    terminal.keys("Escape")
    terminal.wait("evil")
    terminal.keys("?")
    terminal.wait("Everywhere")
    terminal.keys("x")
    terminal.wait("Everywhere", gone=True)
    assert "owned" not in terminal.call("display-message", "-p", "#{pane_title}")
    terminal.keys("C-c")
    terminal.wait("done 0")


def test_without_textual_the_message_says_what_to_install(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "textual" or name.startswith("jettison.tui")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "textual", None)
    assert main(["inspect", str(archive), "--tui"]) == 2
    assert "pip install 'jettison[tui]'" in capsys.readouterr().err


def test_without_a_terminal_it_says_so(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(archive), "--tui"]) == 2
    assert "needs a terminal" in capsys.readouterr().err
