"""The explorer: layers on one side, the files of the chosen one on the other, as users of dive expect."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Input, Static

from jettison.report.steps import written_by
from jettison.report.units import counted, human_bytes
from jettison.terminal import safe_line
from jettison.tui.file_tree import SIGNS, FileTree
from jettison.tui.layer_view import ADDED, MODIFIED, REMOVED, UNMODIFIED, LayerView, layer_view

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

KEPT_VIEWS: Final = 6
NAMES: Final = {ADDED: "added", REMOVED: "removed", MODIFIED: "modified", UNMODIFIED: "unmodified"}
HELP: Final = """\
[b]Everywhere[/b]
  Tab              layers / files
  Ctrl+F  /        filter files: a part of the path, or a regular expression
  Escape           end the filter
  ?                this help
  q  Ctrl+C        quit

[b]Layers[/b]
  Up Down          choose a layer
  Ctrl+L           changes of this layer
  Ctrl+A           changes of all layers up to this one

[b]Files[/b]
  Up Down          move; Page Up, Page Down, Home, End
  Space  Enter     open or close a folder; Right and Left too
  Ctrl+Space  c    close all, or open all
  Ctrl+A  a        show or hide added files       +
  Ctrl+R  r        show or hide removed files     -
  m  Ctrl+M        show or hide modified files    ~   (Ctrl+M is Enter for most terminals)
  Ctrl+U  u        show or hide unmodified files
  Ctrl+B  b        modes and owners
  Ctrl+O  s        by size / by name
"""


class Help(ModalScreen[None]):
    """The keys; any key leaves it."""

    def compose(self) -> ComposeResult:
        """Return the text."""
        yield Static(HELP, id="help")

    def on_key(self) -> None:
        """Leave."""
        self.dismiss()


class LayerTable(DataTable[Text]):
    """The layers, the lowest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "app.aggregate(False)", "layer changes"),
        Binding("ctrl+a", "app.aggregate(True)", "aggregated changes"),
    ]


