"""The file tree: only the lines on the screen are drawn, whatever the image holds."""

from __future__ import annotations

import posixpath
import stat
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from jettison.report.cells import fit, pad
from jettison.report.units import human_bytes
from jettison.terminal import safe_line
from jettison.tui.layer_view import ADDED, MODIFIED, REMOVED, STATUSES, UNMODIFIED, LayerView, Row

if TYPE_CHECKING:
    from textual import events

SIGNS: Final = {ADDED: "+", REMOVED: "-", MODIFIED: "~", UNMODIFIED: " "}
STYLES: Final = {
    ADDED: Style(color="green"),
    REMOVED: Style(color="red", strike=True),
    MODIFIED: Style(color="yellow"),
    UNMODIFIED: Style(),
}
ALL_OPEN_LIMIT: Final = 20_000
_KINDS: Final = {"dir": stat.S_IFDIR, "link": stat.S_IFLNK, "file": stat.S_IFREG}


class FileTree(ScrollView, can_focus=True):
    """The tree with one line under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home,g", "edge(-1)", "first", show=False),
        Binding("end,G", "edge(1)", "last", show=False),
        Binding("space,enter", "fold", "collapse", key_display="space"),
        Binding("right,l", "open", "open", show=False),
        Binding("left,h", "close", "close", show=False),
        Binding("ctrl+@,ctrl+space,c", "toggle_all", "collapse all", show=False),
        Binding("ctrl+a,a", "status('A')", "added"),
        Binding("ctrl+r,r", "status('R')", "removed"),
        Binding("ctrl+m,m", "status('M')", "modified"),
        Binding("ctrl+u,u", "status('')", "unmodified"),
        Binding("ctrl+b,b", "attributes", "attributes", show=False),
        Binding("ctrl+o,s", "sort", "sort by size", show=False),
    ]

    class Moved(Message):
        """The cursor is on another file. row: None where the tree is empty."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.view = LayerView({}, {})
        self.opened: set[str] = set()
        self.shown = frozenset(STATUSES)
        self.only: set[str] | None = None
        self.by_size = False
        self.attributes = True
        self.cursor = 0
        self._rows: list[Row] = []

    @property
    def rows(self) -> list[Row]:
        """Return the lines as they are now."""
        return self._rows

    def show(self, view: LayerView, only: set[str] | None) -> None:
        """Show another view, the cursor on the same path where it is still there."""
        self.view, self.only = view, only
        self.rebuild()

    def rebuild(self) -> None:
        """Make the lines anew."""
        at = self._rows[self.cursor].path if self.cursor < len(self._rows) else ""
        self._rows = list(self.view.rows(self.opened, self.shown, self.only, self.by_size))
        found = next((index for index, row in enumerate(self._rows) if row.path == at), None)
        self.cursor = found if found is not None else min(self.cursor, max(0, len(self._rows) - 1))
        self.virtual_size = Size(self.size.width, len(self._rows))
        self._moved()

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen."""
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[index]
        style = self.rich_style + STYLES[row.status]
        if index == self.cursor:
            style += Style(reverse=True) if self.has_focus else Style(underline=True)
        return Strip([Segment(pad(self._text(row, width), width), style)], width)

    def _text(self, row: Row, width: int) -> str:
        mark = ("▾ " if row.open else "▸ ") if row.folder else "  "
        entry = self.view.entries.get(row.path)
        name = safe_line(posixpath.basename(row.path)) or "/"
        if entry is not None and entry.kind == "link":
            name = f"{name} → {safe_line(entry.link)}"
        left = f"{SIGNS[row.status]} {human_bytes(row.size):>9} "
        if self.attributes and width >= 60:
            mode = stat.filemode(_KINDS.get(entry.kind, 0) | entry.mode) if entry is not None else "d?????????"
            owner = f"{entry.uid}:{entry.gid}" if entry is not None else ""
            left = f"{SIGNS[row.status]} {mode} {fit(owner, 11):>11} {human_bytes(row.size):>9} "
        return f"{left}{'  ' * min(row.depth, 30)}{mark}{name}"

    def action_move(self, step: int) -> None:
        """Move the cursor by lines."""
        self._go(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by a screen."""
        self._go(self.cursor + step * max(1, self.size.height - 1))

    def action_edge(self, step: int) -> None:
        """Move the cursor to the first or last line."""
        self._go(0 if step < 0 else len(self._rows) - 1)

    def action_fold(self) -> None:
        """Open or close the folder under the cursor."""
        row = self._row()
        if row is not None and row.folder:
            self._set_open(row.path, row.path not in self.opened)

    def action_open(self) -> None:
        """Open the folder, or go into it when it is open."""
        row = self._row()
        if row is None or not row.folder:
            return
        if row.open:
            self.action_move(1)
        else:
            self._set_open(row.path, True)

    def action_close(self) -> None:
        """Close the folder, or go to the folder above."""
        row = self._row()
        if row is None:
            return
        if row.open and self.only is None:
            self._set_open(row.path, False)
            return
        parent = posixpath.dirname(row.path)
        self._go(next((index for index, each in enumerate(self._rows) if each.path == parent), self.cursor))

    def action_toggle_all(self) -> None:
        """Close all folders, or open all where that is a tree that a person can read."""
        if self.opened:
            self.opened.clear()
        elif len(self.view.entries) <= ALL_OPEN_LIMIT:
            self.opened.update(self.view.children)
        else:
            self.opened.update(path for path in self.view.children if path.count("/") == 0)
        self.rebuild()

    def action_status(self, status: str) -> None:
        """Show or hide the files of a status."""
        self.shown = self.shown ^ {status}
        self.rebuild()

    def action_attributes(self) -> None:
        """Show or hide modes and owners."""
        self.attributes = not self.attributes
        self.refresh()

    def action_sort(self) -> None:
        """Sort by size or by name."""
        self.by_size = not self.by_size
        self.rebuild()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to what was clicked; a second click opens."""
        index = event.y + self.scroll_offset.y
        if index < len(self._rows):
            again = index == self.cursor
            self._go(index)
            if again:
                self.action_fold()

    def on_resize(self) -> None:
        """Keep the width of what can be scrolled."""
        self.virtual_size = Size(self.size.width, len(self._rows))

    def on_focus(self) -> None:
        """Draw the cursor as the active one."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor as one that waits."""
        self.refresh()

    def _row(self) -> Row | None:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def _set_open(self, path: str, is_open: bool) -> None:
        (self.opened.add if is_open else self.opened.discard)(path)
        self.rebuild()

    def _go(self, index: int) -> None:
        self.cursor = max(0, min(index, len(self._rows) - 1))
        self._moved()

    def _moved(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
        self.refresh()
        self.post_message(self.Moved(self._row()))
