"""Many files to few COPY lines."""

from __future__ import annotations

from jettison.rewrite.copies import Copy, copies


def test_a_folder_is_copied_as_a_whole_where_nothing_else_lies_in_it() -> None:
    sizes = {"app/a.py": 1, "app/b/c.py": 1, "usr/bin/tool": 1}
    assert copies(["app/a.py", "app/b/c.py"], sizes, ()) == (Copy(("app",), "app"),)


def test_shared_folders_are_never_copied_as_a_whole() -> None:
    assert copies(["usr/bin/tool"], {"usr/bin/tool": 1}, ()) == (Copy(("usr/bin/tool",), "usr/bin/"),)


def test_what_is_not_wanted_beside_is_left_out() -> None:
    sizes = {"app/server": 1, "app/main.go": 1 << 30, "app/web/index.html": 1}
    assert copies(["app/server", "app/web/index.html"], sizes, ()) == (
        Copy(("app/server",), "app/"),
        Copy(("app/web",), "app/web"),
    )


def test_dependencies_come_first_and_apart() -> None:
    sizes = {"app/node_modules/x/index.js": 1, "app/node_modules/x/node_modules/y/index.js": 1, "app/server.js": 1}
    assert [copy.target for copy in copies(list(sizes), sizes, ())] == ["app/node_modules", "app/"]


def test_an_empty_folder_is_made() -> None:
    assert copies(["data"], {}, ["data"]) == (Copy(("data",), "data"),)


def test_many_single_files_take_their_small_neighbours_along() -> None:
    kept = [f"app/{n}/keep" for n in range(100)]
    sizes = {**dict.fromkeys(kept, 1), **{f"app/{n}/not": 1 for n in range(100)}}
    assert copies(kept, sizes, ()) == (Copy(("app",), "app"),)