class Explorer(App[None]):
    """Shows one image."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "jettison"
    CSS = """
    #left { width: 45%; min-width: 38; }
    #layers { height: 1fr; }
    #layers:focus, #files:focus { border: round $accent; }
    #layers, #files { border: round $panel; }
    #about { text-wrap: nowrap; text-overflow: ellipsis; height: auto; max-height: 12; border: round $panel; padding: 0 1; }
    #right { width: 1fr; }
    #files { height: 1fr; overflow-x: hidden; }
    #filter { display: none; height: 3; }
    #where { text-wrap: nowrap; text-overflow: ellipsis; height: 2; padding: 0 1; color: $text-muted; }
    Help { align: center middle; }
    #help { width: 92; max-width: 100%; height: auto; border: round $accent; padding: 1 2; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "switch", "switch", priority=True),
        Binding("ctrl+f,slash", "filter", "filter"),
        Binding("escape", "unfilter", "end filter", show=False),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
    ]

    def __init__(self, seen: Inspection) -> None:
        super().__init__()
        self.seen = seen
        self.layer = 0
        self.aggregated = False
        self.words = ""
        self._views: dict[tuple[int, bool], LayerView] = {}

    def compose(self) -> ComposeResult:
        """Return the two sides."""
        with Horizontal():
            with Vertical(id="left"):
                yield LayerTable(id="layers", cursor_type="row", zebra_stripes=False)
                yield Static(id="about")
            with Vertical(id="right"):
                yield Input(id="filter", placeholder="part of a path, or a regular expression")
                yield FileTree(id="files")
                yield Static(id="where")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the layers; the first is chosen."""
        table = self.query_one(LayerTable)
        table.border_title = "Layers"
        table.add_columns(*(Text(title) for title in ("line", "size", "hidden", "command")))
        hidden = [0] * len(self.seen.image.layers)
        for item in self.seen.waste.hidden:
            hidden[item.written] += item.bytes
        known = any(origin.line is not None for origin in self.seen.origins)
        for number, (layer, origin) in enumerate(zip(self.seen.image.layers, self.seen.origins, strict=False)):
            where = origin.where.rpartition(" ")[2] or ("base" if known else f"#{number}")
            lost = Text(human_bytes(hidden[number]) if hidden[number] else "", style="red", justify="right")
            size = Text(human_bytes(layer.size_unpacked), justify="right")
            table.add_row(Text(where, justify="right"), size, lost, Text(written_by(layer.created_by)[:300]))
        self.query_one("#about", Static).update(self._about())
        table.focus()
        self._show()

    def _about(self) -> Text:
        image, waste = self.seen.image, self.seen.waste
        share = 100 * waste.hidden_bytes / image.size_unpacked if image.size_unpacked else 0.0
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{safe_line(self.seen.name)}\n", style="bold")
        text.append(f"size        {human_bytes(image.size_unpacked):>10}  in {counted(len(image.layers), 'layer')}\n")
        text.append(
            f"hidden      {human_bytes(waste.hidden_bytes):>10}  {share:.1f} %\n", style="red" if share >= 1 else ""
        )
        text.append(f"held twice  {human_bytes(waste.duplicates):>10}\n")
        text.append(f"efficiency  {100 * waste.score:>8.1f} %  as dive counts it\n")
        largest = sorted(waste.hidden, key=lambda item: -item.bytes)[:5]
        for item in largest:
            text.append(f"{human_bytes(item.bytes):>10}  /{safe_line(item.path)}\n", style="dim")
        text.rstrip()
        return text

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the files of the layer under the cursor, once the cursor rests."""
        self.layer = event.cursor_row
        self.set_timer(0.05, lambda at=event.cursor_row: self._show() if at == self.layer else None)

    def on_file_tree_moved(self, event: FileTree.Moved) -> None:
        """Say where the file under the cursor comes from."""
        row = event.row
        text = ""
        if row is not None:
            entry = self._view().entries.get(row.path)
            origin = self._origin(entry.layer) if entry is not None else ""
            text = f"/{safe_line(row.path)}\n{NAMES[row.status]}  {human_bytes(row.size)}  {origin}"
        self.query_one("#where", Static).update(Text(text, no_wrap=True, overflow="ellipsis"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        self.words = event.value
        self._show()

    def on_input_submitted(self) -> None:
        """Go on in what was found."""
        self.query_one(FileTree).focus()

    def action_switch(self) -> None:
        """Go to the other side."""
        layers, files = self.query_one(LayerTable), self.query_one(FileTree)
        (files if layers.has_focus else layers).focus()

    def action_filter(self) -> None:
        """Ask what to look for."""
        field = self.query_one("#filter", Input)
        field.styles.display = "block"
        field.focus()

    def action_unfilter(self) -> None:
        """Show all files again."""
        field = self.query_one("#filter", Input)
        field.value = ""
        field.styles.display = "none"
        self.query_one(FileTree).focus()

    def action_aggregate(self, aggregated: bool) -> None:
        """Show what this layer did, or what all up to it did."""
        self.aggregated = aggregated
        self._show()

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Help())

    def _view(self) -> LayerView:
        key = (self.layer, self.aggregated)
        if key not in self._views:
            while len(self._views) >= KEPT_VIEWS:
                del self._views[next(iter(self._views))]
            self._views[key] = layer_view(self.seen.image, self.layer, self.aggregated)
        return self._views[key]

    def _show(self) -> None:
        view = self._view()
        tree = self.query_one(FileTree)
        tree.show(view, view.matching(_wanted(self.words)) if self.words else None)
        what = "changes of all layers up to" if self.aggregated else "changes of"
        tree.border_title = f"Files, {what} layer {self.layer}"
        tree.border_subtitle = " ".join(f"{SIGNS[s]} {NAMES[s]}" for s in (ADDED, REMOVED, MODIFIED))

    def _origin(self, layer: int) -> str:
        command = written_by(self.seen.image.layers[layer].created_by)[:120]
        return f"{self.seen.origins[layer].where or f'layer {layer}'}: {command}"


def _wanted(words: str) -> Callable[[str], bool]:
    """Return what a filter means: a regular expression where it is one, else a part of the path."""
    try:
        pattern = re.compile(words, re.IGNORECASE)
    except re.error:
        return lambda path: words.lower() in path.lower()
    return lambda path: pattern.search(path) is not None


def explore(seen: Inspection) -> None:
    """Run the explorer until the user leaves it."""
    Explorer(seen).run()
